#!/usr/bin/env python3
"""Race Millrace against DuckDB, Polars and chDB on the same trades: `make bench`.

A peer's time is its query alone, interpreter start-up and imports left out; ours is the whole process. The data come from `millrace simulate`,
so the race can be run anywhere. Compare ratios, not seconds: they are of one run on one machine.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
from importlib import metadata

from datasets import datasets
from measure import Contender, race, ratio
from report import MILLION, Table, note

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MILLRACE = os.path.join(ROOT, ".build", "release", "millrace")
PEERS = {"DuckDB": "duckdb", "Polars": "polars", "chDB": "chdb"}
WHO = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]


class Bench:
    def __init__(self, options):
        self.runs = options.runs
        self.scratch = options.scratch
        self.threads = len(os.sched_getaffinity(0))
        self.tables, self.exports, self.live, self.opend = [], [], [], []

    def path(self, *parts):
        return os.path.join(self.scratch, *parts)

    def data(self, rows, form):
        """A simulated day of `rows` trades in a container; made once."""
        directory = self.path(f"{rows // MILLION}M")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, "BTCUSDT-aggTrades-2024-01-01." + {"csv": "csv", "zip": "zip", "gz": "csv.gz"}[form])
        if not os.path.exists(path):
            note(f"simulating {rows // MILLION} M rows as {form}")
            subprocess.run([MILLRACE, "simulate", "archives", "--rows", str(rows), "--seed", "1", "--format", form, "--output", directory],
                           check=True, stdout=subprocess.DEVNULL)
        return path

    def ours(self, name, *words):
        return Contender(name, [MILLRACE, "bars", "flow", *words, *WHO, "--interval", "1m", "--format", "parquet", "--quiet",
                                "--output", self.path("ours.parquet")])

    def peer(self, name, source, label=None):
        script = os.path.join(HERE, "peers", f"flow_{PEERS[name]}.py")
        target = self.path(f"{PEERS[name]}.parquet")
        return Contender(label or name, [sys.executable, script, source, target, "60", str(self.threads)], self_timed=True)

    def check(self, rows):
        """Sees to it that everyone computed the same thing.

        In a process of its own: a child's peak memory starts from that of the process it was forked from, so this one must stay small.
        """
        others = [path for path in map(self.path, (f"{engine}.parquet" for engine in PEERS.values())) if os.path.exists(path)]
        subprocess.run([sys.executable, os.path.join(HERE, "check.py"), str(rows), self.path("ours.parquet"), *others], check=True)

    def report(self, table, contenders, rows):
        for contender in contenders:
            table.row(contender.name, f"{contender.median:.3f}", f"{sorted(contender.cpu)[len(contender.cpu) // 2]:.2f}",
                      f"{max(contender.memory):.0f}", f"{rows / contender.median / MILLION:.1f}")

    HEADER = ["", "seconds", "processor s", "peak MB", "M rows/s"]

    def csv(self, rows):
        source = self.data(rows, "csv")
        ours = self.ours("Millrace", "--input", source)
        peers = [self.peer(name, source) for name in PEERS]
        race([ours, *peers], self.runs, note)
        self.check(rows)
        table = Table(f"CSV to 1m flow, {rows // MILLION} M rows ({os.path.getsize(source) / 1e6:.0f} MB)", self.HEADER)
        self.report(table, [ours, *peers], rows)
        middle, least, most = ratio(ours, peers)
        table.verdict("faster than the fastest peer", f"{middle:.1f}x ({least:.1f} to {most:.1f})", "4x", middle >= 4)
        if rows >= 60 * MILLION:
            table.verdict("peak resident memory", f"{max(ours.memory):.0f} MB", "under 150 MB", max(ours.memory) < 150)
        self.tables.append(table)

    def zip(self, rows):
        source, plain = self.data(rows, "zip"), self.data(rows, "gz")
        ours = self.ours("Millrace, zip", "--input", source)
        inflate = Contender("igzip -d (the same deflate stream, to nowhere)", ["igzip", "-d", "-c", plain])
        race([ours, inflate], self.runs, note)
        table = Table(f"zip to 1m flow, {rows // MILLION} M rows ({os.path.getsize(source) / 1e6:.0f} MB)", self.HEADER)
        self.report(table, [ours, inflate], rows)
        middle, least, most = ratio(inflate, [ours])
        table.verdict("as long as merely inflating", f"{middle:.2f}x ({least:.2f} to {most:.2f})", "1.3x", middle <= 1.3)
        self.tables.append(table)

    def lake(self, rows):
        source = self.data(rows, "csv")
        lake = self.path("lake")
        load = Contender("Millrace import, CSV to lake", [MILLRACE, "import", source, "--data", lake, *WHO, "--quiet"])
        for number in range(self.runs + 1):
            shutil.rmtree(lake, ignore_errors=True)
            note(f"import, run {number} of {self.runs}")
            load.run()
        load.seconds, load.cpu, load.memory = load.seconds[1:], load.cpu[1:], load.memory[1:]
        tape = sum(os.path.getsize(p) for p in glob.glob(self.path("lake", "tape", "**", "*.parquet"), recursive=True))
        files = {}
        for engine in ("duckdb", "polars"):
            files[engine] = self.path(f"trades-{engine}.parquet")
            note(f"writing the trades by {engine}")
            subprocess.run([sys.executable, os.path.join(HERE, "peers", "to_parquet.py"), engine, source, files[engine]], check=True)
        ours = self.ours("Millrace, all columns", "--data", lake)
        plain = self.ours("Millrace, without toxicity", "--data", lake, "--without", "flow_toxicity_score")
        peers = [self.peer(name, path, f"{name}, Parquet by {engine}") for name in PEERS for engine, path in files.items()]
        race([ours, plain, *peers], self.runs, note)
        self.check(rows)
        table = Table(f"lake to 1m flow, {rows // MILLION} M rows", self.HEADER)
        self.report(table, [load, ours, plain, *peers], rows)
        for engine, path in files.items():
            table.row(f"(Parquet by {engine}: {os.path.getsize(path) / rows:.2f} bytes a trade)", "", "", "", "")
        for name, contender, target in (("all 36 columns", ours, 3), ("without toxicity", plain, 4)):
            middle, least, most = ratio(contender, peers)
            table.verdict(f"{name}, faster than the fastest peer", f"{middle:.1f}x ({least:.1f} to {most:.1f})", f"{target}x", middle >= target)
        table.verdict("size of the tape", f"{tape / rows:.2f} bytes a trade", "at most 3.2", tape / rows <= 3.2)
        speed = rows / load.median / MILLION
        table.verdict("import", f"{speed:.1f} M rows/s", "at least 10", speed >= 10)
        self.tables.append(table)
        for path in files.values():
            os.remove(path)
        shutil.rmtree(lake)

    def datasets(self, rows):
        self.tables.append(datasets(self, MILLRACE, rows))

    def served(self, name):
        """A race of its own, which prints its tables: tables, http, months, opend or live; `live.path` is a part of the last."""
        name, _, part = name.partition(".")
        words = ["--only", part] if part else []
        done = subprocess.run([sys.executable, os.path.join(HERE, name, "run.py"), *words], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {name} failed")
        {"tables": self.exports, "live": self.live, "opend": self.opend}.get(name, self.tables).append(done.stdout.strip() + "\n")


def machine(threads):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), os.uname().machine)
    versions = ", ".join(f"{name} {metadata.version(package)}" for name, package in PEERS.items())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return f"{threads} threads of {model}; {versions}; Millrace {commit}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="10,60", help="millions of rows, parted by commas")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each contender")
    parser.add_argument("--only", default="csv,zip,lake,datasets,tables,http,months,opend,live",
                        help="which races, parted by commas; live.frames, .peers, .path, .latency, .many and .journal are parts of live")
    parser.add_argument("--scratch", default=os.path.join(ROOT, "data", "bench"), help="where the data go (60 M rows take 8 GB)")
    parser.add_argument("--keep", action="store_true", help="keep the data")
    parser.add_argument("--write", action="store_true", help="keep the tables in Benchmarks/results")
    options = parser.parse_args()
    bench = Bench(options)
    os.makedirs(options.scratch, exist_ok=True)
    try:
        for rows in [int(float(word) * MILLION) for word in options.rows.split(",")]:
            for name in ("csv", "zip", "lake", "datasets"):
                if name in options.only.split(","):
                    getattr(bench, name)(rows)
            if not options.keep:
                shutil.rmtree(bench.path(f"{rows // MILLION}M"), ignore_errors=True)
        for name in options.only.split(","):
            if name.partition(".")[0] in ("tables", "http", "months", "opend", "live"):
                bench.served(name)
    finally:
        if not options.keep:
            shutil.rmtree(options.scratch, ignore_errors=True)
    for name, title, tables in (("latest", "Benchmarks", bench.tables), ("tables", "Tables of the native API", bench.exports), ("live", "The live tape", bench.live), ("opend", "OpenD", bench.opend)):
        if not tables:
            continue
        text = f"# {title}\n\n{machine(bench.threads)}; medians of runs in turn.\n\n" + "\n".join(map(str, tables))
        print(text)
        if options.write:
            os.makedirs(os.path.join(HERE, "results"), exist_ok=True)
            with open(os.path.join(HERE, "results", f"{name}.md"), "w") as file:
                file.write(text)


main()
