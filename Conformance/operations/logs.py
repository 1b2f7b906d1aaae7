"""What a server writes to stderr: a line an event, as JSON or as text, with the request ids that answers carry and nothing secret."""
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request

from child import Child
from harness import ROOT, millrace
from serving import Serving

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def ask(server, path, headers={}):
    """The status of an answer and its id."""
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers["X-Request-Id"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["X-Request-Id"]


def described():
    """Every message that docs/logs.md explains, as a pattern; a recorder's lines may begin with their venue."""
    with open(os.path.join(ROOT, "docs", "logs.md")) as page:
        return set(re.findall(r"^\| `([^`]+)` \|[^|]*\|[^|]*\|$", page.read(), re.M))


def requests(check, folder):
    """Every request is a line of level debug, with its answer's id; neither key nor query is in it."""
    lake = os.path.join(folder, "logs")
    key = millrace("keys", "create", "--data", lake, "--vendor", "oanor", "--plan", "free").stdout.split()[-1]
    with Serving(lake, "--log", "json", "--log-level", "debug") as server:
        asked = [ask(server, "/orderflow-api/v1/meta?trades=77", {"x-oanor-key": key}),
                 ask(server, f"/orderflow-api/v1/meta?key={key}", {"x-oanor-key": "wrong" + key}),
                 ask(server, "/nothing/%0a%1b%5b31m?secret=1"), ask(server, "/v1/gaps"), ask(server, "/healthz")]
        server.stop()
        log = server.log()
        lines = [json.loads(line) for line in log.splitlines()]
        told = {line["request"]: line for line in lines if "request" in line}
        check.equal("every answer has its line, with its id and status", [(told.get(id) or {}).get("status") for _, id in asked],
                    [status for status, _ in asked])
        check.equal("and its façade", [told[id]["facade"] for _, id in asked], ["oanor", "oanor", "health", "native", "health"])
        check("no key and no query is in the log", key not in log and "77" not in "".join(line.get("path", "") for line in lines) and "secret" not in log, log)
        check.equal("their message is one", len({line["message"] for line in told.values()}), 1)
        check("all have time and level", all(re.fullmatch(STAMP, line["time"]) and line["level"] in ("debug", "info") for line in lines), log)
        known = described()
        check.equal("every message is explained", sorted({line["message"] for line in lines} - known), [])
        check.equal("the end is told", lines[-1]["message"] if lines else None, "stopping after {reason}: finishing what is in flight")


def normal_work(check, folder, seconds):
    """What goes well is not worth a line."""
    with Child("simulate", "live", "--seed", "5", "--rate", "400", ready="{") as simulator:
        host = json.loads(simulator.line)["hosts"]["binance-spot"]
        with Serving(os.path.join(folder, "quiet"), "--record", "binance-spot:BTCUSDT", "--opend-port", "none",
                     "--endpoint", f"binance-spot={host['rest']},{host['stream']}") as server:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for path in ("/orderflow-api/v1/flow?symbol=BTCUSDT", "/orderflow-api/v1/flow", "/nowhere", "/metrics", "/v1/instruments"):
                    ask(server, path)
                time.sleep(0.2)
            check.equal("normal work writes nothing", server.log(), "")
            # What the venue does is another matter: it is a warning, with the venue's name, once for each time.
            simulator.stop(signal.SIGKILL)
            end = time.monotonic() + 20
            while "disconnected" not in server.log() and time.monotonic() < end:
                time.sleep(0.1)
            line = server.log().splitlines()[0] if server.log() else ""
            check(f"a connection that is lost is told: {line}", re.fullmatch(STAMP + r" warning binance-spot: disconnected: .+", line), server.log())


def words(check, folder):
    """Options that are wrong say what is right."""
    for option, value in (("--log", "yaml"), ("--log-level", "loud")):
        done = millrace("serve", "--data", folder, option, value)
        check(f"{option} {value} is refused with the choices", done.status == 2 and "choose one of" in done.stderr, done.stderr)


def run(check, folder, quick):
    requests(check, folder)
    normal_work(check, folder, 5 if quick else 60)
    words(check, folder)
