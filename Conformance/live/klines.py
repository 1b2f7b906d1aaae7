"""Minute bars against the venues' own: volumes, counts and taker buys of klines, real ones and the simulator's."""
import csv
import glob
import gzip
import json
import os
import time
import urllib.request
from decimal import Decimal

from clock import ShiftedClock
from harness import SHARED, millrace
from market import INSTRUMENTS, Instrument, market, recording, rows
from serving import Serving
from simulating import Simulator

MINUTE = 60_000


def run(check, folder):
    real(check, os.path.join(folder, "real"))
    simulated(check, os.path.join(folder, "simulated"))


def bars(lake, instrument):
    """Minute bars of a lake by their start in milliseconds."""
    done = millrace("bars", "flow", "--data", lake, *instrument.who, "--interval", "1m", "--format", "json",
                    "--fields", "volume,volume_notional,trade_count,taker_buy_volume")
    assert done.status == 0, done.stderr
    return {row.pop("time"): row for row in map(json.loads, done.stdout.splitlines())}


# Real frames: a kline names the raw ids that it counts, so two of a minute, or one and the minute's beginning, say what lies between.

def real(check, folder):
    for name, venue in [("BINANCE_FUTURES", "binance-futures"), ("BINANCE_DELIVERY", "binance-coin-futures")]:
        found = glob.glob(os.path.join(SHARED, "venue-websocket", name + ".ws.*.gz"))
        if not found:
            check.skip(f"no frames of {name} in ../shared/data")
            continue
        compared = counted = 0
        for symbol, (trades, klines) in frames(found[0]).items():
            for first, last, between in spans(klines, trades):
                compare_real(check, os.path.join(folder, f"{symbol}-{last['t']}"), venue, symbol, between, first, last)
                compared += 1
                counted += last["n"] - first["n"]
        check(f"{name}: there are klines with trades between them", compared > 0)
        print(f"live: klines: {compared} spans of real klines of {name} with {counted} raw trades equal the bars of their aggregates", flush=True)


def frames(path):
    """The aggregates and the klines of each symbol."""
    found = {}
    with gzip.open(path, "rt") as lines:
        for line in lines:
            start = line.find(": {")
            if start < 0 or line.startswith("wss"):
                continue
            data = json.loads(line[start + 2:]).get("data", {})
            if data.get("e") in ("aggTrade", "kline"):
                trades, klines = found.setdefault(data["s"], ([], []))
                trades.append(data) if data["e"] == "aggTrade" else klines.append(data["k"])
    return found


def spans(klines, trades):
    """Of each minute the widest span between two klines that whole aggregates fill, and those."""
    for minute in sorted({kline["t"] for kline in klines if kline["n"]}):
        mine = [kline for kline in klines if kline["t"] == minute and kline["n"]]
        begin = {"L": mine[0]["f"] - 1, "n": 0, "v": "0", "q": "0", "V": "0", "Q": "0"}
        for first, last in ((first, last) for first in [begin, *mine] for last in reversed(mine) if last["L"] > first["L"]):
            between = [trade for trade in trades if trade["l"] > first["L"] and trade["f"] <= last["L"]]
            ids = [first["L"], *(id for trade in between for id in (trade["f"], trade["l"])), last["L"] + 1]
            if between and all(b == a + 1 for a, b in zip(ids[::2], ids[1::2])):
                yield first, last, between
                break


def compare_real(check, folder, venue, symbol, trades, first, last):
    size = 100 if symbol.startswith("BTC") else 10
    inverse = venue == "binance-coin-futures"
    instrument = Instrument(venue, symbol, None, options=["--contract-size", size] if inverse else [])
    os.makedirs(folder)
    path = os.path.join(folder, f"{symbol}-aggTrades.csv")
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time", "is_buyer_maker"])
        for trade in trades:
            writer.writerow([trade["a"], trade["p"], trade["q"], trade["f"], trade["l"], trade["T"], str(trade["m"]).lower()])
    lake = os.path.join(folder, "lake")
    done = millrace("import", path, "--data", lake, *instrument.who, *instrument.options, "--quiet")
    if not check(f"{instrument}: aggregates are imported", done.status == 0, done.stderr):
        return
    (bar,) = bars(lake, instrument).values()
    kline = {key: Decimal(last[key]) - Decimal(first[key]) for key in ("v", "q", "V", "Q")}
    compare(check, f"{instrument} {last['t']}", bar, kline, size if inverse else None)
    check.equal(f"{instrument} {last['t']}: raw trades", sum(row[-1] for row in rows(lake, instrument).values()), last["n"] - first["n"])


