#!/usr/bin/env python3
"""Check the house rules that a formatter cannot see: who imports whom, what the pure rooms may touch, how long a file is.

The lines are those of docs/architecture.md, from the ground up: nothing imports from a line above it, nor from its own line.
"""
import os
import re
import sys

LINES = [
    ["CMalloc", "CMicroHTTPD", "CWslay", "CCurl", "CWebSockets", "CISAL", "CSQLite", "COpenSSL", "CParquet", "CSimdJSON",
     "CCairo"],
    ["Pipeline", "SQLite", "Config", "Notices"],
    ["MarketModel"],
    ["TapeSequencer", "OrderFlow", "Charts", "TopScreen"],
    ["Transport", "Drawing", "JSONReading"],
    ["Feeds", "Archives", "Lake", "MillraceClient"],
    ["Recorder", "ExchangeSimulator"],
    ["MarketService", "Access"],
    ["VendorAPIs", "Dashboard"],
    ["millrace"],
]
PURE = {"Config", "Notices", "MarketModel", "TapeSequencer", "OrderFlow", "Charts", "TopScreen"}
PURE_MAY_IMPORT = {"MarketModel", "Synchronization"}
# The page's own layers, from the ground up: data/ has no words, no browser and no charts.
PAGE_LINES = [["strings.js"], ["data"], ["view"], ["main.js", "theme.js"]]
WORDLESS = {"data"}
BROWSER = re.compile(r"\b(document|window|localStorage|sessionStorage|LightweightCharts|requestAnimationFrame)\b")
PAGE_IMPORT = re.compile(r"""^(?:import|export)\b[^;"'=(]*?\bfrom\s*["']([^"']+)["']|^import\s*["']([^"']+)["']""", re.M)
UNSAFE = re.compile(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|\beval\(|new Function\(|document\.write\b|https?://(?!www\.tradingview\.com)")
FORBIDDEN = {"Foundation", "FoundationEssentials", "FoundationNetworking"}
LONG = 400
# What a protocol asks for says nothing that the protocol does not: these need no comment of their own.
WITNESSES = re.compile(r"(var (description|debugDescription|errorDescription|id)\b|(let|var) rawValue\b|init\(rawValue:|static func [^\w\s]+|func hash\(|typealias )")

IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
                    r"(?:(?:struct|class|enum|func|let|var|protocol|typealias)\s+)?(\w+)", re.M)
IMPURE = re.compile(r"\b(clock_gettime|ContinuousClock|SuspendingClock|SystemRandomNumberGenerator|getenv|fopen)\b|\.random\(|\.randomElement\(|\.shuffled\(\)")
PUBLIC = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*public\s+(?!import|extension|private\(set\)|internal\(set\))(.*)$")
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX)\b")


def swift_files(root):
    for directory, _, names in os.walk(root):
        for name in names:
            if name.endswith(".swift"):
                yield os.path.join(directory, name)


def undocumented(text):
    """The public declarations without a doc comment, as (line number, declaration)."""
    lines = text.split("\n")
    conformance = False
    for number, line in enumerate(lines):
        if line and not line[0].isspace():
            # `extension Row: Sequence {` holds what the protocol asks for, which the protocol documents.
            conformance = re.match(r"extension [][\w.]+\s*:", line) is not None
        found = PUBLIC.match(line)
        if not found or conformance or WITNESSES.search(found.group(1)):
            continue
        above = number - 1
        while above >= 0 and lines[above].strip().startswith("@"):
            above -= 1
        if above < 0 or not lines[above].strip().startswith("///"):
            yield number + 1, found.group(1).rstrip(" {")


def page_faults():
    """What is wrong with the page: the data layer knows no charts and no browser, nothing is taken from elsewhere, no markup is made of texts."""
    line_of = {name: i for i, line in enumerate(PAGE_LINES) for name in line}
    for directory, _, names in os.walk("Page"):
        for name in sorted(names):
            if not name.endswith(".js"):
                continue
            path = os.path.join(directory, name)
            text = open(path, encoding="utf-8").read()
            code = re.sub(r"(?m)^\s*(//|/?\*).*$", "", text)
            part = os.path.relpath(path, "Page").split(os.sep)[0]
            if part not in line_of:
                yield f"{path}: {part} has no line in scripts/check-layers.py"
                continue
            for wanted in map("".join, PAGE_IMPORT.findall(code)):
                found = os.path.relpath(os.path.join(directory, wanted), "Page").split(os.sep)[0]
                if found not in line_of or (found != part and line_of[found] >= line_of[part]) or (part in WORDLESS and found == "strings.js"):
                    yield f"{path}: {part} may not import {wanted}"
            if part == "data" and BROWSER.search(code):
                yield f"{path}: data/ knows no browser and no charts: {BROWSER.search(code).group(0)}"
            if UNSAFE.search(code):
                yield f"{path}: the page's policy forbids {UNSAFE.search(code).group(0)}"
            if text.count("\n") > LONG:
                yield f"{path}: {text.count(chr(10))} lines; above {LONG} a module is two"


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    line_of = {module: i for i, line in enumerate(LINES) for module in line}
    faults, long_files = [], []
    # A room may hold a small library of its own in a folder below it: Sources/Room/… belongs to Room.
    for path in sorted(swift_files("Sources")):
        text = open(path, encoding="utf-8").read()
        room = path.split(os.sep)[1]
        if room not in line_of and room != "C":
            faults.append(f"{path}: the room {room} has no line in scripts/check-layers.py")
            continue
        for module in IMPORT.findall(text):
            if module in FORBIDDEN:
                faults.append(f"{path}: imports {module}; under Sources there is Glibc")
            if room in PURE and module not in PURE_MAY_IMPORT:
                faults.append(f"{path}: {room} is pure and may not import {module}")
            if module in line_of and room != "C" and module != room and line_of[module] >= line_of[room]:
                faults.append(f"{path}: {room} may not import {module}, which is not on a line below it")
        for number, declaration in undocumented(text):
            faults.append(f"{path}:{number}: a public declaration without a doc comment: {declaration}")
        if room in PURE:
            for found in IMPURE.finditer(re.sub(r"//.*", "", text)):
                faults.append(f"{path}: {room} is pure and may not use {found.group(0)}")
    faults += page_faults()
    for root in ("Sources", "Tests"):
        for path in sorted(swift_files(root)):
            text = open(path, encoding="utf-8").read()
            if LEFT_OVER.search(text):
                faults.append(f"{path}: a left-over {LEFT_OVER.search(text).group(0)}")
            length = text.count("\n")
            if length > LONG:
                long_files.append(f"{path}: {length} lines; above {LONG} a file deserves a hard look")
    for line in long_files:
        print(f"lint: note: {line}")
    for line in faults:
        print(f"lint: {line}")
    sys.exit(1 if faults else 0)


main()
