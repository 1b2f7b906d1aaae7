#!/usr/bin/env python3
"""The server's own description, /openapi.json, held against what it answers: schemathesis asks every route what the description allows and
what it does not, without keys and with all of them, and nothing is answered with a 5xx or as the description does not say.

usage: run.py [--quick] [--seed N]
"""
import html.parser
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]

from child import Child
from harness import ROOT, Checks, millrace

QUICK = "--quick" in sys.argv
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else random.randrange(1 << 32)
# How many questions are made up for a route, beside those that try each parameter at its limits.
PHASES, EXAMPLES = ("examples,coverage", 1) if QUICK else ("examples,coverage,fuzzing", 150)
# What may come of it; a 503 says when to come back and is for a file that is being made.
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method,"
          "allow_header_conformance")
VENDORS = {"oanor": "unlimited", "aperiodic": "unlimited", "coinglass": "unlimited", "millrace": "unlimited"}
HEADERS = {"oanor": "x-oanor-key", "aperiodic": "X-API-KEY", "coinglass": "CG-API-KEY", "millrace": "Authorization"}
check = Checks("openapi")


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class Links(html.parser.HTMLParser):
    """What a page loads or leads to, and whether it holds script."""

    def __init__(self, text):
        super().__init__()
        self.links, self.scripts, self.ids = [], 0, set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.scripts += tag == "script" or any(name.startswith("on") or name == "style" for name in attributes)
        self.ids |= {attributes["id"]} if "id" in attributes else set()
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]


def described(url):
    """The description has every façade, and its page leads nowhere else."""
    status, headers, text = get(url + "/openapi.json")
    document = json.loads(text)
    facades = {operation["x-millrace-facade"] for path in document["paths"].values() for operation in path.values()}
    check("the description is there", status == 200 and headers["Content-Type"].startswith("application/json") and document["openapi"] == "3.1.0")
    check.equal("it has all façades", facades, {"health", "oanor", "coinglass", "okx", "aperiodic", "native", "flowsurface", "reference", "page"})
    schemes = document["components"]["securitySchemes"]
    check.equal("it says where keys go", {name: scheme.get("name", scheme.get("scheme")) for name, scheme in schemes.items()},
                {"oanor": "x-oanor-key", "coinglass": "CG-API-KEY", "aperiodic": "x-api-key", "native": "bearer", "flowsurface": "bearer", "health": "bearer"})
    status, headers, text = get(url + "/docs")
    page = Links(text)
    check("there is a page of it", status == 200 and headers["Content-Type"].startswith("text/html"))
    check.equal("without script", page.scripts, 0)
    inner = [link for link in page.links if link.startswith("#")]
    check("whose links lead somewhere", inner and all(link[1:] in page.ids for link in inner), inner)
    check.equal("on this server", {get(url + link)[0] for link in page.links if not link.startswith("#")}, {200})
    missing = [path for path in document["paths"] if path not in text]
    check.equal("and that has every route", missing, [])
    # What stands there as an example is answered.
    curls = re.findall(r"<pre>curl '(http://127\.0\.0\.1:8080)([^']*)'", text)
    check("with an example each", len(curls) > 20, len(curls))
    for _, path in curls:
        if "{" in path or "stream" in path:
            continue
        status = get(url + path.replace("&amp;", "&"))[0]
        check(f"the example {path} is answered: {status}", status in (200, 404, 429), status)


def attacked(url, name, headers):
    """Schemathesis finds nothing."""
    words = [os.path.join(ROOT, ".venv", "bin", "schemathesis"), "run", url + "/openapi.json", "--checks", CHECKS, "--no-color",
             "--phases", PHASES, "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--workers", "2",
             # A stream does not end.
             "--exclude-path-regex", "stream$", "--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"]
    for header in headers:
        words += ["--header", header]
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(words, capture_output=True, text=True, cwd=place)
    told = done.stdout[done.stdout.find("FAILURES"):] if "FAILURES" in done.stdout else done.stdout
    tested = re.search(r"(\d+) generated", done.stdout)
    check(f"schemathesis finds nothing, {name} (seed {SEED}, {tested[1] if tested else '?'} questions)", done.returncode == 0,
          (told + done.stderr)[:40_000])


with tempfile.TemporaryDirectory() as folder:
    lake = os.path.join(folder, "lake")
    with Child("demo", "--data", lake, "--port", "0", "--hours", "2", "--seed", "7", "--opend-port", "none", ready="millrace ready http://") as demo:
        url = demo.line.split()[2]
        described(url)
        if not QUICK:
            attacked(url, "while everybody may ask", [])
        keys = [millrace("keys", "create", "--data", lake, "--vendor", vendor, "--plan", plan).stdout.split()[-1] for vendor, plan in VENDORS.items()]
        attacked(url, "with good keys",
                 [f"{HEADERS[vendor]}: {'Bearer ' if vendor == 'millrace' else ''}{key}" for vendor, key in zip(VENDORS, keys)])
        check.equal("the server is well", get(url + "/healthz")[0], 200)
        log = demo.log()
        check("no request failed", " error request " not in log, log[-3000:])
check.finish()
