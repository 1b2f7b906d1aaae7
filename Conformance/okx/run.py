#!/usr/bin/env python3
"""OKX' own Python client against a served tape: every method, its shape, and sums that pandas makes of the same trades.

usage: run.py [--quick]
"""
import glob
import json
import os
import sys
import tempfile
import time
import urllib.request
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import duckdb
import numpy
import pandas
from okx.TradingData import TradingDataAPI

import listed
from child import Child
from harness import Checks, millrace
from serving import Serving

check = Checks("okx")
NUMBER = set("0123456789.-")
MINUTE = 60_000


class Demo(Child):
    """The simulated exchanges, recorded and served, with three hours before."""

    def __init__(self, data):
        self.began = int(time.time() * 1000)
        super().__init__("demo", "--data", data, "--port", "0", "--hours", "3", "--rate", "60", "--quiet", ready="millrace ready http://")
        self.url = self.line.split()[2]


def ask(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.headers, answer.read()


def is_row(row, columns):
    return isinstance(row, list) and len(row) == columns and all(isinstance(cell, str) and cell and set(cell) <= NUMBER for cell in row)


def shaped(name, answer, columns, rows=None):
    """The vendor's envelope, with rows of texts, the newest first."""
    check(f"{name} has the vendor's keys", set(answer) == {"code", "data", "msg"} and answer["code"] == "0" and answer["msg"] == "", answer)
    data = answer["data"]
    check(f"{name} has rows of {columns} texts", all(is_row(row, columns) for row in data), data[:2])
    times = [int(row[0]) for row in data]
    check(f"{name} is newest first", times == sorted(times, reverse=True) and len(set(times)) == len(times))
    if rows is not None:
        check(f"{name} has rows", len(data) >= rows, len(data))
    return data


def taker(server, api, folder):
    """Taker volume against sums of the trades that DuckDB and pandas read from the tape's own files."""
    trades = tape(folder)
    data = shaped("taker_volume CONTRACTS", api.get_taker_volume(ccy="BTC", instType="CONTRACTS", period="5m"), 3, rows=30)
    # What came since the start is not in files yet.
    sure = lambda row, length: int(row[0]) + length * MINUTE < server.began
    for name, length, rows in [("5m", 5, data), ("1H", 60, shaped("taker_volume 1H", api.get_taker_volume(
            ccy="BTC", instType="CONTRACTS", period="1H"), 3, rows=1))]:
        trades["row"] = trades["ts"] // (length * MINUTE) * (length * MINUTE)
        sums = {key: sum(group["base"], Decimal(0)) for key, group in trades.groupby(["row", "side"])}
        own = [row for row in rows if sure(row, length)]
        wrong = [row for row in own if any(
            Decimal(row[column]) != sums.get((int(row[0]), side), 0) for column, side in ((1, "sell"), (2, "buy")))]
        check(f"rows of {name} are pandas' sums", len(own) >= (30 if length == 5 else 1) and not wrong, wrong[:1] or len(own))
    begin, end = data[6][0], data[2][0]
    page = shaped("taker_volume of a time", api.get_taker_volume(ccy="BTC", instType="CONTRACTS", begin=begin, end=end, period="5m"), 3)
    check.equal("rows of a time", [row[0] for row in page], [row[0] for row in data[2:7]])
    # By contract, in every unit: contracts are 0.01 BTC each.
    units = {unit: get(server, f"taker-volume-contract?instId=BTC-USDT-SWAP&period=5m&unit={unit}&limit=20")[1] for unit in "012"}
    for unit, answer in units.items():
        shaped(f"taker-volume-contract in unit {unit}", answer, 3, rows=10)
    pairs = list(zip(units["0"]["data"], units["1"]["data"]))
    check("contracts are coins by their size", pairs and all(Decimal(a[1]) == Decimal(b[1]) / 100 for a, b in pairs), pairs[:1])
    pages = get(server, "taker-volume-contract?instId=BTC-USDT-SWAP&limit=5")[1]["data"]
    older = get(server, f"taker-volume-contract?instId=BTC-USDT-SWAP&limit=5&end={pages[-1][0]}")[1]["data"]
    check("pages follow one another", older and int(older[0][0]) == int(pages[-1][0]) - 5 * MINUTE, (pages[-1], older[:1]))


def tape(folder):
    files = glob.glob(f"{folder}/tape/exchange=okx-perps/symbol=BTC-USDT-SWAP/**/*.parquet", recursive=True)
    side = "CASE taker_side WHEN 1 THEN 'buy' ELSE 'sell' END"
    table = duckdb.sql(f"SELECT epoch_ms(time) AS ts, {side} AS side, quantity::VARCHAR AS contracts FROM read_parquet({files!r})").df()
    table["base"] = [Decimal(value) / 100 for value in table["contracts"]]
    return table


def interest(api):
    data = shaped("contracts_interest_volume", api.get_contracts_interest_volume(ccy="BTC", period="1H"), 3, rows=1)
    check("open interest and volume are positive", all(Decimal(row[1]) > 0 and Decimal(row[2]) > 0 for row in data[:-1]), data[:2])
    data = shaped("open_interest_history", api.get_open_interest_history(instId="BTC-USDT-SWAP", period="5m", limit="10"), 4, rows=5)
    for row in data:
        check("contracts are coins by their size", Decimal(row[1]) == Decimal(row[2]) * 100, row)
        check("coins cost what coins cost", Decimal(20_000) < Decimal(row[3]) / Decimal(row[2]) < Decimal(500_000), row)
    older = api.get_open_interest_history(instId="BTC-USDT-SWAP", period="5m", limit="10", end=data[4][0])["data"]
    check("a page ends before its end", older and int(older[0][0]) < int(data[4][0]), older[:1])


def options(server, api):
    """What python-okx says of options: shapes, and that figures of the same window fit together."""
    rows = shaped("options_interest_volume", api.get_options_interest_volume(ccy="BTC"), 3, rows=1)
    ratios = shaped("put_call_ratio", api.get_put_call_ratio(ccy="BTC", period="8H"), 3, rows=1)
    check.equal("ratios are of the same windows", [row[0] for row in ratios], [row[0] for row in rows])
    days = shaped("options_interest_volume 1D", api.get_options_interest_volume(ccy="BTC", period="1D"), 3, rows=1)
    check("days end at 16:00 UTC", all(int(row[0]) % 86_400_000 == 16 * 3_600_000 for row in days), days)
    check("windows end at 00:00, 08:00 and 16:00 UTC", all(int(row[0]) % (8 * 3_600_000) == 0 for row in rows), rows[:2])
    time.sleep(2.1)
    expiries = api.get_interest_volume_expiry(ccy="BTC")["data"]
    check("rows by expiry are six texts", expiries and all(is_row(row, 6) for row in expiries), expiries[:1])
    check.equal("expiries ascend", [row[1] for row in expiries], sorted(row[1] for row in expiries))
    check.equal("expiries are of the last window", {row[0] for row in expiries}, {rows[0][0]})
    total = lambda table, *columns: sum((Decimal(row[column]) for row in table for column in columns), Decimal(0))
    check.equal("open interest by expiry adds up", total(expiries, 2, 3), Decimal(rows[0][1]))
    check.equal("volume by expiry adds up", total(expiries, 4, 5), Decimal(rows[0][2]))
    calls, puts = total(expiries, 2), total(expiries, 3)
    check("the ratio is calls by puts", puts == 0 or abs(Decimal(ratios[0][1]) - calls / puts) <= Decimal("0.00005"), (ratios[0], calls, puts))
    expiry = max(expiries, key=lambda row: Decimal(row[2]) + Decimal(row[3]))
    strikes = api.get_interest_volume_strike(ccy="BTC", expTime=expiry[1])["data"]
    check("rows by strike are six texts", strikes and all(is_row(row, 6) for row in strikes), strikes[:1])
    check.equal("strikes ascend", [Decimal(row[1]) for row in strikes], sorted(Decimal(row[1]) for row in strikes))
    for column, name in enumerate(("calls open", "puts open", "calls traded", "puts traded"), 2):
        check.equal(f"{name} by strike add up", total(strikes, column), Decimal(expiry[column]))
    for period, end, volume in (("8H", rows[0][0], rows[0][2]), ("1D", days[0][0], days[0][2])):
        flow = api.get_taker_block_volume(ccy="BTC", period=period)
        check(f"taker_block_volume {period} is one flat array", set(flow) == {"code", "data", "msg"} and is_row(flow["data"], 7), flow)
        check.equal(f"taker_block_volume {period} is of the last window", flow["data"][0], end)
        check.equal(f"what was bought, sold and in blocks {period} is the volume", sum(map(Decimal, flow["data"][1:])), Decimal(volume))
    with urllib.request.urlopen(f"{server.url}/v1/options/flow?coin=BTC&limit=5", timeout=10) as answer:
        windows = json.load(answer)["rows"]
    listed.lists(check, lambda path: ask(server.url + path), "/v1/options/flow?coin=BTC&limit=5", "rows", nested=["gaps"])
    check("what was watched whole is said to be so", [row["quality"] for row in windows[1:4]] == ["complete"] * 3, windows)


def chain(folder):
    """Four days of a family's trades as the venue dumps them, up to now, by pandas; of the second day an id lacks."""
    random = numpy.random.default_rng(int(time.time()))
    now = int(time.time() * 1000)
    start = (now + 8 * 3_600_000) // 86_400_000 * 86_400_000 - 8 * 3_600_000 - 4 * 86_400_000
    names = [f"BTC-USD-291228-{strike}-{kind}" for strike in (60_000, 70_000) for kind in "CP"]
    count = 20_000
    table = pandas.DataFrame({
        "instrument_name": random.choice(names, count),
        "side": random.choice(["buy", "sell"], count), "price": [f"0.0{n}" for n in random.integers(1, 99, count)],
        "size": random.integers(1, 400, count), "created_time": numpy.sort(random.integers(start, now, count)),
    })
    table.insert(1, "trade_id", table.groupby("instrument_name").cumcount() + 1)
    day = (table["created_time"] + 8 * 3_600_000) // 86_400_000
    lost = table.index[day == day.min() + 1][500]
    table = table.drop(lost)
    files = []
    for number, rows in table.groupby(day):
        name = f"{folder}/BTC-USD-optionchain-trades-{pandas.Timestamp(number * 86_400_000, unit='ms'):%Y-%m-%d}.csv"
        rows.to_csv(name, index=False)
        files.append(name)
    return table, files


def pandas_says(folder):
    """Windows of an imported tape against pandas' sums of the same rows; the window with a hole says so."""
    table, files = chain(folder)
    data = f"{folder}/chain"
    done = millrace("import", *files, "--data", data, "--venue", "okx-options", "--symbol", "BTC-USD", "--quiet")
    check.equal("dumps are imported", done.status, 0)
    with Serving(data) as server:
        api = TradingDataAPI(flag="1", domain=server.url, debug=False)
        for period, length, phase in (("8H", 8 * 3_600_000, 0), ("1D", 86_400_000, 16 * 3_600_000)):
            flow = api.get_taker_block_volume(ccy="BTC", period=period)["data"]
            end = (int(time.time() * 1000) - phase) // length * length + phase
            check.equal(f"the last window {period} ends there", flow[0], str(end))
            rows = table[(table["created_time"] >= end - length) & (table["created_time"] < end)]
            sums = rows.groupby([rows["instrument_name"].str[-1], "side"])["size"].sum()
            expected = [Decimal(int(sums.get(key, 0))) / 100 for key in (("C", "buy"), ("C", "sell"), ("P", "buy"), ("P", "sell"))]
            check.equal(f"flow {period} is pandas'", [Decimal(each) for each in flow[1:]], expected + [0, 0])
        with urllib.request.urlopen(f"{server.url}/v1/options/flow?coin=BTC&window=8H&limit=11", timeout=10) as answer:
            windows = json.load(answer)["rows"]
        for row in windows:
            rows = table[(table["created_time"] * 1000 >= row["start"]) & (table["created_time"] * 1000 < row["end"])]
            check.equal("a window's trades are pandas'", (row["trades"], round(100 * (row["call_buy"] + row["call_sell"] + row["put_buy"] + row["put_sell"]))),
                        (len(rows), int(rows["size"].sum())))
        # Midnight UTC+8 is a window's edge, so windows are within days; the day that is open has no dump that says it was over.
        days = [pandas.Timestamp(int(number) * 86_400_000, unit="ms") for number in sorted(set((table["created_time"] + 8 * 3_600_000) // 86_400_000))]
        for row in windows:
            day = pandas.Timestamp(row["start"] // 1000 + 8 * 3_600_000, unit="ms").floor("D")
            isGap = any(gap["trades"] == "book" for gap in row["gaps"])
            check.equal("windows of the day whose dump lacks an id have a gap", isGap, day in (days[1], days[-1]))


def get(server, path, headers=None):
    """Status, JSON, headers of a path below the statistics."""
    request = urllib.request.Request(f"{server.url}/api/v5/rubik/stat/{path}", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer), answer.headers


def refusals(server, api):
    for path, status, code, message in [
        ("taker-volume?instType=SPOT", 400, "50014", "Parameter ccy can not be empty."),
        ("taker-volume?ccy=BTC", 400, "50014", "Parameter instType can not be empty."),
        ("taker-volume?ccy=BTC&instType=FUTURES", 400, "51000", "Parameter instType error"),
        ("taker-volume?ccy=NOPE&instType=CONTRACTS", 400, "51000", "Parameter ccy error"),
        ("contracts/open-interest-volume?ccy=BTC&period=7m", 400, "51000", "Parameter period error"),
        ("taker-volume-contract?instId=NOPE", 400, "51000", "Parameter instId error"),
        ("contracts/open-interest-history?instId=BTC-USDT-SWAP&begin=x", 400, "51000", "Parameter begin error"),
        ("nothing-here", 404, "404", "Request path not found"),
    ]:
        found = get(server, path)
        check(f"{path} is refused", found[0] == status and found[1] == {"code": code, "data": [], "msg": message}, found[:2])
    time.sleep(2.1)
    for name, answer in {"loan-ratio": api.get_margin_lending_ratio(ccy="BTC"), "long-short-account-ratio": api.get_long_short_ratio(ccy="BTC")}.items():
        check.equal(f"{name} has the shape and no rows", answer, {"code": "0", "data": [], "msg": ""})
    time.sleep(2.1)
    path = "contracts/long-short-account-ratio?ccy=BTC"
    found = [get(server, path) for _ in range(6)]
    check.equal("five are answered in two seconds", [each[0] for each in found], [200] * 5 + [429])
    check.equal("the sixth is told so", found[5][1], {"code": "50011", "msg": "Too Many Requests"})
    check("and when to come again", found[5][2]["Retry-After"] in ("1", "2"))
    check.equal("another path has room", get(server, "margin/loan-ratio?ccy=BTC")[0], 200)
    check.equal("a stranger's word on who asks is nothing", get(server, path, {"X-Forwarded-For": "10.0.0.7"})[0], 429)
    found = [get(server, f"taker-volume-contract?instId=BTC-USDT-SWAP&begin={n}")[0] for n in range(5)]
    check.equal("each contract has a limit of its own", found + [get(server, "taker-volume-contract?instId=NOPE")[0]], [200] * 5 + [400])
    time.sleep(2.1)
    check.equal("after two seconds there is room again", get(server, path)[0], 200)


def main():
    with tempfile.TemporaryDirectory(prefix="millrace-okx-") as folder:
        data = f"{folder}/data"
        with Demo(data) as server:
            api = TradingDataAPI(flag="1", domain=server.url, debug=False)
            coins = api.get_support_coin()
            check("support_coin is an object of lists", set(coins["data"]) == {"contract", "option", "spot"} and "BTC" in coins["data"]["contract"],
                  coins)
            taker(server, api, data)
            interest(api)
            options(server, api)
            time.sleep(2.1)
            refusals(server, api)
        pandas_says(folder)
        with Serving(data, "--trusted-proxy", "127.0.0.1") as server:
            path = "margin/loan-ratio?ccy=BTC"
            found = [get(server, path, {"X-Forwarded-For": f"10.0.0.{n}, 127.0.0.1"})[0] for n in range(8)]
            check.equal("a trusted proxy says who asks", found, [200] * 8)
            found = [get(server, path, {"X-Forwarded-For": "1.1.1.1, 10.1.0.9"})[0] for _ in range(6)]
            check.equal("of several the last that is no proxy", found, [200] * 5 + [429])
    check.finish()


main()
