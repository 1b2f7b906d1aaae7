#!/usr/bin/env python3
"""oanor's orderflow-api on real sockets: every number against exact fractions, errors, HEAD, keys, quotas across a kill.

usage: run.py [--quick]
"""
import glob
import json
import os
import re
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import reference
from harness import SHARED, Checks, millrace
from serving import Serving

QUICK = "--quick" in sys.argv
check = Checks("oanor")
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def ask(server, path, method="GET", key=None, **query):
    """Status, headers, text."""
    url = f"{server.url}/orderflow-api/v1/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
    request = urllib.request.Request(url, method=method, headers={"x-oanor-key": key} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


def data(server, path, **query):
    status, _, text = ask(server, path, **query)
    check.equal(f"{path} {query} status", status, 200)
    body = json.loads(text, parse_float=Decimal)
    check(f"{path} {query} envelope", list(body) == ["data", "meta", "status", "message", "success"] and body["success"] is True
          and body["status"] == "ok" and STAMP.match(body["meta"]["timestamp"]) and UUID.match(body["meta"]["request_id"]), text[-300:])
    check(f"{path} {query}: numbers without trailing zeros or exponents", not re.search(r'":-?\d+(\.\d*0|\.|[eE][^"]*)[,}\]]', text), text)
    return body["data"]


def numbers(server, trades, **who):
    for wanted in (None, 100, 101, 999, 2000, 4999, 5000, 1, 99_999):
        query = who if wanted is None else {**who, "trades": wanted}
        answer = data(server, "flow", **query)
        expected = reference.flow(trades, 1000 if wanted is None else wanted)
        check(f"flow {query}", len(answer) == 18 and reference.same(answer, expected), f"{answer} is not {expected}")
    sizes = sorted(t.notional for t in trades)
    exact = sizes[len(sizes) // 2]
    for minimum in (None, Fraction(0), Fraction(1000), exact, exact + Fraction(1, 10**7), sizes[-1], sizes[-1] + 1):
        query = dict(who) if minimum is None else {**who, "min_notional": f"{float(minimum):.10f}".rstrip("0").rstrip(".")}
        expected = reference.large(trades, Fraction(100_000) if minimum is None else Fraction(query["min_notional"]))
        answer = data(server, "large", **query)
        check(f"large {query}", len(answer) == 10 and reference.same(answer, expected), f"{str(answer)[:400]} is not {str(expected)[:400]}")


def errors(server):
    for path, query, status in (
        ("flow", {}, 400), ("flow", {"symbol": "NOPE"}, 404), ("flow", {"symbol": "BTCUSDT", "trades": "many"}, 400), ("nothing", {}, 404),
        ("large", {"symbol": "BTCUSDT", "min_notional": "-1"}, 400), ("flow", {"symbol": "BTCUSDT", "venue": "moon"}, 400),
        ("flow", {"symbol": "x" * 4000}, 414), ("flow", {"symbol": "\0"}, 400),
    ):
        got, _, text = ask(server, path, **query)
        body = json.loads(text)
        check(f"{path} {str(query)[:60]}", got == status and body["data"] is None and body["success"] is False and body["status"] == "error"
              and body["message"] and UUID.match(body["meta"]["request_id"]), (got, text))
    got, headers, text = ask(server, "flow", method="POST")
    check("POST", got == 405 and headers["Allow"] == "GET, HEAD, OPTIONS" and json.loads(text)["success"] is False, (got, text))
    get, head = ask(server, "symbols"), ask(server, "symbols", method="HEAD")
    check("HEAD is GET without a body", head[0] == 200 and head[2] == "" and head[1]["Content-Length"] == get[1]["Content-Length"])


def keys(lake):
    made = [millrace("keys", "create", "--data", lake, "--vendor", "oanor", "--plan", plan, "--quiet").stdout.strip() for plan in ("free", "starter")]
    check("keys are shown once", all(re.match(r"^oanor_live_[0-9A-Za-z]{43}$", key) for key in made), made)
    listed = millrace("keys", "list", "--data", lake).stdout
    check("and never again", not any(key in listed for key in made), listed)
    free, starter = made
    with Serving(lake) as server:
        check.equal("no key", ask(server, "meta")[0], 401)
        check.equal("a wrong key", ask(server, "meta", key=starter.swapcase())[0], 401)
        check.equal("OPTIONS without a key", ask(server, "meta", method="OPTIONS")[0], 401)
        check.equal("health needs no key", urllib.request.urlopen(server.url + "/healthz").status, 200)
        first = ask(server, "meta", key=free)
        check("a good key", first[0] == 200 and first[1]["x-quota-remaining"] == "449", first)
        statuses = [ask(server, "meta", key=free) for _ in range(6)]
        check("two calls a second", [each[0] for each in statuses].count(200) <= 1 and statuses[-1][0] == 429
              and statuses[-1][1]["Retry-After"] == "1" and json.loads(statuses[-1][2])["success"] is False, [s[0] for s in statuses])
        made_calls = 0
        for _ in range(20):
            made_calls += ask(server, "meta", key=starter)[0] == 200
            time.sleep(0.17)
        left = int(ask(server, "meta", key=starter)[1]["x-quota-remaining"])
        made_calls += 1
        check.equal("calls are counted", left, 11_500 - made_calls)
        server.stop(signal.SIGKILL)
    with Serving(lake) as server:
        after = int(ask(server, "meta", key=starter)[1]["x-quota-remaining"])
        # Calls are booked ahead in blocks of a hundredth of the quota: a kill loses up to a block and a half, and gives none back.
        check("a kill gives no call back", left - 1 - 173 <= after <= left - 1, (left, after))
        server.stop()
    with Serving(lake) as server:
        check.equal("a clean end loses none", int(ask(server, "meta", key=starter)[1]["x-quota-remaining"]), after - 1)
        new = millrace("keys", "rotate", "--data", lake, "--key", listed.split()[0] if "free" in listed.split()[2] else listed.splitlines()[1].split()[0],
                       "--quiet").stdout.strip()
        time.sleep(1)
        check.equal("a rotated key's old secret", ask(server, "meta", key=free)[0], 401)
        check.equal("its new one", ask(server, "meta", key=new)[0], 200)
        log = server.log()
        check("keys are not in the log", not any(key in log for key in made + [new]), log)


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-oanor-") as folder:
        lake = os.path.join(folder, "lake")
        dumps = millrace("simulate", "archives", "--venue", "binance-spot", "--symbol", "BTCUSDT", "--rows", 20_000, "--format", "csv",
                         "--output", folder, "--quiet")
        spot = dumps.stdout.split()[-1]
        check.equal("import", millrace("import", spot, "--data", lake, "--venue", "binance-spot", "--symbol", "BTCUSDT").status, 0)
        real = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "BTCUSD_PERP-*.zip"))
        if real:
            done = millrace("import", real[0], "--data", lake, "--venue", "binance-coin-futures", "--symbol", "BTCUSD_PERP")
            check.equal("import of the COIN-M day", done.status, 0)
        else:
            check.skip("no real COIN-M day in ../shared/data")
        with Serving(lake) as server:
            trades = reference.read(spot)
            numbers(server, trades, symbol="BTCUSDT")
            numbers(server, trades, coin="btc", quote="usdt")
            if real:
                inverse = reference.read(real[0], contract_size=100)
                numbers(server, inverse, symbol="BTCUSD_PERP", venue="binance-coin-futures")
            symbols = data(server, "symbols", quote="USDT")
            check.equal("symbols", symbols, {"count": 1, "quote": "USDT", "source": "Binance", "symbols": ["BTCUSDT"]})
            check.equal("service", data(server, "meta")["service"], "orderflow-api")
            errors(server)
            # Another day arrives while it serves.
            more = millrace("simulate", "archives", "--venue", "binance-spot", "--symbol", "ETHUSDT", "--rows", 5000, "--format", "csv",
                            "--output", folder, "--quiet").stdout.split()[-1]
            millrace("import", more, "--data", lake, "--venue", "binance-spot", "--symbol", "ETHUSDT")
            time.sleep(2.5)
            check.equal("a new instrument is served", data(server, "symbols")["symbols"], ["BTCUSDT", "ETHUSDT"])
            numbers(server, reference.read(more), symbol="ETHUSDT")
            check.equal("clean end", server.stop(), 0)
        refused = millrace("serve", "--data", lake, "--host", "0.0.0.0", "--port", 0, timeout=20)
        check("an open address without keys is refused", refused.status == 1 and "keys create" in refused.stderr and refused.stderr.count("\n") == 1,
              refused.stderr)
        keys(lake)
        with Serving(lake, "--host", "0.0.0.0") as server:
            check("with keys it starts", server.url.startswith("http://0.0.0.0:"), server.url)
    check.finish()


if __name__ == "__main__":
    main()
