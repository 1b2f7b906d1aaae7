#!/usr/bin/env python3
"""CoinGlass' endpoints on tapes, over real sockets: taker volumes, cumulative delta and footprints against DuckDB's sums of the same Parquet
files, and of what is being recorded against the simulated venues' own klines.

usage: run.py [--quick]
"""
import json
import os
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from decimal import Decimal
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), *(os.path.join(os.path.dirname(HERE), name) for name in ("live", "simulator"))]

from harness import Checks, millrace
from klines import venue_kline
from market import Instrument, market, recording
from reference import Tape, exact, nearest
from serving import Serving
from simulating import Simulator

check = Checks("coinglass")
ROWS = 8000 if "--quick" in sys.argv else 60_000


def data(server, path, **query):
    url = f"{server.url}/api/futures/{path}?" + urllib.parse.urlencode(query)
    with urllib.request.urlopen(url, timeout=60) as answer:
        body = json.loads(answer.read(), parse_float=Decimal)
    check(f"{path} {query}", list(body) == ["code", "msg", "data"] and body["code"] == "0", body)
    return exact(body.get("data"))


def same(what, found, expected):
    if found != expected and isinstance(found, list) and len(found) == len(expected):
        found, expected = next((a, b) for a, b in zip(found, expected) if a != b)
    return check(what, found == expected, f"{found} is not {expected}")


