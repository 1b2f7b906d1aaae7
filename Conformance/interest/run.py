#!/usr/bin/env python3
"""Open interest as a user meets it: OKX's recordings against pandas, and changes over a day from the moment a server starts.

usage: run.py [--quick]
"""
import argparse
import decimal
import glob
import json
import os
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "simulator")]

import pandas

from harness import SHARED, Checks, millrace
from serving import Serving
from simulating import Simulator

RECORDINGS = sorted(glob.glob(os.path.join(SHARED, "okx-open-interest", "*.csv.gz")))
LENGTHS = {"5m": "5min", "15m": "15min", "1h": "1h", "4h": "4h", "1d": "1D"}


def rows(server, path, **query):
    """The data of an answer, which has to be one."""
    answer = server.get(f"/api/futures/{path}?{urllib.parse.urlencode(query)}")
    if answer["code"] != "0":
        raise RuntimeError(f"{path} {query}: {answer}")
    return answer["data"]


def printed(number):
    """As the vendor's texts have it: four decimals, half away from zero."""
    return Decimal(number).quantize(Decimal("0.0001"), decimal.ROUND_HALF_UP)


def recordings(check, quick):
    """OHLC of every swap of the recordings is what pandas makes of the same files."""
    if not RECORDINGS:
        check.skip("the recordings of OKX are not at hand")
        return
    frame = pandas.concat([pandas.read_csv(path, dtype={"oi_value": str}) for path in RECORDINGS])
    frame["time"] = pandas.to_datetime(frame["timestamp_ms"], unit="ms", utc=True)
    # Numbers order the rows, texts are what is compared.
    frame["number"] = frame["oi_value"].astype(float)
    frame = frame.drop_duplicates(["symbol", "timestamp_ms"], keep="last").sort_values("time", kind="stable")
    with tempfile.TemporaryDirectory(prefix="millrace-interest-") as folder:
        done = millrace("import-interest", *reversed(RECORDINGS), "--data", folder, "--report", "json")
        check.equal("the import's status", done.status, 0)
        report = json.loads(done.stdout.splitlines()[-1])
        check.equal("readings", report["readings"], sum(len(pandas.read_csv(path)) for path in RECORDINGS))
        check.equal("different readings", report["new"], len(frame))
        check.equal("readings without USD", report["without_usd"], report["readings"])
        again = json.loads(millrace("import-interest", RECORDINGS[0], "--data", folder, "--report", "json").stdout.splitlines()[-1])
        check.equal("new readings of a file that is known", again["new"], 0)
        check.equal("verify", millrace("verify", "--data", folder).status, 0)
        with Serving(folder) as server:
            check("OKX is listed", "OKX" in rows(server, "supported-exchanges"))
            symbols = sorted(frame["symbol"].unique())
            check.equal("swaps", len(symbols), 242)
            start, compared = int(frame["timestamp_ms"].min()), 0
            for symbol in symbols[:: 9 if quick else 1]:
                own = frame[frame["symbol"] == symbol].set_index("time")
                for interval, rule in LENGTHS.items():
                    grouped = own.groupby(pandas.Grouper(freq=rule))
                    expected = []
                    for begin, part in grouped:
                        if part.empty:
                            continue
                        texts, numbers = part["oi_value"], part["number"]
                        expected.append((int(begin.timestamp() * 1000), *(printed(text) for text in (
                            texts.iloc[0], texts.iloc[numbers.argmax()], texts.iloc[numbers.argmin()], texts.iloc[-1]))))
                    got = []
                    while len(got) < len(expected):
                        page = rows(server, "open-interest/history", exchange="OKX", symbol=symbol, interval=interval, unit="coin",
                                    start_time=got[-1][0] + 1000 * int(pandas.Timedelta(rule).total_seconds()) if got else start)
                        if not page:
                            break
                        got += [(bar["time"], *(printed(bar[key]) for key in ("open", "high", "low", "close"))) for bar in page]
                    compared += len(expected)
                    if got != expected:
                        wrong = next((pair for pair in zip(got, expected) if pair[0] != pair[1]), (len(got), len(expected)))
                        check(f"{symbol} {interval}", False, wrong)
            check("bars were compared", compared > (15_000 if quick else 150_000), compared)
            print(f"interest: {compared:,} bars of {len(symbols[:: 9 if quick else 1])} swaps are pandas' own", flush=True)
            # Binance's dumps tell USD; OKX's recordings do not.
            usd = rows(server, "open-interest/history", exchange="OKX", symbol="BTC-USDT-SWAP", interval="1h", start_time=start)
            check.equal("bars in USD of readings without any", usd, [])
            native(check, server, start)


