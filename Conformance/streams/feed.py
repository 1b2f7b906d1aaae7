"""Tells a server of the Swift tests what its recorders would: trades, time, holes; and what became of its clients."""
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]

PORT = int(sys.argv[1])
URL = f"http://127.0.0.1:{PORT}"
MINUTE = 60_000_000
# 2026-01-01 00:00 UTC
START = 1_767_225_600_000_000


def ask(path, method="GET", headers=None, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    request = urllib.request.Request(URL + path + query, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def tell(path, **parameters):
    status, body = ask("/feed" + path, "POST", **parameters)
    assert status == 200, (path, status, body)
    return body.decode().strip()


def trades(symbol, first, count, time, price="100.50", quantity="0.250", side="buy", late=0, venue="binance-futures"):
    """Trades with ids from `first` on, a millisecond apart."""
    tell("/trades", venue=venue, symbol=symbol, first=first, count=count, time=time, price=price.replace(".", ""),
         quantity=quantity.replace(".", ""), side=side, late=late)


def tick(now):
    tell("/tick", now=now)


def gap(symbol, ids, times, state, missing, venue="binance-futures"):
    tell("/gap", venue=venue, symbol=symbol, from_id=ids[0], to_id=ids[1], from_time=times[0], to_time=times[1], state=state, missing=missing)


def until(condition, what="the condition"):
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} does not come true"
        time.sleep(0.01)
    return found


def get(path, **parameters):
    status, body = ask(path, **parameters)
    assert status == 200, (path, status, body)
    return json.loads(body)


def main(*checks):
    for check in checks:
        try:
            check()
        except Exception as error:
            print(f"FAILED {check.__name__}: {type(error).__name__} {error}", file=sys.stderr)
            raise
        print(f"ok {check.__name__}: {check.__doc__}")