def compare(check, what, bar, kline, size=None):
    """`kline` has volume, turnover and those of taker buys as Binance names them; on inverse contracts (of a size) contracts and base."""
    if size is None:
        check.equal(f"{what}: volume", bar["volume"], float(kline["v"]))
        check.equal(f"{what}: notional", bar["volume_notional"], float(kline["q"]))
        if "V" in kline:
            check.equal(f"{what}: taker buys", bar["taker_buy_volume"], float(kline["V"]))
        return
    check.equal(f"{what}: notional", bar["volume_notional"], float(kline["v"] * size))
    # The venue rounds each trade's base to eight digits.
    for field, key in (("volume", "q"), ("taker_buy_volume", "Q")):
        check(f"{what}: {field}", abs(bar[field] - float(kline[key])) <= 5e-9 * bar["trade_count"] + 1e-8, (bar[field], kline[key]))


# The simulator's, of what was recorded live.

def simulated(check, folder):
    instruments = [
        Instrument("binance-spot", "BTCUSDT", "binance-spot"), Instrument("binance-futures", "BTCUSDT", "binance-futures"),
        Instrument("binance-coin-futures", "BTCUSD_PERP", "binance-coin-futures"), *INSTRUMENTS[1:],
    ]
    os.makedirs(folder)
    clock, lake = ShiftedClock(folder), os.path.join(folder, "lake")
    # The venues' clock runs faster, so that minutes pass.
    with Simulator("--speed", 25, "--weight", 1_000_000, *market(11, 20, instruments)) as simulator:
        with Serving(lake, *recording(simulator.hosts, instruments)) as server:
            def last_times():
                listed = server.get("/v1/instruments")["instruments"]
                return [each["durable_time"] // 60_000_000 for each in listed if each["state"] == "live" and each["durable_time"]]

            check("all are recorded", until(lambda: len(last_times()) == len(instruments)), server.log())
            begun = max(last_times()) + 1
            check("minutes pass", until(lambda: min(last_times()) > begun + 3), last_times())
            gaps = server.gaps()
        check("nothing is missing", not [gap for gap in gaps if gap["state"] != "repaired"], gaps)
        klines = {(each, minute): venue_kline(simulator, each, minute * MINUTE) for each in instruments for minute in range(begun, begun + 3)}
    clock.set(7 * 86_400)
    with Serving(lake, *recording(simulator.hosts, instruments), environment=clock.environment):
        check("the day is sealed", until(lambda: not glob.glob(os.path.join(lake, "journal", "*", "*.sqlite"))))
    for each in instruments:
        known, fills = bars(lake, each), {}
        for values in rows(lake, each).values():
            fills[values[0] // 60_000_000] = fills.get(values[0] // 60_000_000, 0) + values[-1]
        for minute in range(begun, begun + 3):
            what = f"{each} {minute * MINUTE}"
            bar, kline = known.get(minute * MINUTE), klines[each, minute]
            if check(f"{what}: there are both", bar and kline, (bar, kline)):
                compare(check, what, bar, kline, 100 if each.venue == "binance-coin-futures" else None)
                if "n" in kline:
                    check.equal(f"{what}: raw trades", fills[minute], kline["n"])
    print(f"live: klines: 3 recorded minutes of {len(instruments)} instruments equal the venues' klines", flush=True)


def venue_kline(simulator, instrument, start):
    """A kline by the names that Binance has for its numbers."""
    base, end = simulator.rest(instrument.host), start + MINUTE - 1
    if instrument.host == "okx":
        rows = get(f"{base}/api/v5/market/candles?instId={instrument.symbol}&bar=1m&after={end + 1}&limit=1")["data"]
        return next(({"v": Decimal(row[6]), "q": Decimal(row[7])} for row in rows if int(row[0]) == start), None)
    if instrument.host == "bybit":
        rows = get(f"{base}/v5/market/kline?category=linear&symbol={instrument.symbol}&interval=1&start={start}&end={end}")["result"]["list"]
        return next(({"v": Decimal(row[5]), "q": Decimal(row[6])} for row in rows if int(row[0]) == start), None)
    path = {"binance-spot": "api/v3", "binance-futures": "fapi/v1", "binance-coin-futures": "dapi/v1"}[instrument.host]
    rows = get(f"{base}/{path}/klines?symbol={instrument.symbol}&interval=1m&startTime={start}&endTime={end}")
    for row in rows:
        if row[0] == start:
            return {"v": Decimal(row[5]), "q": Decimal(row[7]), "n": row[8], "V": Decimal(row[9]), "Q": Decimal(row[10])}
    return None


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return found
