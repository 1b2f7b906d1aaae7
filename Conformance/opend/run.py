#!/usr/bin/env python3
"""Futu's and moomoo's own Python clients against a server of option statistics.

The clients want a Python environment of their own (`OPEND_PYTHON=…/bin/python`, by default `.venv/opend/bin/python`): they pin an older
protobuf.

usage: run.py [--quick]
"""
import csv
import datetime
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import keyed
import served
import wire
from harness import Checks, ROOT

check = Checks("opend")
PYTHON = os.environ.get("OPEND_PYTHON", os.path.join(ROOT, ".venv", "opend", "bin", "python"))
SERVER = os.path.join(ROOT, ".build", "release", "OpenDServer")
NEW_YORK, HONG_KONG = ZoneInfo("America/New_York"), ZoneInfo("Asia/Hong_Kong")
# The vendor's example, as its page shows it.
JUNE = [("2026-06-12", 45658870, 28723978), ("2026-06-11", 38303062, 30520043), ("2026-06-10", 35371830, 30180004),
        ("2026-06-09", 42880655, 36646152), ("2026-06-08", 35442266, 25811533), ("2026-06-05", 52362998, 44023321),
        ("2026-06-04", 38082169, 24572137), ("2026-06-03", 36858233, 23035404), ("2026-06-02", 36822706, 21026201),
        ("2026-06-01", 42932185, 24084036)]
LIMITED = "获取期权市场统计频率太高，请求失败，每30秒最多60次。"


