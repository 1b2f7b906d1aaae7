"""What the README has people type: each of its curls is answered by a demo, and the answer that it shows is of the same kind."""
import json
import os
import re
import urllib.error
import urllib.request

from harness import ROOT

HERE = "http://127.0.0.1:8080"


def check(check, base):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    targets = re.findall(rf"^curl (?:-N )?'{HERE}([^']*)'", text, re.MULTILINE)
    check("the README has curls", len(targets) >= 5, targets)
    for target in targets:
        try:
            with urllib.request.urlopen(base + target, timeout=60) as answer:
                found, begins = answer.status, answer.read(64)
        except urllib.error.HTTPError as error:
            found, begins = error.code, error.read(200)
        check(f"the README's {target.split('?')[0]} is answered", found == 200 and begins, (found, begins))
    told = re.search(rf"curl '{HERE}([^']*)'\n```\n\n```json\n(.*?)\n```", text, re.DOTALL)
    if check("the README shows an answer", told):
        with urllib.request.urlopen(base + told[1], timeout=60) as answer:
            real = json.load(answer)
        check.equal("whose members are those of a real one, in their order and of their kinds", kinds(json.loads(told[2])), kinds(real))


def kinds(value):
    """What JSON is made of, without what it says."""
    if isinstance(value, dict):
        return [(name, kinds(one)) for name, one in value.items()]
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__
