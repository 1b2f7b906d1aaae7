#!/usr/bin/env python3
"""Run the code of a page of the cookbook.

usage: page.py PAGE.md [NAME=VALUE …]

The blocks of a page, python or sql, run in their order. The first one holds the page's settings; NAME=VALUE puts another value in the place of
one of them. SQL runs in DuckDB, where the settings are its variables, and the rows of each block are printed.
"""
import ast
import contextlib
import io
import os
import re
import sys

BLOCK = re.compile(r"^```(python|sql|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(path):
    """(language, code, line of the page) of each block; "text" is what the block before it prints."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    return [(found[1], found[2], page.count("\n", 0, found.start()) + 2) for found in BLOCK.finditer(page)]


class NoSuchSetting(Exception):
    """A page has no setting of that name."""


def known(path, settings, names):
    unknown = sorted(set(settings) - set(names))
    if unknown:
        raise NoSuchSetting(f"{path} has no setting {', '.join(unknown)}: its first block names those it has")


def run(path, **settings):
    """Runs a page, and returns (names, [(what a block printed, what the page says that it prints or None)])."""
    names, printed, connection = {"__name__": "__main__"}, [], None
    for language, code, line in blocks(path):
        if language == "text":
            printed[-1] = (printed[-1][0], code)
            continue
        out = io.StringIO()
        if language == "python":
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * (line - 1) + code, path, "exec"), names)
            if not printed:
                known(path, settings, names)
                for name, value in settings.items():
                    # A number or a list is written as in Python; a text as it is.
                    names[name] = value if isinstance(names[name], str) or not isinstance(value, str) else ast.literal_eval(value)
        else:
            import duckdb
            connection = connection or duckdb.connect()
            if not printed:
                connection.execute(code)
                known(path, settings, [name.upper() for name, in connection.execute("SELECT name FROM duckdb_variables()").fetchall()])
                for name, value in settings.items():
                    connection.execute(f"SET VARIABLE {name} = '{value}'")
            else:
                rows = connection.sql(code)
                print(rows if rows is not None else "", file=out, end="\n" if rows is not None else "")
            names["connection"] = connection
        printed.append((out.getvalue(), None))
    return names, printed


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-") or not all("=" in word for word in sys.argv[2:]):
        sys.exit(__doc__.strip())
    if not os.path.isfile(sys.argv[1]):
        sys.exit(f"page.py: there is no page {sys.argv[1]}")
    try:
        for text, _ in run(sys.argv[1], **dict(word.split("=", 1) for word in sys.argv[2:]))[1]:
            print(text, end="")
    except NoSuchSetting as error:
        sys.exit(f"page.py: {error}")
