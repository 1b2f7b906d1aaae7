#!/usr/bin/env python3
"""Check that docs/logs.md has every line that a server may log, and none that it may not.

A notice is a literal in one of the calls that make one; `\\(.symbol, value)` in it is the field {symbol}, `\\(error)` is {reason}.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CALL = re.compile(r"(?:\b(?:report|tell|say|notice|write|append)\(\s*(?:\.(\w+)\(\s*)?|Notice\.(\w+)\(\s*|\.(error|info|debug)\(\s*|: Notice = )\"")


def literal(text, start):
    """The message of the literal that begins behind the quote at `start`, or None if it has a value that is no field."""
    message, index = "", start
    while text[index] != '"':
        if text.startswith("\\(", index):
            depth, end = 1, index + 2
            while depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            inside = text[index + 2:end - 1].strip()
            field = re.match(r"\.(\w+),", inside)
            if not field and inside != "error":
                return None
            message += "{%s}" % (field[1] if field else "reason")
            index = end
        elif text[index] == "\\":
            message += text[index + 1]
            index += 2
        else:
            message += text[index]
            index += 1
    return message


def notices():
    found = {}
    for folder, _, names in os.walk(os.path.join(ROOT, "Sources")):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith(".swift") or "/Notices/" in path:
                continue
            with open(path) as file:
                text = file.read()
            if "import Notices" not in text:
                continue
            for match in CALL.finditer(text):
                line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
                message = literal(text, match.end())
                if message and "///" not in line:
                    found[message] = os.path.relpath(path, ROOT)
    return found


def described():
    with open(os.path.join(ROOT, "docs", "logs.md")) as file:
        return set(re.findall(r"^\| `([^`]+)` \|[^|]*\|[^|]*\|$", file.read(), re.M))


def main():
    made, told = notices(), described()
    for message in sorted(set(made) - told):
        print(f"{made[message]}: docs/logs.md does not say what this means: {message}")
    for message in sorted(told - set(made)):
        print(f"docs/logs.md: nothing logs this: {message}")
    sys.exit(set(made) != told)


main()
