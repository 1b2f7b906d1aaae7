#!/usr/bin/env python3
"""How fast OpenD's questions are answered, and what idle connections cost: Benchmarks/opend/run.py [--seconds N] [--rounds N]

One process asks over kept connections, each with its next question as soon as the last is answered; another serves on loopback with one
thread, and both share the processors. Rows are made up, five years of them. Needs the products OpenDBench and OpenDServer.
"""
import argparse
import datetime
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE)]

from report import Table, note

SERVER, BENCH = (os.path.join(ROOT, ".build", "release", name) for name in ("OpenDServer", "OpenDBench"))
TICK = os.sysconf("SC_CLK_TCK")
ALIVE, TEN, PAGE = "a sign of life", "ten rows", "a year's page"
IDLE = 10_000


def rows(path):
    """Writes made-up rows and returns their days: five years without weekends and ten other days a year."""
    numbers, first = random.Random(7), datetime.date(2021, 1, 1)
    weekdays = [day for day in (first + datetime.timedelta(number) for number in range(1990)) if day.weekday() < 5]
    days = [day for number, day in enumerate(weekdays) if number % 26]
    with open(path, "w") as file:
        file.write("date,market,call_volume,put_volume,call_oi,put_oi\n")
        for day in days:
            file.write(f"{day},us-security," + ",".join(str(numbers.randrange(20_000_000, 60_000_000)) for _ in range(4)) + "\n")
    return days


class Server:
    def __init__(self, path, *options):
        self.process = subprocess.Popen([SERVER, path, "unlimited", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().rsplit(":", 1)[1].strip()

    def processor(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / TICK

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)


def ask(server, connections, depth, seconds, question):
    """One run: what the asking process says, and the server's processor time for an answer in µs."""
    before = server.processor()
    done = subprocess.run([BENCH, server.port, "ask", *map(str, (connections, depth, seconds, *question))], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, question))}: {done.stderr.strip()[-500:]}")
    run = json.loads(done.stdout)
    return run | {"cost": (server.processor() - before) / run["total"] * 1e6, "rate": run["answers"] / run["seconds"]}


def speed(path, days, options):
    questions = {ALIVE: ["alive"], TEN: ["statistic", days[-10], days[-1]],
                 PAGE: ["statistic", days[-1] - datetime.timedelta(364), days[-1]]}
    table = Table(
        f"Questions of {options.connections} kept connections over loopback, client and server on the same {len(os.sched_getaffinity(0))} threads",
        ["", "bytes", "answers/s", "p50 ms", "p99 ms", "p99.9 ms", "worst ms", "server, µs of processor each", "client's"])
    shapes = [(name, words, 1) for name, words in questions.items()]
    shapes += [(f"{name}, 16 at a time", questions[name], 16) for name in (ALIVE, TEN)]
    runs, verdicts = {name: [] for name, *_ in shapes}, []
    with Server(path) as server:
        for number in range(options.rounds):
            for name, words, depth in shapes:
                note(f"{name}, round {number + 1} of {options.rounds}")
                runs[name].append(ask(server, options.connections, depth, options.seconds, words))
    for name in runs:
        middle = lambda field: statistics.median(run[field] for run in runs[name])
        table.row(name, runs[name][0]["bytes"], f"{middle('rate'):,.0f}", *(f"{middle(field):.2f}" for field in ("p50", "p99", "p999")),
                  f"{max(run['worst'] for run in runs[name]):.1f}", f"{middle('cost'):.1f}",
                  f"{statistics.median(run['processor'] / run['answers'] for run in runs[name]) * 1e6:.1f}")
        if name == TEN:
            verdicts += [(f"{name}: answers a second", f"{middle('rate'):,.0f}", "50,000", middle("rate") >= 50_000),
                         (f"{name}: p99", f"{middle('p99'):.2f} ms", "under 5 ms", middle("p99") < 5)]
    table.text(f"Medians of {options.rounds} rounds of {options.seconds} s in turn; the worst is the worst of all. A year's page has "
               f"{runs[PAGE][0]['rows']} rows. Each answer has the hash of the first, which was looked at closely.")
    for verdict in verdicts:
        table.verdict(*verdict)
    return table


def idle(path):
    with Server(path, f"perclient={IDLE}") as server:
        before = server.memory()
        note(f"{IDLE} idle connections")
        bench = subprocess.Popen([BENCH, server.port, "idle", str(IDLE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not bench.stdout.readline():
            sys.exit("bench: the connections were not taken")
        after = server.memory()
        bench.stdin.close()
        bench.wait()
    table = Table(f"{IDLE:,} idle connections that have begun", ["", "resident MB", "bytes each"])
    table.row("before", f"{before / 1e6:.1f}", "")
    table.row("with them", f"{after / 1e6:.1f}", f"{(after - before) / IDLE:.0f}")
    table.verdict("resident memory", f"{after / 1e6:.1f} MB", "under 200 MB", after < 200e6)
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10, help="how long each question is asked")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    for program in (SERVER, BENCH):
        if not os.path.exists(program):
            sys.exit(f"bench: swift build -c release --product {os.path.basename(program)}")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        print(speed(path, rows(path), options))
        print(idle(path))


main()