class Server:
    def __init__(self, path, *options, port=0):
        self.process = subprocess.Popen([SERVER, path, f"port={port}", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def ended(self):
        """How many connections are open, and how many were ended for each reason."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Peer:
    """A vendor's client as a process."""

    def __init__(self, brand, port, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(HERE, "peer.py"), brand, str(port), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=os.environ | {"HOME": self.folder.name, "appdata": self.folder.name})

    def hear(self, seconds=60):
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if ready else ""
        return json.loads(line) if line else {"error": f"nothing for {seconds} s"}

    def tell(self, *step):
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()

    def ask(self, *step, seconds=60):
        self.tell(*step)
        return self.hear(seconds)

    def __enter__(self):
        self.first = self.hear()
        return self

    def __exit__(self, *_):
        try:
            check.equal("the client closes", self.ask("close"), "closed")
        finally:
            self.process.kill()
            self.process.wait()
            self.folder.cleanup()


def rows_of_five_years():
    """Made-up days of five years and a half for all markets, weekends left out; and the vendor's ten days."""
    numbers = random.Random(7)
    day, rows = datetime.date(2021, 1, 1), {}
    while day < datetime.date(2026, 5, 30):
        if day.weekday() < 5:
            for market in ("us-security", "us-index", "hk-security", "hk-index"):
                rows[day.isoformat(), market] = [numbers.randrange(0, 60_000_000) for _ in range(4)]
        day += datetime.timedelta(1)
    rows["2025-07-03", "us-index"][0] = 0
    rows.update({(day, "us-security"): [calls, puts, "", ""] for day, calls, puts in JUNE})
    for day, calls, puts in JUNE:
        rows[day, "crypto:BTC"] = [calls // 1000, puts // 1000, calls // 10, puts // 10]
    return rows


def expected(rows, market, measure, begin, end):
    """The columns that the client is to show, the newest day first."""
    zone = HONG_KONG if market.startswith("HK") else NEW_YORK
    name, column = market.lower().replace("_", "-"), 0 if measure == "VOLUME" else 2
    columns = {"time": [], "timestamp": [], "call_value": [], "put_value": [], "total_value": [], "ratio": []}
    for day, own in sorted(rows, reverse=True):
        calls, puts = rows[day, own][column:column + 2]
        if own != name or not begin <= day <= end or calls == "":
            continue
        midnight = datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), zone).timestamp()
        for key, value in zip(columns, (day, midnight, calls, puts, calls + puts, puts / calls if calls else "N/A")):
            columns[key].append(value)
    return columns


def plain(server, rows, brand, quick):
    with Peer(brand, server.port) as peer:
        check(f"{brand} is ready at once", "error" not in peer.first, peer.first)
        answer = peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")
        check.equal(f"{brand} shows the vendor's ten rows", answer,
                    {"ret": 0, "data": expected(rows, "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15"), "key": None})
        check.equal(f"{brand} shows the ten days", [(a, b, c) for a, b, c in zip(*(answer["data"][k] for k in ("time", "call_value", "put_value")))], JUNE)
        for market in ("US_SECURITY", "US_INDEX", "HK_SECURITY", "HK_INDEX"):
            for measure in ("VOLUME", "OPEN_INTEREST"):
                answer = peer.ask("statistic", market, measure, "2025-06-01", "2026-05-31")
                check.equal(f"{brand}: a year of {market} {measure}", answer,
                            {"ret": 0, "data": expected(rows, market, measure, "2025-06-01", "2026-05-31"), "key": None})
        # Five years, by the loop that the vendor documents.
        found = peer.ask("pages", "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29")
        check(f"{brand}: five years come in pages of a year, and none for a Sunday left over", len(found) == 5 and all(page["ret"] == 0 for page in found), len(found))
        columns = {key: sum((page["data"][key] for page in found), []) for key in found[0]["data"]}
        check.equal(f"{brand}: five years are complete", columns, expected(rows, "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29"))
        check.equal(f"{brand}: no rows are an empty table", peer.ask("statistic", "US_INDEX", "VOLUME", "2010-01-01", "2010-12-31")["data"]["time"], [])
        check.equal(f"{brand}: without dates it is a year up to today", peer.ask("statistic")["ret"], 0)
        answer = peer.ask("underlying", "CC.BTC", "2026-06-01", "2026-06-30")
        check(f"{brand}: the options on an underlying", answer.get("ret") == 0 and answer["data"]["time"] == [day for day, _, _ in JUNE]
              and answer["data"]["call_volume"] == [calls // 1000 for _, calls, _ in JUNE]
              and answer["data"]["put_open_interest"] == [puts // 10 for _, _, puts in JUNE], answer)
        state = peer.ask("state")
        check(f"{brand}: the state is told", state.get("ret") == 0 and state["data"]["qot_logined"] is True
              and state["data"]["program_status_type"] == "READY" and abs(int(state["data"]["timestamp"]) - time.time()) < 60, state)
        refused = peer.ask("snapshot", "US.AAPL")
        check(f"{brand}: another protocol is refused with a word", refused.get("ret") == -1 and "未支持的协议" in refused["data"], refused)
        if not quick:
            # Signs of life go both ways for longer than the client is patient.
            check.equal(f"{brand} stays connected", peer.ask("wait", 45, seconds=90), "READY")
            check.equal(f"{brand} asks on", peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")["ret"], 0)


def limited(server):
    with Peer("futu", server.port) as peer:
        answers = [peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15") for _ in range(61)]
        check("sixty calls are answered", all(answer["ret"] == 0 for answer in answers[:60]))
        check.equal("the 61st is refused in the vendor's words", answers[60], {"ret": -1, "data": LIMITED, "key": None})


def encrypted(path, rows, quick):
    key = os.path.join(os.path.dirname(path), "key.pem")
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "1024"], check=True, capture_output=True)
    want = {"ret": 0, "data": expected(rows, "US_SECURITY", "VOLUME", "2025-06-16", "2026-06-15"), "key": None}
    step = ("statistic", "US_SECURITY", "VOLUME", "2025-06-16", "2026-06-15")
    for options in ([], ["demand"]):
        with Server(path, f"key={key}", *options) as server:
            with Peer("futu", server.port, "encrypt", f"key={key}") as peer:
                check.equal(f"encrypted {options}", peer.ask(*step), want)
                found = peer.ask("pages", "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29")
                check.equal("encrypted pages", sum((page["data"]["time"] for page in found), []),
                            expected(rows, "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29")["time"])
            # A key file without encryption: the first question is encrypted all the same.
            with Peer("futu", server.port, f"key={key}") as peer:
                check.equal(f"a key file, and nothing encrypted {options}", peer.ask(*step), want)
            with Peer("futu", server.port, "encrypt", "json", f"key={key}") as peer:
                check.equal(f"encrypted JSON {options}", peer.ask(*step), want)
    with Server(path, f"key={key}") as server, Peer("moomoo", server.port) as peer:
        check.equal("a plain client of a server with a key", peer.ask(*step), want)


def in_json(server, rows):
    with Peer("futu", server.port, "json") as peer:
        check("JSON is ready", "error" not in peer.first, peer.first)
        answer = peer.ask("statistic", "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29")
        check.equal("five years in JSON come at once", answer,
                    {"ret": 0, "data": expected(rows, "HK_INDEX", "VOLUME", "2021-05-30", "2026-05-29"), "key": None})
        check.equal("state in JSON", peer.ask("state").get("ret"), 0)
        check("an unknown protocol in JSON", "未支持的协议" in str(peer.ask("snapshot", "US.AAPL").get("data")))


def restarted(path, rows):
    """A call that is waiting while the server is away succeeds when it is back."""
    server = Server(path)
    try:
        with Peer("futu", server.port) as peer:
            check.equal("before the restart", peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")["ret"], 0)
            port = server.port
            server.kill()
            time.sleep(1)
            peer.tell("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")
            time.sleep(1)
            server = Server(path, port=port)
            answer = peer.hear(60)
            check.equal("a call waits for the restart", answer, {
                "ret": 0, "data": expected(rows, "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15"), "key": None})
    finally:
        server.kill()


def many(server, count):
    with Peer("futu", server.port) as peer:
        answers = peer.ask("many", count - 1, seconds=300)
        check.equal(f"{count} contexts at once", answers, [[0, True]] * count)


def main():
    quick = "--quick" in sys.argv
    if not os.path.exists(SERVER):
        subprocess.run(["swift", "build", "-c", "release", "--product", "OpenDServer"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        path, rows = os.path.join(folder, "rows.csv"), rows_of_five_years()
        with open(path, "w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["date", "market", "call_volume", "put_volume", "call_oi", "put_oi"])
            table.writerows([*key, *values] for key, values in rows.items())
        wire.run(check, Server, path, quick)
        if not os.path.exists(PYTHON):
            check("the vendors' clients are there", False, f"{PYTHON} is missing: scripts/setup tests")
            check.finish()
        with Server(path, "threads=2") as server:
            plain(server, rows, "futu", quick)
            plain(server, rows, "moomoo", True)
            limited(server)
            in_json(server, rows)
            many(server, 20 if quick else 200)
        encrypted(path, rows, quick)
        restarted(path, rows)
    served.run(check, Peer, JUNE)
    keyed.run(check, JUNE)
    check.finish()


main()