def native(check, server, start):
    """The native API tells what CoinGlass' façade does, with all digits."""
    for coin in ("BTC", "ETH"):
        wanted = rows(server, "open-interest/aggregated-history", symbol=coin, interval="1h", unit="coin", start_time=start)
        for exchange in ("All", "OKX"):
            words = {"coin": coin, "exchange": exchange, "interval": "1h", "unit": "coin", "from": wanted[0]["time"] * 1000, "to": (wanted[-1]["time"] + 1) * 1000}
            found = server.get("/v1/open-interest/history?" + urllib.parse.urlencode(words))["bars"]
            check.equal(f"native bars of {coin} at {exchange}",
                        [(bar["time"] // 1000, *(printed(str(bar[key])) for key in ("open", "high", "low", "close"))) for bar in found],
                        [(bar["time"], *(printed(bar[key]) for key in ("open", "high", "low", "close"))) for bar in wanted])


def backfill(check):
    """A server that starts knows what was a day ago from Binance's own history."""
    with tempfile.TemporaryDirectory(prefix="millrace-interest-") as folder, Simulator("--weight", 10_000_000) as simulator:
        venues = ["binance-futures", "binance-coin-futures"]
        words = [word for venue in venues for word in ("--endpoint", f"{venue}={simulator.rest(venue)}")]
        with Serving(folder, "--open-interest", ",".join(venues), "--interest-seconds", 2, *words) as server:
            key, row, last = "open_interest_change_percent_24h", None, time.monotonic() + 60
            while time.monotonic() < last:
                found = rows(server, "open-interest/exchange-list", symbol="BTC")
                if found and found[0][key] is not None:
                    row = found[0]
                    break
                time.sleep(0.5)
            if not check("the change over a day is known", row is not None, server.log()):
                return
            for name, length in {"5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "24h": 86400}.items():
                # What the simulated exchange says of then, of all its contracts in BTC.
                then = Decimal(0)
                moment = int(time.time() - length) * 1000
                for contract in rows(server, "supported-exchange-pairs", exchange="Binance")["Binance"]:
                    if contract["base_asset"] != "BTC":
                        continue
                    symbol, is_coin = contract["instrument_id"], "_" in contract["instrument_id"]
                    base = simulator.rest(venues[is_coin])
                    what = f"pair={symbol.split('_')[0]}&contractType=PERPETUAL" if is_coin else f"symbol={symbol}"
                    url = f"{base}/futures/data/openInterestHist?{what}&period=5m&startTime={moment - 600_000}&endTime={moment}&limit=500"
                    with urllib.request.urlopen(url, timeout=10) as answer:
                        reading = json.load(answer)[-1]
                    # Contracts of 100 USD, or USD as told.
                    then += Decimal(reading["sumOpenInterest"]) * 100 if is_coin else Decimal(reading["sumOpenInterestValue"])
                now = Decimal(str(row["open_interest_usd"]))
                expected = (now - then) / then * 100
                got = Decimal(str(row[f"open_interest_change_percent_{name}"]))
                # The answer is some seconds old: what was then may have been the reading before.
                check(f"the change over {name}", abs(got - expected) < Decimal("0.5"), f"{got}, not {expected}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    check = Checks("interest")
    recordings(check, options.quick)
    backfill(check)
    check.finish()


main()
