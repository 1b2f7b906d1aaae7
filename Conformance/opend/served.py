"""`millrace serve` for the vendors' clients: what is imported and what is fetched, row for row."""
import csv
import datetime
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from fractions import Fraction
from zoneinfo import ZoneInfo

import duckdb

from child import Child
from harness import SHARED, millrace
from serving import Serving

NEW_YORK, HONG_KONG = ZoneInfo("America/New_York"), ZoneInfo("Asia/Hong_Kong")
CBOE = os.path.join(SHARED, "cboe-put-call")


class OpenD(Serving):
    """A server, and where it is OpenD."""

    def __init__(self, data, *options, port=0):
        super().__init__(data, "--opend-port", str(port), "--opend-ws-port", "0", *options)
        found = re.search(r"OpenD 127\.0\.0\.1:(\d+), OpenD's WebSocket 127\.0\.0\.1:(\d+)", self.log())
        self.port, self.web_port = int(found[1]), int(found[2])


def recording(name):
    """Cboe's own rows: the day, calls, puts, total, and the ratio as it is written."""
    with open(os.path.join(CBOE, name), newline="") as file:
        for row in csv.reader(file):
            if re.fullmatch(r"\d+/\d+/\d{4}", row[0]):
                month, day, year = map(int, row[0].split("/"))
                yield datetime.date(year, month, day), *(int(text) for text in row[1:4]), row[4]


def all_pages(peer, market, measure, begin, end):
    pages = peer.ask("pages", market, measure, begin, end, seconds=120)
    return {key: sum((page["data"][key] for page in pages), []) for key in pages[0]["data"]} if pages and "data" in pages[0] else pages


def columns(rows, zone):
    """What the client is to show of days with calls and puts, the newest first."""
    table = {"time": [], "timestamp": [], "call_value": [], "put_value": [], "total_value": [], "ratio": []}
    for day, calls, puts in sorted(rows, reverse=True):
        midnight = datetime.datetime.combine(day, datetime.time(), zone).timestamp()
        ratio = float(Fraction(puts, calls)) if calls else "N/A"
        for key, value in zip(table, (day.isoformat(), midnight, calls, puts, calls + puts, ratio)):
            table[key].append(value)
    return table


def recordings(check, peer_of, lake):
    """Cboe's archives come back row for row."""
    total, index = list(recording("totalpc.csv")), list(recording("indexpc.csv"))
    done = millrace("import-options", os.path.join(CBOE, "totalpc.csv"), os.path.join(CBOE, "indexpc.csv"), "--data", lake, "--report", "json")
    check.equal("Cboe's archives are imported", done.status, 0)
    check.equal("rows of them", [(each["statements"], each["rejected"]) for each in done.report["by_file"]], [(0, 0), (3253, 0), (3240, 0)])
    again = millrace("import-options", os.path.join(CBOE, "totalpc.csv"), os.path.join(CBOE, "indexpc.csv"), "--data", lake, "--report", "json")
    check.equal("importing again changes nothing", (again.report["new"], again.report["corrected"], again.report["known"]), (0, 0, 6493))
    alone = millrace("import-options", os.path.join(CBOE, "totalpc.csv"), "--data", lake)
    check("the total alone is refused with a word", alone.status == 1 and "indexpc" in alone.stderr, alone.stderr)
    both = {day: (calls, puts) for day, calls, puts, _, _ in index}
    shares = [(day, calls - both[day][0], puts - both[day][1]) for day, calls, puts, _, _ in total if day in both]
    with OpenD(lake) as server, peer_of("futu", server.port) as peer:
        found = all_pages(peer, "US_INDEX", "VOLUME", "2006-01-01", "2019-12-31")
        check.equal("3,253 days of options on indices", len(found["time"]), 3253)
        check.equal("options on indices, row for row", found, columns([row[:3] for row in index], NEW_YORK))
        ratios = {day.isoformat(): text for day, *_, text in index}
        wrong = [(day, ratio) for day, ratio in zip(found["time"], found["ratio"]) if abs(ratio - float(ratios[day])) > 0.005 + 1e-12]
        check.equal("ratios are the file's to its two digits", wrong, [])
        found = all_pages(peer, "US_SECURITY", "VOLUME", "2006-01-01", "2019-12-31")
        check.equal("3,240 days of options on shares and funds", len(found["time"]), 3240)
        check.equal("options on shares and funds, row for row", found, columns(shares, NEW_YORK))


