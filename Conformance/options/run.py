#!/usr/bin/env python3
"""Options as a user meets them: dumps become Parquet that others read row by row, a server records what ccxt and the venues' REST tell of.

usage: run.py [--quick]
"""
import glob
import hashlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "simulator")]

import duckdb
import pyarrow.parquet as parquet

from clients import pointed
from harness import Checks, millrace
from serving import Serving
from simulating import Simulator

START = datetime(2022, 5, 25, tzinfo=timezone.utc)
# OKX divided the contract by ten in the hour after this.
CUT = datetime(2022, 5, 26, 8, tzinfo=timezone.utc)


def chain(rng, count):
    """Rows of a chain's dump: (symbol, id, side, price, size, time in ms), ids by option, in no order of time."""
    ids, rows = {}, []
    for _ in range(count):
        symbol = f"BTC-USD-22{rng.choice(['0624', '0930'])}-{rng.choice([20000, 30000, 40000])}-{rng.choice('CP')}"
        ids[symbol] = ids.get(symbol, 0) + 1
        moment = START + timedelta(milliseconds=rng.randrange(3 * 86_400_000))
        if CUT <= moment < CUT + timedelta(hours=1):
            continue
        price, size = Decimal(rng.randint(1, 4000)) / 10_000, rng.randint(1, 500)
        rows.append((symbol, ids[symbol], rng.choice(["buy", "sell"]), price, size, moment.timestamp() * 1000 // 1))
    return rows


def write(path, rows):
    with open(path, "w") as file:
        file.write("instrument_name,trade_id,side,price,size,created_time\n")
        for symbol, identity, side, price, size, moment in rows:
            file.write(f"{symbol},{identity},{side},{price:f},{size},{int(moment)}\n")


def digests(data):
    return {path[len(data):]: hashlib.sha256(open(path, "rb").read()).hexdigest()
            for path in glob.glob(f"{data}/options/**/*.parquet", recursive=True)}


def dumps(check):
    rng = random.Random(5)
    rows = chain(rng, 20_000)
    with tempfile.TemporaryDirectory(prefix="millrace-options-") as folder:
        files = [f"{folder}/{name}.csv" for name in "abc"]
        write(files[0], rows[:9000])
        write(files[1], rows[8000:15_000])
        write(files[2], rows[15_000:])
        data = f"{folder}/lake"
        words = ("--venue", "okx-options", "--symbol", "BTC-USD", "--report", "json")
        done = millrace("import", *files, "--data", data, *words)
        if not check.equal("the import's status", (done.status, done.stderr), (0, "")):
            return
        report = json.loads(done.stdout)
        check.equal("rows that were read", sum(file["trades"] for file in report), len(rows) + 1000)
        pattern = f"{data}/options/*/*/*/*/*/trades.parquet"
        check.equal("days", len(glob.glob(pattern)), 3)
        truth = sorted(
            (int(moment) * 1000, symbol, str(identity), side, price, Decimal(size),
             size * (Decimal("0.1") if moment < CUT.timestamp() * 1000 else Decimal("0.01")))
            for symbol, identity, side, price, size, moment in rows)
        read = duckdb.sql(
            f"SELECT epoch_us(time), symbol, trade_id, side, price, contracts, quantity FROM read_parquet('{pattern}') ORDER BY 1, 2, 3"
        ).fetchall()
        check("DuckDB reads every row with the contract size of its time", sorted(read) == truth, read[:2])
        premiums = duckdb.sql(f"SELECT premium, price, quantity FROM read_parquet('{pattern}')").fetchall()
        check("premiums are exact", all(premium == price * quantity for premium, price, quantity in premiums))
        table = parquet.read_table(sorted(glob.glob(pattern))[0]).to_pylist()
        check("pyarrow reads what options are", all(
            row["symbol"] == f"BTC-USD-{row['expiry']:%y%m%d}-{row['strike']:f}".split(".")[0] + ("-C" if row["option_type"] == "call" else "-P")
            and row["settlement"] == "BTC" and row["source"] == "dump" and not row["is_block"] and row["index_price"] is None
            and row["received"] is None for row in table), table[:1])
        check("rows are by time", [row["time"] for row in table] == sorted(row["time"] for row in table))
        check.equal("it verifies", millrace("verify", "--data", data).status, 0)
        again = f"{folder}/again"
        for path in reversed(files + files[:1]):
            millrace("import", path, "--data", again, *words)
        check("in another order, and twice, it is the same bytes", digests(data) == digests(again) and len(digests(data)) == 3)
        victim = sorted(glob.glob(pattern))[1]
        with open(victim, "r+b") as file:
            file.seek(2000)
            byte = file.read(1)
            file.seek(2000)
            file.write(bytes([byte[0] ^ 0x55]))
        done = millrace("verify", "--data", data)
        check("a flipped byte is found", done.status != 0 and "options/" in done.stdout + done.stderr, done.stdout)
        for words, hint in ((("--symbol", "SOL-USD", "--option-size", "SOL"), "--option-size"), (("--symbol", "btc"), "BTC-USD")):
            done = millrace("import", files[0], "--data", data, "--venue", "okx-options", *words)
            check(f"import {words} is bad usage", done.status == 2 and hint in done.stderr, done.stderr)


def listed(check, simulator):
    """ccxt lists the options of the simulator, and reads their trades."""
    exchange = pointed(simulator, "okx")
    markets = [market for market in exchange.load_markets().values() if market["option"]]
    check("ccxt lists options", len(markets) > 50, len(markets))
    for market in markets[:5] + markets[-5:]:
        # ccxt takes the one factor for all of it.
        size = Decimal(market["info"]["ctVal"]) * Decimal(market["info"]["ctMult"])
        check.equal(f"{market['id']} contract size", size, Decimal("0.01" if market["base"] == "BTC" else "0.1"))
        good = market["active"] and market["strike"] > 0 and market["optionType"] in ("call", "put") and market["settle"] == market["base"]
        check(f"{market['id']} is an option", good, market)
        rows = exchange.publicGetPublicOptionTrades({"instId": market["id"]})["data"]
        check(f"{market['id']} has trades", 1 <= len(rows) <= 100 and all(row["instId"] == market["id"] for row in rows), rows[:1])
        trades = exchange.fetch_trades(market["symbol"], limit=100)
        check.equal(f"ccxt reads the trades of {market['id']}", {trade["id"] for trade in trades} <= {row["tradeId"] for row in rows}, True)


def opened(check, simulator):
    """ccxt reads what is open of options at both venues."""
    okx, deribit = pointed(simulator, "okx"), pointed(simulator, "deribit")
    markets = {market["id"]: market for market in okx.load_markets().values() if market["option"]}
    rows = okx.publicGetPublicOpenInterest({"instType": "OPTION", "instFamily": "BTC-USD"})["data"]
    check.equal("OKX tells of every listed option", {row["instId"] for row in rows}, {name for name in markets if name.startswith("BTC-USD-")})
    check("coins are contracts x size", all(Decimal(row["oiCcy"]) == Decimal(row["oi"]) * Decimal("0.01") for row in rows), rows[:2])
    # All of a family are worth the same price a coin, to the digits of the index.
    prices = {round(Decimal(row["oiUsd"]) / Decimal(row["oiCcy"]), 2) for row in rows if Decimal(row["oiCcy"])}
    check("USD are coins at one price", len(prices) == 1 and sum(Decimal(row["oi"]) for row in rows) > 0, prices)
    one = max(rows, key=lambda row: Decimal(row["oi"]))
    unified = okx.fetch_open_interest(markets[one["instId"]]["symbol"])
    check("ccxt's own reading of one", unified["symbol"] == markets[one["instId"]]["symbol"] and unified["openInterestAmount"] > 0, unified)
    rows = deribit.publicGetGetBookSummaryByCurrency({"currency": "BTC", "kind": "option"})["result"]
    names = {row["instrument_name"] for row in deribit.publicGetGetInstruments({"currency": "BTC", "kind": "option"})["result"]}
    check.equal("Deribit tells of every listed option", {row["instrument_name"] for row in rows}, names)
    read = [deribit.parse_option(row) for row in rows]
    check("ccxt's own reading of each", [float(row["open_interest"]) for row in rows] == [option["openInterest"] for option in read], read[:1])
    check("some is open, at a price", sum(option["openInterest"] for option in read) > 0 and all(float(row["underlying_price"]) > 1000 for row in rows))


def rounds(check, data, simulator):
    """What a server kept of open interest: a round of each venue every few seconds, of all options that are listed."""
    names = {"okx-options": set(), "deribit-options": set()}
    times = {name: [] for name in names}
    for path in glob.glob(f"{data}/interest/*.sqlite"):
        with sqlite3.connect(path) as database:
            for venue, symbol, coin, quote, margin in database.execute("SELECT venue, symbol, coin, quote, margin FROM contracts"):
                check(f"{symbol} is on BTC", (coin, quote, margin) == ("BTC", "USD", "coin"), (coin, quote, margin))
                names[venue].add(symbol)
            for venue, moment in database.execute("SELECT venue, time FROM sweeps ORDER BY time"):
                times[venue].append(moment)
    okx = asked(f"{simulator.rest('okx')}/api/v5/public/open-interest?instType=OPTION&instFamily=BTC-USD")["data"]
    deribit = asked(f"{simulator.rest('deribit-options')}/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option")["result"]
    check.equal("OKX's options have their open interest", names["okx-options"], {row["instId"] for row in okx})
    check.equal("Deribit's options have theirs", names["deribit-options"], {row["instrument_name"] for row in deribit})
    for venue, moments in times.items():
        steps = [later - sooner for sooner, later in zip(moments, moments[1:])]
        check(f"rounds of {venue} are five seconds apart", len(steps) >= 4 and all(4e6 < step < 9e6 for step in steps), steps)


def asked(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)


def venue(simulator, begin, end):
    """What the venues' REST says was traded: (symbol, id), asked for option by option."""
    rest, truth = simulator.rest("okx"), set()
    for row in asked(f"{rest}/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD")["data"]:
        after = ""
        while True:
            page = asked(f"{rest}/api/v5/market/history-trades?instId={row['instId']}&type=1{after}")["data"]
            truth |= {(trade["instId"], trade["tradeId"]) for trade in page if begin <= int(trade["ts"]) < end}
            if not page or int(page[-1]["ts"]) < begin:
                break
            after = f"&after={page[-1]['tradeId']}"
            # The venue counts what it is asked.
            time.sleep(0.15)
        time.sleep(0.15)
    rest = simulator.rest("deribit-options")
    page = asked(f"{rest}/api/v2/public/get_last_trades_by_currency_and_time?currency=BTC&kind=option"
                 f"&start_timestamp={begin}&end_timestamp={end - 1}&count=1000")["result"]
    check_more = page["has_more"]
    return truth | {(trade["instrument_name"], trade["trade_id"]) for trade in page["trades"]}, check_more


def recorded(check, simulator):
    """A server that records both venues has every trade that the venues' REST has."""
    with tempfile.TemporaryDirectory(prefix="millrace-options-") as data:
        okx, deribit = ((simulator.rest(name), simulator.stream(name)) for name in ("okx", "deribit-options"))
        words = ("--options", "okx:BTC-USD,deribit:BTC", "--endpoint", "okx-options=" + ",".join(okx), "--endpoint",
                 "deribit-options=" + ",".join(deribit), "--interest-seconds", "5")
        with Serving(data, *words) as server:
            time.sleep(5)
            begin = int(time.time() * 1000)
            time.sleep(20)
            end = int(time.time() * 1000)
            time.sleep(5)
            check.equal("it ends when asked to", server.stop(), 0)
            log = server.log()
        check("nothing is complained of", "refused" not in log and "cannot" not in log, log)
        truth, more = venue(simulator, begin, end)
        held = set()
        for path in glob.glob(f"{data}/options/2*.sqlite"):
            with sqlite3.connect(path) as database:
                held |= set(database.execute("SELECT symbol, id FROM trades WHERE space = 0 AND time >= ? AND time < ?",
                                             (begin * 1000, end * 1000)))
        check("trades were recorded", len(truth) >= 5 and not more, len(truth))
        check.equal("what the venue has and the lake has not, and the other way round", (truth - held, held - truth), (set(), set()))
        rounds(check, data, simulator)
        check.equal("it verifies", millrace("verify", "--data", data).status, 0)
        for words, hint in ((("--options", "kraken:BTC"), "kraken:BTC"), (("--option-size", "x"), "--option-size")):
            done = millrace("serve", "--data", data, *words, timeout=20)
            check(f"serve {words} is bad usage", done.status == 2 and hint in done.stderr, done.stderr)


def main():
    check = Checks("options")
    dumps(check)
    with Simulator("--seed", 7) as simulator:
        listed(check, simulator)
        opened(check, simulator)
    with Simulator("--seed", 8) as simulator:
        recorded(check, simulator)
    check.finish()


main()
