#!/usr/bin/env python3
"""What an operator sees of a running server, by Prometheus' own tool, and what stands in front of it: nginx, systemd.

usage: run.py [--quick]
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import backup
import deploy
import logs
from child import Child
from harness import Checks, ROOT, millrace
from serving import Serving

check = Checks("operations")
PROMTOOL = os.path.join(ROOT, ".deps", "prometheus", "usr", "bin", "promtool")


def text(server, path, headers={}):
    request = urllib.request.Request(server.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(page):
    """Samples by name and labels."""
    found = {}
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)", line).groups()
        found[name, labels or ""] = float(value)
    return found


def figures_of_a_recording(folder):
    lake = os.path.join(folder, "lake")
    with Child("simulate", "live", "--seed", "3", "--rate", "400", ready="{") as simulator:
        host = json.loads(simulator.line)["hosts"]["binance-spot"]
        with Serving(lake, "--record", "binance-spot:BTCUSDT", "--intervals", "1s,1m",
                     "--endpoint", f"binance-spot={host['rest']},{host['stream']}") as server:
            end = time.monotonic() + 60
            while server.get("/v1/instruments")["instruments"][0:1] == [] or not server.get("/v1/instruments")["instruments"][0]["durable_time"]:
                time.sleep(0.2)
                if time.monotonic() > end:
                    break
            end = time.monotonic() + 30
            while not re.search(r"^millrace_bars_total\{.*\} [1-9]", text(server, "/metrics")[1], re.M) and time.monotonic() < end:
                time.sleep(0.3)
            for _ in range(7):
                text(server, "/orderflow-api/v1/flow?symbol=BTCUSDT&trades=100")
            for path in ("/orderflow-api/v1/flow", "/orderflow-api/v1/nothing", "/nothing"):
                text(server, path)
            status, page = text(server, "/metrics")
            check.equal("figures are told", status, 200)
            if os.path.exists(PROMTOOL):
                done = subprocess.run([PROMTOOL, "check", "metrics"], input=page, capture_output=True, text=True)
                check("promtool finds nothing wrong", done.returncode == 0 and not (done.stdout + done.stderr).strip(), done.stdout + done.stderr)
            else:
                check("promtool is there", False, f"{PROMTOOL} is missing: scripts/setup tests")
            told = figures(page)
            check.equal("requests are counted by façade and status", (
                told.get(("millrace_requests_total", 'facade="oanor",code="200"')), told.get(("millrace_requests_total", 'facade="oanor",code="400"')),
                told.get(("millrace_requests_total", 'facade="oanor",code="404"')), told.get(("millrace_requests_total", 'facade="health",code="404"'))),
                (7, 1, 1, 1))
            check.equal("durations are as many", told.get(("millrace_request_duration_seconds_count", 'facade="oanor"')), 9)
            feed = 'venue="binance-spot",symbol="BTCUSDT"'
            check.equal("the feed is up", told.get(("millrace_feed_up", feed)), 1)
            check("its lag is told", 0 <= told.get(("millrace_feed_lag_seconds", feed), -1) < 5, page)
            check("what is durable is told", 0 <= told.get(("millrace_feed_durable_age_seconds", feed), -1) < 30, page)
            check("bars are counted", told.get(("millrace_bars_total", feed), 0) > 0 and told.get(("millrace_revised_bars_total", feed)) == 0, page)
            check.equal("no hole is open", told.get(("millrace_open_gaps", feed)), 0)
            check("trades are counted", told.get(("millrace_trades_total", 'venue="binance-spot"'), 0) > 0, page)
            check("commits are counted", told.get(("millrace_journal_commit_duration_seconds_count", 'venue="binance-spot"'), 0) > 0, page)
            check("memory is told", 10e6 < told.get(("process_resident_memory_bytes", ""), 0) < 1e9, page)
            later = figures(text(server, "/metrics")[1])
            check("counters grow", later["millrace_requests_total", 'facade="health",code="200"'] > told.get(
                ("millrace_requests_total", 'facade="health",code="200"'), 0))
            check.equal("ready, and nothing is stale", text(server, "/readyz"), (200, "ready\n"))
            simulator.stop()
            end = time.monotonic() + 30
            while (found := text(server, "/readyz")) == (200, "ready\n") and time.monotonic() < end:
                time.sleep(0.3)
            check("a feed that is lost is named, and the server still answers", found[0] == 200 and "stale: binance-spot BTCUSDT: " in found[1], found)
            check.equal("and is down", figures(text(server, "/metrics")[1]).get(("millrace_feed_up", feed)), 0)


def signals(folder):
    """A signal is for the thread that waits for it: any other that would take one ends the process instead."""
    lake = os.path.join(folder, "signals")
    for words in ((), ("--record", "binance-spot", "--option-reports", "occ", "--report-server", "occ=http://127.0.0.1:1",
                       "--endpoint", "binance-spot=http://127.0.0.1:1,ws://127.0.0.1:1")):
        if not os.path.exists(lake):
            millrace("keys", "create", "--data", lake, "--vendor", "oanor", "--plan", "free")
        with Serving(lake, *words) as server:
            pid, open_to = server.process.pid, []
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/status") as status:
                    blocked = next(int(line.split()[1], 16) for line in status if line.startswith("SigBlk"))
                if int(task) != pid and not all(blocked >> (number - 1) & 1 for number in (signal.SIGTERM, signal.SIGINT)):
                    open_to.append(task)
            check.equal(f"no thread but the one that waits takes signals {words[:2]}", open_to, [])
            check.equal("a stop is a clean one", server.stop(), 0)


def figures_behind_a_key(folder):
    lake = os.path.join(folder, "lake")
    key = millrace("keys", "create", "--data", lake, "--vendor", "millrace", "--plan", "unlimited").stdout.split()[-1]
    with Serving(lake) as server:
        check.equal("figures want a key once there is one", text(server, "/metrics")[0], 401)
        check.equal("and are told to who has it", text(server, "/metrics", {"Authorization": f"Bearer {key}"})[0], 200)
        check.equal("whether it lives anybody may ask", text(server, "/healthz"), (200, "ok\n"))


with tempfile.TemporaryDirectory() as folder:
    figures_of_a_recording(folder)
    figures_behind_a_key(folder)
    signals(folder)
    logs.run(check, folder, "--quick" in sys.argv)
deploy.run(check)
backup.run(check, "--quick" in sys.argv)
check.finish()