def seed(check, peer_of, june, lake):
    """The vendor's ten rows, while the server runs; then a correction of one."""
    def write(path, rows):
        with open(path, "w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["date", "market", "call_volume", "put_volume", "call_oi", "put_oi"])
            table.writerows([day, "US_SECURITY", calls, puts, "", ""] for day, calls, puts in rows)

    def wait_for(peer, want):
        end = time.monotonic() + 15
        while (found := peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")["data"]) != want and time.monotonic() < end:
            time.sleep(1)
        return found

    rows = [(datetime.date.fromisoformat(day), calls, puts) for day, calls, puts in june]
    path = os.path.join(lake, "june.csv")
    with OpenD(lake) as server, peer_of("moomoo", server.port) as peer:
        write(path, june)
        check.equal("the vendor's ten rows are imported", millrace("import-options", path, "--data", lake, "--report", "json").report["new"], 10)
        check.equal("a running server shows the vendor's ten rows", wait_for(peer, columns(rows, NEW_YORK)), columns(rows, NEW_YORK))
        day, calls, puts = june[0]
        write(path, [(day, calls + 1, puts), *june[1:]])
        report = millrace("import-options", path, "--data", lake, "--report", "json").report
        check.equal("a correction is one", (report["new"], report["corrected"], report["known"]), (0, 1, 9))
        corrected = columns([(rows[0][0], calls + 1, puts), *rows[1:]], NEW_YORK)
        check.equal("a correction shows", wait_for(peer, corrected), corrected)
    with sqlite3.connect(f"file:{lake}/options/statistics.sqlite?mode=ro", uri=True) as file:
        kept = file.execute("SELECT day, source, calls, puts, origin FROM history").fetchall()
    check.equal("what was said before is in the history", kept, [(day, "file", calls, puts, path)])


def quarantined(check, lake):
    """Rows that do not add up."""
    path = os.path.join(lake, "indexpc-bad.csv")
    with open(path, "w") as file:
        file.write("Volume and Put/Call Ratio data\n, PRODUCT: INDEX,,EXCHANGE: Cboe,\nDATE,CALLS,PUTS,TOTAL,P/C Ratio\n"
                   "11/1/2031,100,50,150,0.50\n11/2/2031,100,50,151,0.50\n11/3/2031,100,50,150,0.70\n11/4/2031,-1,50,49,0.50\nnonsense\n")
    report = millrace("import-options", path, "--data", lake, "--report", "json").report
    check.equal("one row of five adds up", (report["statements"], report["new"]), (1, 1))
    listed = open(report["by_file"][0]["quarantine"]).read()
    check("the others are listed with reasons", report["rejected"] >= 3 and all(day in listed for day in ("11/2/2031", "11/3/2031", "11/4/2031")), listed)
    for name, text in (("empty.csv", ""), ("page.htm", "<html>404</html>"), ("cut.json", '{"entity": {"equity_vol')):
        path = os.path.join(lake, name)
        open(path, "w").write(text)
        done = millrace("import-options", path, "--data", lake)
        check(f"{name} is refused in one line", done.status == 1 and len(done.stderr.strip().splitlines()) == 1 and name in done.stderr, done.stderr)


def packed(check, lake):
    """An archive of Hong Kong's with things beside what matters; and one that is cut off, which must not go unseen."""
    rows = ['"H","DTOP","DCASS","20260611","20260611195046","HKCC",1',
            '"01","FUT","HANG SENG INDEX","HSI","30","JUL","26",100.00,10,10,0,7,1,12.40,-1.90,20,20,0,9,1,9.82,-0.27',
            '"T",1,"EOF"']
    for name, lines, status in (("whole.zip", rows, 0), ("cut.zip", rows[:2], 1)):
        path = os.path.join(lake, name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("20260611_1_dtop_f_hkcc_fut_dtl_all.raw", "futures")
            archive.writestr("20260611_1_dtop_f_hkcc_opt_dtl_all.raw", "\r\n".join(lines) + "\r\n")
            archive.writestr("20260611_0_dtop_f.rpt", "a report to print")
        done = millrace("import-options", path, "--data", lake, "--report", "json")
        check.equal(f"{name} is imported, or refused", done.status, status)
        if not status:
            check.equal("an archive's market and its class", (done.report["statements"], done.report["rejected"]), (4, 0))


def restarted(check, peer_of, june, lake):
    """A call that is waiting while the server is away succeeds when it is back."""
    server = OpenD(lake)
    port = server.port
    try:
        with peer_of("futu", port) as peer:
            first = peer.ask("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")
            check.equal("before the restart", (first["ret"], len(first["data"]["time"])), (0, len(june)))
            server.process.kill()
            server.process.wait()
            time.sleep(1)
            peer.tell("statistic", "US_SECURITY", "VOLUME", "2026-06-01", "2026-06-15")
            time.sleep(1)
            server = OpenD(lake, port=port)
            check.equal("a call waits for the restart", peer.hear(60), first)
    finally:
        server.stop()


def fetched(check, peer_of, folder):
    """What simulated publishers publish, read by ourselves and asked for by the client."""
    lake = os.path.join(folder, "fetched")
    with Child("simulate", "live", "--seed", "11", ready="{") as simulator:
        hosts = json.loads(simulator.line)["hosts"]
        # Four trading days of both, whatever is celebrated.
        since = (datetime.date.today() - datetime.timedelta(18)).isoformat()
        publishers = [word for name in ("occ", "hkex") for word in ("--report-server", f"{name}={hosts[name]['rest']}")]
        with OpenD(lake, "--option-reports", "occ,hkex", "--option-reports-since", since, *publishers) as server:
            with peer_of("futu", server.port) as peer:
                def held(market, measure="VOLUME"):
                    return peer.ask("statistic", market, measure, since, datetime.date.today().isoformat())["data"]

                end = time.monotonic() + 120
                wanted = [("US_SECURITY", "VOLUME"), ("HK_INDEX", "VOLUME"), ("HK_SECURITY", "OPEN_INTEREST")]
                while any(len(held(*each)["time"]) < 4 for each in wanted) and time.monotonic() < end:
                    time.sleep(3)
                found = held("US_SECURITY")
                check("days are fetched", len(found["time"]) >= 4, found)
                for day, calls, puts in zip(found["time"], found["call_value"], found["put_value"]):
                    with urllib.request.urlopen(f"{hosts['occ']['rest']}/mdapi/daily-volume-totals?report_date={day}") as page:
                        rows = json.load(page)["entity"]["equity_volume"]
                    own = next(row for row in rows if row["exchange"] == "Total")
                    check.equal(f"OCC's volume of {day}", (calls, puts), (own["calls"], own["puts"]))
                found = held("HK_SECURITY", "OPEN_INTEREST")
                check("Hong Kong's open interest is fetched", len(found["time"]) >= 4, found)
                found = peer.ask("underlying", "HK.00700", since, datetime.date.today().isoformat())
                check("an underlying of Hong Kong", found["ret"] == 0 and len(found["data"]["time"]) >= 4
                      and all(value > 0 for value in found["data"]["call_volume"]), found)


def guarded(check, peer_of, lake, folder):
    """A key that clients have to have, and ports that stay shut without one."""
    key = os.path.join(folder, "served.pem")
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "1024"], check=True, capture_output=True)
    with OpenD(lake, "--opend-key", key) as server, peer_of("futu", server.port, "encrypt", f"key={key}") as peer:
        found = peer.ask("statistic", "US_INDEX", "VOLUME", "2019-01-02", "2019-01-31")
        check.equal("encrypted, from the lake", (found["ret"], len(found["data"]["time"])), (0, 21))
    millrace("keys", "create", "--data", lake, "--vendor", "oanor", "--plan", "free")
    with Serving(lake, "--host", "0.0.0.0") as server:
        check("beyond loopback both ports stay shut without keys", server.log().count("stays shut") == 2 and "OpenD 0.0.0.0" not in server.log(), server.log())
        check("the WebSocket says how to make a key", f"millrace keys create --data {lake} --vendor opend --plan standard'" in server.log(), server.log())
    millrace("keys", "create", "--data", lake, "--vendor", "opend", "--plan", "standard")
    with Serving(lake, "--host", "0.0.0.0", "--opend-key", key) as server:
        port = int(re.search(r"OpenD 0\.0\.0\.0:(\d+), OpenD's WebSocket 0\.0\.0\.0:\d+", server.log())[1])
        with peer_of("moomoo", port, "encrypt", f"key={key}") as peer:
            check.equal("with the key it answers there", peer.ask("statistic", "US_INDEX", "VOLUME", "2019-01-02", "2019-01-31")["ret"], 0)
        taken = millrace("serve", "--data", lake, "--port", "0", "--opend-port", port)
        check("a port that is taken is told", taken.status == 1 and f"{port} is in use" in taken.stderr, taken.stderr)
    with Serving(lake, "--opend-port", "none") as server:
        check.equal("'none' opens none", server.log().strip(), "")
    for words in (("--opend-port", "70000"), ("--opend-ws-port", "x"), ("--opend-key", "/nowhere"), ("--coin-exchanges", "Mars"),
                  ("--option-reports", "nyse"), ("--option-reports-since", "yesterday"), ("--report-server", "occ=ftp://x")):
        done = millrace("serve", "--data", lake, "--port", "0", *words)
        check(f"{' '.join(words)} is bad usage, in one line", done.status == 2 and words[0] in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr)
    bad = millrace("serve", "--data", lake, "--port", "0", "--opend-key", os.path.join(lake, "june.csv"))
    check("a file that is no key is bad usage", bad.status == 2 and "openssl" in bad.stderr, bad.stderr)


def coins(check, peer_of, folder):
    """Options on coins, counted from the demo's own tapes, as DuckDB counts them."""
    lake = os.path.join(folder, "demo")
    with Child("demo", "--data", lake, "--port", "0", "--hours", "72", ready="millrace ready http://") as demo:
        port = int(re.search(r"OpenD 127\.0\.0\.1:(\d+)", demo.log())[1])
        with peer_of("futu", port) as peer:
            # A day shows when it has been over for an hour.
            day = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=25, minutes=5)).date()
            end = time.monotonic() + 30
            while True:
                found = peer.ask("underlying", "CC.BTC", day.isoformat(), day.isoformat())
                if found["ret"] == 0 and found["data"]["time"] or time.monotonic() > end:
                    break
                time.sleep(1)
            files = f"{lake}/options/exchange=okx-options/*/year={day.year}/month={day.month:02}/day={day.day:02}/trades.parquet"
            sums = dict(duckdb.sql(f"SELECT right(symbol, 1), round(sum(quantity) * 100) FROM read_parquet('{files}') WHERE coin = 'BTC' GROUP BY 1").fetchall())
            check("a day's options on a coin are counted", found["ret"] == 0 and found["data"]["time"] == [day.isoformat()]
                  and (found["data"]["call_volume"][0], found["data"]["put_volume"][0]) == (int(sums["C"]), int(sums["P"])), (found, sums))
            # The newest days are fetched first, and the others behind them.
            end = time.monotonic() + 60
            while len(days := peer.ask("statistic", "HK_INDEX", "OPEN_INTEREST")["data"]["time"]) <= 5 and time.monotonic() < end:
                time.sleep(0.5)
            check("the demo has markets too", len(days) > 5, days)


def run(check, peer_of, june):
    with tempfile.TemporaryDirectory() as folder:
        lake = os.path.join(folder, "lake")
        recordings(check, peer_of, lake)
        seed(check, peer_of, june, lake)
        quarantined(check, lake)
        packed(check, lake)
        restarted(check, peer_of, june, lake)
        guarded(check, peer_of, lake, folder)
        fetched(check, peer_of, folder)
        coins(check, peer_of, folder)
