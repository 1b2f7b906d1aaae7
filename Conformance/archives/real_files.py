"""The real recordings, with the totals that are known of them."""
import glob
import hashlib
import os

from harness import SHARED, millrace

COLUMNS = "timestamp=timestamp,price=price,quantity=quantity,side=side,id=tradeId"


def tape_bytes(lake):
    """The name and SHA-256 of every file of a tape."""
    files = sorted(glob.glob(os.path.join(lake, "tape", "**", "*.parquet"), recursive=True))
    return [(os.path.relpath(path, lake), hashlib.sha256(open(path, "rb").read()).hexdigest()) for path in files]


def coin_margined(check, scratch):
    found = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "*.zip"))
    if not found:
        return check.skip("no COIN-M day in ../shared/data")
    lake = os.path.join(scratch, "coinm")
    words = [found[0], "--data", lake, "--venue", "binance-coin-futures", "--symbol", "BTCUSD_PERP", "--report", "json"]
    done = millrace("import", *words)
    if not check.equal("COIN-M day: status", done.status, 0):
        return check("COIN-M day", False, done.stderr)
    report = done.report
    for name, expected in {"rows": 105_280, "duplicates": 0, "rejected": 0, "missing_ids": 0, "holes": [], "out_of_order": 0, "zero": 0}.items():
        check.equal(f"COIN-M day: {name}", report[name], expected)
    check.equal("COIN-M day: first millisecond", report["first_time"] // 86_400_000, report["last_time"] // 86_400_000)
    bars = millrace("bars", "flow", "--data", lake, "--venue", "binance-coin-futures", "--symbol", "BTCUSD_PERP", "--interval", "1d",
                    "--fields", "volume_notional,trade_count")
    # 4,919,071 contracts of 100 USD.
    check("COIN-M day: notional", "491907100" in bars.stdout and "105280" in bars.stdout, bars.stdout + bars.stderr)
    before = tape_bytes(lake)
    check.equal("COIN-M day, again: status", millrace("import", *words).status, 0)
    check.equal("COIN-M day, again: the same bytes", tape_bytes(lake), before)
    check.equal("COIN-M day: verify", millrace("verify", "--data", lake).status, 0)


def light_coin(check, scratch):
    paths = sorted(glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "*.csv.gz")))
    first = [path for path in paths if os.path.basename(path).startswith("LTCUSDT")]
    second = [path for path in paths if path not in first]
    if not first:
        return check.skip("no LTCUSDT files in ../shared/data")
    who = ["--venue", "binance-spot", "--symbol", "LTCUSDT", "--columns", COLUMNS, "--report", "json"]
    tapes = []
    orders = {"by name": first, "backwards": first[::-1], "one by one, odd ones first": None}
    for name, files in orders.items():
        lake = os.path.join(scratch, "ltc " + name)
        if files is None:
            for path in first[1::2] + first[::2]:
                done = millrace("import", path, "--data", lake, *who)
        else:
            done = millrace("import", *files, "--data", lake, *who)
        if not check.equal(f"LTCUSDT {name}: status", done.status, 0):
            return check("LTCUSDT", False, done.stderr)
        check.equal(f"LTCUSDT {name}: holes", len(done.report["holes"]), 23)
        check.equal(f"LTCUSDT {name}: missing ids", done.report["missing_ids"], 311)
        check.equal(f"LTCUSDT {name}: ids of the holes", sum(hole["count"] for hole in done.report["holes"]), 311)
        if files is not None:
            check.equal(f"LTCUSDT {name}: rows", done.report["rows"], 149_766)
        tapes.append(tape_bytes(lake))
    check("LTCUSDT: the same tape, byte for byte, in whatever order", tapes.count(tapes[0]) == len(tapes), tapes)
    both = []
    for name, parts in {"after": [first, second], "before": [second, first], "together": [paths]}.items():
        lake = os.path.join(scratch, "ltc second " + name)
        for files in parts:
            done = millrace("import", *files, "--data", lake, *who)
            check.equal(f"LTCUSDT, second versions {name}: status", done.status, 0)
        both.append((tape_bytes(lake), done.report["missing_ids"], len(done.report["holes"])))
        check.equal(f"LTCUSDT, second versions {name}: verify lists the holes and is content", millrace("verify", "--data", lake).status, 0)
    check("LTCUSDT with second versions: the same tape, byte for byte, in whatever order", both.count(both[0]) == len(both), both)
