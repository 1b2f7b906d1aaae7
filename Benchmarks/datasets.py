"""The race of all nine datasets over a month, against Polars."""
import glob
import os
import shutil
import subprocess
import sys

from measure import Contender, race, ratio
from report import MILLION, Table, note

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ("flow", "trade_size", "impact", "range", "updownticks", "run_structure", "returns", "vtwap", "ohlcv")
MONTH = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]


class Month:
    """A made-up month of trades in a lake, and as Parquet of a peer's own making."""

    def __init__(self, millrace, folder, rows):
        self.millrace, self.folder, self.rows = millrace, folder, rows // 30 * 30
        self.lake, dumps = os.path.join(folder, "lake"), os.path.join(folder, "dumps")
        note(f"making a month of {self.rows / MILLION:g} M trades")
        subprocess.run([sys.executable, os.path.join(HERE, "month.py"), millrace, dumps, str(rows)], check=True)
        self.dumps = sorted(glob.glob(os.path.join(dumps, "*.csv")))
        subprocess.run([millrace, "import", *self.dumps, "--data", self.lake, *MONTH, "--quiet"], check=True, stdout=subprocess.DEVNULL)

    def parquet(self, engine):
        path = os.path.join(self.folder, f"{engine}.parquet")
        subprocess.run([sys.executable, os.path.join(HERE, "peers", "to_parquet.py"), engine, os.path.join(self.folder, "dumps", "*.csv"), path],
                       check=True)
        return path

    def ours(self, name, dataset, output, *more):
        return Contender(name, [self.millrace, "bars", dataset, "--data", self.lake, *MONTH, "--interval", "1m", "--format", "parquet", "--quiet",
                                "--output", output, *more])


def check(millrace, folder, threads):
    """Sees to it that both compute the same, on a million trades."""
    month = Month(millrace, os.path.join(folder, "small"), MILLION)
    source = month.parquet("polars")
    mine, theirs = os.path.join(folder, "small", "ours"), os.path.join(folder, "small", "polars")
    month.ours("check", "all", mine).run()
    peer("check", source, theirs, threads).run()
    subprocess.run([sys.executable, os.path.join(HERE, "check_datasets.py"), mine, theirs], check=True)
    shutil.rmtree(month.folder)


def peer(name, source, target, threads):
    return Contender(name, [sys.executable, os.path.join(HERE, "peers", "datasets_polars.py"), source, target, "60", str(threads)], self_timed=True)


def datasets(bench, millrace, rows):
    """The table of the race. Speed a core is that of a run on one thread, where nothing waits for another."""
    folder = bench.path("datasets")
    check(millrace, folder, bench.threads)
    month = Month(millrace, folder, rows)
    sources = {engine: month.parquet(engine) for engine in ("polars", "duckdb")}
    shutil.rmtree(os.path.join(folder, "dumps"))
    output = lambda name: os.path.join(folder, name)
    everything = month.ours("Millrace, all nine in one pass", "all", output("ours"))
    alone = {name: month.ours(f"Millrace, {name} alone", name, output(f"{name}.parquet")) for name in NAMES}
    single = {name: month.ours(f"Millrace, {text}, one thread", name, output(f"{name}-single"), "--threads", "1")
              for name, text in (("all", "all nine"), ("flow", "flow alone"))}
    peers = [peer(f"Polars, all nine, Parquet by {engine}", source, output("theirs"), bench.threads) for engine, source in sources.items()]
    race([everything, *single.values(), *alone.values(), *peers], bench.runs, note)
    table = Table(f"A month of {month.rows / MILLION:g} M trades to 1m bars, nine datasets",
                  ["", "seconds", "processor s", "peak MB", "M trades/s"])
    speed = lambda contender: month.rows / contender.median / MILLION
    for contender in (everything, *single.values(), *alone.values(), *peers):
        cpu = sorted(contender.cpu)[len(contender.cpu) // 2]
        table.row(contender.name, f"{contender.median:.3f}", f"{cpu:.2f}", f"{max(contender.memory):.0f}", f"{speed(contender):.1f}")
    table.verdict("all nine in one pass, on one core", f"{speed(single['all']):.1f} M trades/s", "at least 10", speed(single["all"]) >= 10)
    table.verdict(f"flow alone, on {bench.threads} threads; {speed(single['flow']):.1f} M on one", f"{speed(alone['flow']):.1f} M trades/s",
                  "at least 40", speed(alone["flow"]) >= 40)
    middle, least, most = ratio(everything, peers)
    table.verdict("all nine, faster than Polars", f"{middle:.1f}x ({least:.1f} to {most:.1f})", "4x", middle >= 4)
    shutil.rmtree(folder)
    return table
