#!/usr/bin/env python3
"""Month files over loopback: Benchmarks/months/run.py [--rows N] [--cold-rows N] [--rounds N]

A warm month file is fetched by curl to nowhere, one client and two at a time, in turn with nginx serving the same bytes by sendfile. A cold one is asked for right after the server started without any
file made: the time to its first byte is what curl saw, from the request on. The links are had before; a cold month of each of the nine datasets
is asked for in every round.
"""
import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(ROOT, "Conformance")]

from datasets import NAMES, Month
from harness import MILLRACE
from report import MILLION, Table, note
from serving import Serving

CURL = ["curl", "--silent", "--show-error", "--fail", "--output", "/dev/null"]


class Asking:
    """Links to April of the month's symbol."""

    def __init__(self, server):
        self.base = f"{server.url}/api/v1"

    def get(self, path, **query):
        query |= {"exchange": "binance-futures", "symbol": "perpetual-BTC-USDT:USDT", "start_date": "2024-04-01", "end_date": "2024-04-30"}
        with urllib.request.urlopen(f"{self.base}/{path}?{urllib.parse.urlencode(query)}", timeout=120) as answer:
            return json.load(answer)["files"][0]

    def bars(self, dataset, interval):
        return self.get(f"data/{dataset}", timestamp="exchange", interval=interval)["url"]


def fetched(url, size, clients):
    """Gigabytes a second of some clients that each fetch a file again and again over one connection, so that starting them counts for little."""
    times = max(4, 2_000_000_000 // size)
    command = [*CURL, url] + [word for _ in range(times - 1) for word in ("--output", "/dev/null", url)]
    began = time.perf_counter()
    running = [subprocess.Popen(command) for _ in range(clients)]
    if any([process.wait() for process in running]):
        sys.exit("bench: curl failed")
    return clients * times * size / (time.perf_counter() - began) / 1e9


class Nginx:
    """nginx with sendfile over one folder."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        paths = "".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(folder, "nginx.conf"), "w") as file:
            file.write(f"daemon off; user root; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
                       "events { worker_connections 64; }\n"
                       f"http {{ access_log off; sendfile on; {paths} server {{ listen 127.0.0.1:{self.port}; root {folder}; }} }}\n")

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", os.path.join(self.folder, "nginx.conf"), "-e", os.path.join(self.folder, "error.log")])
        for _ in range(50):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return f"http://127.0.0.1:{self.port}"
            time.sleep(0.1)
        sys.exit("bench: nginx does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def warm(server, folder, rounds):
    """The size of the raw month's file, and gigabytes a second of one client and of two, by server."""
    file = Asking(server).get("data/raw/trades")
    os.makedirs(folder)
    subprocess.run(["curl", "--silent", "--fail", "--output", os.path.join(folder, "month"), file["url"]], check=True)
    seen = {}
    with Nginx(folder) as nginx:
        for number in range(rounds + 1):
            for clients, words in ((1, "one curl"), (2, "two curls")):
                for name, url in (("Millrace", file["url"]), ("nginx", nginx + "/month")):
                    speed = fetched(url, file["size"], clients)
                    # The first round only warms both.
                    if number:
                        seen.setdefault((name, words), []).append(speed)
    return file["size"], seen


def cold(lake, rounds):
    """Milliseconds to the first byte of a month nobody asked for before, by dataset."""
    seen = {name: [] for name in NAMES}
    for _ in range(rounds):
        shutil.rmtree(os.path.join(lake, "bars"), ignore_errors=True)
        with Serving(lake, "--quiet") as server:
            asking = Asking(server)
            for name in NAMES:
                url = asking.bars(name, "1d")
                done = subprocess.run([*CURL, "--write-out", "%{time_starttransfer} %{time_connect}", url], check=True, capture_output=True, text=True)
                first, connected = map(float, done.stdout.split())
                seen[name].append((first - connected) * 1000)
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=60, help="millions of trades in the month whose file is served warm")
    parser.add_argument("--cold-rows", type=float, default=2, help="millions of trades in the month that is asked for cold")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="millrace-months-")
    try:
        month = Month(MILLRACE, os.path.join(folder, "warm"), round(options.rows * MILLION))
        with Serving(month.lake, "--quiet") as server:
            note("fetching a warm month")
            size, speeds = warm(server, os.path.join(folder, "nginx"), options.rounds)
        shutil.rmtree(month.folder)
        month = Month(MILLRACE, os.path.join(folder, "cold"), round(options.cold_rows * MILLION))
        note("asking for cold months")
        seen = cold(month.lake, options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = Table(f"Month files over loopback, {options.rounds} rounds", ["", "median", "least", "most"])
    for (name, clients), each in speeds.items():
        table.row(f"warm file of {size / 1e6:.0f} MB, {name}, {clients}, GB/s", f"{statistics.median(each):.2f}", f"{min(each):.2f}", f"{max(each):.2f}")
    for name, times in seen.items():
        table.row(f"cold 1d {name}, {options.cold_rows:g} M trades, first byte, ms",
                  f"{statistics.median(times):.0f}", f"{min(times):.0f}", f"{max(times):.0f}")
    speed = statistics.median(speeds["Millrace", "one curl"])
    table.verdict("a warm month file", f"{speed:.2f} GB/s", "at least 1", speed >= 1)
    slowest = max(statistics.median(times) for times in seen.values())
    table.verdict("first byte of a cold month, the slowest dataset", f"{slowest:.0f} ms", "under 100", slowest < 100)
    print(table)


if __name__ == "__main__":
    main()