def pair(server, exchange, symbol, tape):
    """All bars of a contract at every interval, whole and in part."""
    who = {"exchange": exchange, "symbol": symbol}
    for interval in ("1m", "3m", "5m", "15m", "30m", "1h", "4h", "6h", "8h", "12h", "1d", "1w"):
        bars = sorted(tape.bars(interval).items())
        end = {"end_time": bars[-1][0] * 1000}
        for first, limit in ((0, None), (0, 7), (len(bars) // 2, 5), (len(bars) // 3, 1000)):
            query = {**who, "interval": interval, **end} | ({"limit": limit} if limit else {})
            if first:
                query["start_time"] = bars[first][0] * 1000
                wanted = bars[first:][:limit or 1000]
            else:
                # Of the last so many intervals those with trades.
                length = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}[interval[-1]] * int(interval[:-1])
                wanted = [bar for bar in bars if bar[0] > bars[-1][0] - (limit or 1000) * length]
            what = f"{symbol} {interval} {first} {limit}"
            same(f"{what} volume", data(server, "v2/taker-buy-sell-volume/history", **query), [
                {"time": start * 1000, "taker_buy_volume_usd": ("text", nearest(buy[1], 4)), "taker_sell_volume_usd": ("text", nearest(sell[1], 4))}
                for start, (buy, sell) in wanted])
            total, rows = Fraction(0), []
            for start, (buy, sell) in wanted:
                total += buy[1] - sell[1]
                rows.append({"time": start * 1000, "taker_buy_vol": nearest(buy[1], 4), "taker_sell_vol": nearest(sell[1], 4),
                             "cum_vol_delta": nearest(total, 4)})
            same(f"{what} cumulative delta", data(server, "cvd/history", **query), rows)
    for interval in ("1m", "15m", "4h", "1d"):
        bars = tape.footprints(interval)[:300]
        query = {"interval": interval, "start_time": bars[0][0] * 1000, "end_time": bars[-1][0] * 1000, "limit": 1000}
        same(f"{symbol} {interval} footprint", data(server, "volume/footprint-history", **who, **query), bars)


def coin(server, tapes):
    """A coin's bars, of both of its contracts together."""
    for interval in ("1m", "1h", "1d", "1w"):
        sums = {}
        for tape in tapes:
            for start, (buy, sell) in tape.bars(interval).items():
                sum_ = sums.setdefault(start, [Fraction(0)] * 4)
                sums[start] = [a + b for a, b in zip(sum_, (buy[0], sell[0], buy[1], sell[1]))]
        bars = sorted(sums.items())
        for unit, places, at in (("usd", 4, 2), ("coin", 8, 0)):
            query = {"exchange_list": "Binance", "symbol": "BTC", "interval": interval, "unit": unit, "start_time": bars[0][0] * 1000}
            same(f"BTC {interval} {unit}", data(server, "aggregated-taker-buy-sell-volume/history", **query), [
                {"time": start * 1000, "aggregated_buy_volume_usd": nearest(sum_[at], places),
                 "aggregated_sell_volume_usd": nearest(sum_[at + 1], places)} for start, sum_ in bars[:1000]])


def renumber(path, first):
    """Raises the ids of a dump, which begin at the same number every day."""
    with open(path) as file:
        head, *rows = file.read().splitlines()
    with open(path, "w") as file:
        file.write(head + "\n")
        for row in rows:
            number, price, quantity, begin, end, *rest = row.split(",")
            file.write(",".join([str(int(number) + first), price, quantity, str(int(begin) + first), str(int(end) + first), *rest]) + "\n")


def strange(server):
    """Whatever is asked, the answer is the vendor's shape, and quick."""
    paths = ("v2/taker-buy-sell-volume/history", "cvd/history", "volume/footprint-history", "aggregated-taker-buy-sell-volume/history",
             "taker-buy-sell-volume/exchange-list")
    good = {"exchange": "Binance", "symbol": "BTCUSDT", "interval": "1w", "exchange_list": "ALL", "range": "24h"}
    for path in paths:
        for name in ("limit", "start_time", "end_time", "interval", "symbol", "exchange", "exchange_list", "range", "unit"):
            for value in ("", "0", "-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999", "1e3", "x" * 500, "\0", "ALL,,"):
                url = f"{server.url}/api/futures/{path}?" + urllib.parse.urlencode({**good, name: value})
                with urllib.request.urlopen(url, timeout=10) as answer:
                    body = json.loads(answer.read())
                check(f"{path} {name}={value[:30]!r}", body["code"] in ("0", "400") and ("data" in body) == (body["code"] == "0"), body)


def sealed(folder):
    lake = os.path.join(folder, "sealed")
    for number, (venue, symbol, day) in enumerate((
            ("binance-futures", "BTCUSDT", "2024-01-01"), ("binance-futures", "BTCUSDT", "2024-01-02"),
            ("binance-coin-futures", "BTCUSD_PERP", "2024-01-02"))):
        dump = millrace("simulate", "archives", "--venue", venue, "--symbol", symbol, "--rows", ROWS, "--day", day, "--seed", number + 1,
                        "--format", "csv", "--output", folder, "--quiet")
        path = dump.stdout.split()[-1]
        renumber(path, number * 10**9)
        done = millrace("import", path, "--data", lake, "--venue", venue, "--symbol", symbol, "--quiet")
        check(f"{symbol} of {day} is imported", done.status in (0, 3), done.stderr)
    linear = Tape(lake, "binance-futures", "BTCUSDT")
    inverse = Tape(lake, "binance-coin-futures", "BTCUSD_PERP", contract_size=100)
    with Serving(lake) as server:
        pair(server, "Binance", "BTCUSDT", linear)
        pair(server, "Binance", "BTCUSD_PERP", inverse)
        coin(server, [linear, inverse])
        strange(server)
        check.equal("clean end", server.stop(), 0)


def recorded(folder):
    """Minutes that have just ended, as they are being recorded, against the venues' klines."""
    instruments = [Instrument("binance-futures", "BTCUSDT", "binance-futures"),
                   Instrument("binance-coin-futures", "BTCUSD_PERP", "binance-coin-futures")]
    lake = os.path.join(folder, "recorded")
    # The venues' clock runs faster, so that minutes pass.
    with Simulator("--speed", 25, "--weight", 1_000_000, *market(12, 20, instruments)) as simulator:
        with Serving(lake, *recording(simulator.hosts, instruments)) as server:
            def minute():
                listed = server.get("/v1/instruments")["instruments"]
                times = [each["durable_time"] for each in listed if each["state"] == "live" and each["durable_time"]]
                return min(times) // 60_000_000 if len(times) == len(instruments) else None

            if not check("all are recorded", until(lambda: minute() is not None), server.log()):
                return
            begun = minute() + 1
            for each in range(begun, begun + 3):
                check("minutes pass", until(lambda: minute() > each), minute())
                for instrument in instruments:
                    compare(server, simulator, instrument, each * 60_000)


def compare(server, simulator, instrument, start):
    kline = venue_kline(simulator, instrument, start)
    # Of inverse contracts klines count contracts, of 100 dollars.
    linear = instrument.venue == "binance-futures"
    buy, both = (Fraction(kline["Q"]), Fraction(kline["q"])) if linear else (100 * Fraction(kline["V"]), 100 * Fraction(kline["v"]))
    bars = data(server, "v2/taker-buy-sell-volume/history", exchange="Binance", symbol=instrument.symbol, interval="1m", start_time=start,
                end_time=start)
    same(f"{instrument} as it is recorded", bars, [
        {"time": start, "taker_buy_volume_usd": ("text", nearest(buy, 4)), "taker_sell_volume_usd": ("text", nearest(both - buy, 4))}])


def until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-coinglass-") as folder:
        sealed(folder)
        recorded(folder)
    check.finish()


if __name__ == "__main__":
    main()
