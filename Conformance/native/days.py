"""Statistics of option markets against the recordings they were imported from."""
import csv
import datetime
import glob
import os

from harness import SHARED, millrace


def run(check, server, lake):
    paths = glob.glob(os.path.join(SHARED, "cboe-put-call", "indexpc.csv"))
    if not paths:
        check.skip("Cboe's recordings are not there")
        return
    check.equal("Cboe's archive is imported", millrace("import-options", *paths, "--data", lake, "--quiet").status, 0)
    with open(paths[0], encoding="utf-8-sig") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    wanted = [(datetime.datetime.strptime(row[0], "%m/%d/%Y").date().isoformat(), int(row[1]), int(row[2]))
              for row in rows if row and row[0][:1].isdigit() and "/" in row[0]]
    with server(lake) as serving:
        for query, part in [("from=2006-01-01&limit=50000", wanted), ("from=2019-01-02&to=2019-03-29", [row for row in wanted if "2019-01-02" <= row[0] <= "2019-03-29"]),
                            ("from=2006-01-01&limit=7", wanted[-7:])]:
            days = serving.get(f"/v1/options/statistics?market=us-index&{query}")["days"]
            check.equal(f"days of {query}", [(row["day"], row["calls"], row["puts"]) for row in days], part)
            check(f"totals and ratios of {query}", all(row["total"] == row["calls"] + row["puts"] and row["put_call_ratio"] == row["puts"] / row["calls"]
                                                       and row["source"] == "cboe" for row in days), days[:1])
        check.equal("a day that is none", serving.ask("/v1/options/statistics?market=us-index&from=2019-02-30")[0], 400)
