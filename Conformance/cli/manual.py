"""The manual page: groff and mandoc find nothing wrong with it, and it says all that help says."""
import os
import re
import shutil
import subprocess

from completion import commands, options
from harness import millrace


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def sections(page):
    """The rendered text of each command's part of the page."""
    parts = re.split(r"^ {3}millrace (\S+(?: \S+)?)$", page[:page.index("\nOPTIONS OF ALL COMMANDS")], flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def check(checks, quick, scratch):
    done = millrace("manual")
    checks("millrace manual", done.status == 0 and not done.stderr, done.stderr)
    checks("the page is the same each time", done.stdout == millrace("manual").stdout)
    checks("the page is ASCII", done.stdout.isascii())
    path = os.path.join(scratch, "millrace.1")
    with open(path, "w", encoding="utf-8") as file:
        file.write(done.stdout)
    if not shutil.which("groff") or not shutil.which("mandoc"):
        return checks.skip("manual: no groff or mandoc here; scripts/setup tests installs them")
    for width in (80, 120):
        groff = run("groff", "-ww", "-man", "-Tutf8", f"-rLL={width}n", path)
        checks.equal(f"groff's warnings at {width} columns", groff.stderr, "")
    lint = run("mandoc", "-Tlint", "-Wwarning", path)
    # The page is made anew with each build: a date would say nothing, and differ.
    checks.equal("mandoc's warnings", [line for line in lint.stdout.splitlines() if "missing date" not in line], [])
    # Wide, so that no example is broken.
    found = sections(re.sub(r".\x08", "", run("mandoc", "-Tutf8", "-Owidth=400", path).stdout))
    checks.equal("a section for each command, in the order of help", list(found), commands())
    for command in commands():
        told = set(re.findall(r"^ {7}(--[a-z-]+)", found.get(command, ""), re.M))
        checks.equal(f"the options of {command}", told, options(command) - {"--quiet", "--help"})
        examples = re.findall(r"^  (millrace .*|source .*)$", millrace(*command.split(), "--help").stdout, re.M)
        checks(f"the examples of {command}", examples and all(example in found.get(command, "") for example in examples), examples)
