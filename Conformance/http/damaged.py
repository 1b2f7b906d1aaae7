"""Everything that a server answers, asked wrongly: 100,000 damaged requests and frames, drawn from the server's own description of itself.

Every answer is HTTP with a status that a client deserves, no answer tells a machine's path or a name of the source, and memory and
descriptors return.
"""
import json
import os
import random
import re
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import mutated
import mutated_frames
from child import Child
from client import healthy, once
from harness import millrace
from serving import Serving

# What a parameter of the path stands for, and queries that are answered with something.
SAMPLES = {"bucket": "ohlcv", "dataset": "ohlcv", "interval": "1h", "exchange": "binance-futures",
           "symbol": "perpetual-BTC-USDT:USDT", "file": "2024-01.parquet"}
ANSWERED = {"start_date": {"/api/v1": "2024-01-01"}, "end_date": {"/api/v1": "2024-01-31"}, "venue": {"/": "binance-futures"},
            "coin": {"/orderflow-api": ""}, "quote": {"/orderflow-api": ""}, "exchange": {"/api/v1": "binance-futures", "/api/futures": "Binance"}, "symbol": {"/orderflow-api": "BTCUSDT", "/api/v1": "perpetual-BTC-USDT:USDT",
            "/api/futures": "BTCUSDT", "/v1": "BTCUSDT"}, "topics": {"/v1": "trades:binance-spot:BTCUSDT,bars:binance-spot:BTCUSDT:1m"}}
# Files that are asked for from outside their folder.
TRAVERSALS = ["../../../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/catalogue.sqlite", "....//....//catalogue.sqlite",
              "..%5c..%5ccatalogue.sqlite", "%252e%252e%252fcatalogue.sqlite", "..%00/x", "/etc/passwd", "%2fetc%2fpasswd", ".", "..", "%2e%2e",
              "2025-01.parquet/..", "2025-01.parquet%00.csv", "-", "~root", "\\\\host\\share", "file:///etc/passwd", "C:%5cwindows", "\xc0\xae\xc0\xae/"]


def value(parameter, path):
    name = parameter["name"]
    for prefix, known in ANSWERED.get(name, {}).items():
        if path.startswith(prefix):
            return known
    schema = parameter.get("schema", {})
    for found in (parameter.get("example"), schema.get("example"), schema.get("default"), (schema.get("enum") or [None])[0]):
        if found is not None:
            return str(found)
    return "1"


def routes(address):
    """Every route of the server's description, with all its parameters, with those that it demands, and with none."""
    document = json.loads(once(address, "/openapi.json").content())
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "post", "put", "delete"):
                continue
            parameters = operation.get("parameters", []) + item.get("parameters", [])
            queries = [each for each in parameters if each["in"] == "query"]
            filled = re.sub(r"\{(\w+)\}", lambda match: SAMPLES.get(match[1], "x"), path)
            queries = [each for each in queries if value(each, path)]
            for chosen in (queries, [each for each in queries if each.get("required")], []):
                query = "&".join(f"{each['name']}={urllib.parse.quote(value(each, path), safe=':,')}" for each in chosen)
                found.append((method.upper(), filled + ("?" if query else "") + query))
            parts = re.split(r"\{(\w+)\}", path)
            for place in range(1, len(parts), 2):
                for way in TRAVERSALS:
                    found.append((method.upper(), "".join(
                        part if number % 2 == 0 else way if number == place else SAMPLES.get(part, "x") for number, part in enumerate(parts))))
    return list(dict.fromkeys(found))


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settled(read, limit, seconds):
    """What a figure comes down to within some seconds, if it is above a limit."""
    end = time.monotonic() + seconds
    while (found := read()) > limit and time.monotonic() < end:
        time.sleep(0.2)
    return found


def run(check, folder, total, seed=None):
    seed = seed or random.SystemRandom().randrange(1 << 32)
    draw = random.Random(seed)
    print(f"http: {total} damaged requests and frames, seed {seed}", flush=True)
    lake = os.path.join(folder, "damaged")
    # Another tape than the recorded one: two years between them would be asked for, and take more memory than any request.
    words = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]
    dump = millrace("simulate", "archives", *words, "--rows", 20_000, "--output", folder, "--quiet")
    millrace("import", dump.stdout.split()[-1], "--data", lake, *words)
    with Child("simulate", "live", "--seed", "3", "--rate", "100", ready="{") as simulator:
        host = json.loads(simulator.line)["hosts"]["binance-spot"]
        with Serving(lake, "--record", "binance-spot:BTCUSDT", "--endpoint", f"binance-spot={host['rest']},{host['stream']}") as server:
            address, pid = server.address, server.process.pid
            web = re.search(r"OpenD's WebSocket 127\.0\.0\.1:(\d+)", server.log())[1]
            tcp = re.search(r"OpenD 127\.0\.0\.1:(\d+)", server.log())[1]
            end = time.monotonic() + 60
            while "binance-spot" not in once(address, "/v1/instruments").body.decode() and time.monotonic() < end:
                time.sleep(0.2)
            known = routes(address)
            for method, target in known[:200]:
                # What is made once and kept is made before memory is looked at.
                mutated.Attempt(address, f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("latin-1", "replace"), draw).close()
            warming = total // 5
            mutated.run(address, warming, draw.getrandbits(32), known)
            time.sleep(2)
            memory, open_files = resident(pid), descriptors(pid)
            began = time.monotonic()
            share = total // 10
            statuses = mutated.run(address, total - 3 * share - warming, draw.getrandbits(32), known)
            heard = [mutated_frames.sockets(address, path, share // 2, draw)
                     for path in ("/api/v1/stream", "/v1/stream?topics=trades:binance-spot:BTCUSDT")]
            heard.append(mutated_frames.sockets((address[0], int(web)), "/", share, draw, mutated_frames.opend_web))
            heard.append(mutated_frames.opend(int(tcp), share, draw))
            took = time.monotonic() - began
            # Threads open the catalogue when they first need it. Freed memory is given back once a minute, for which little is not waited.
            slack = 100_000 if total < 20_000 else 40_000
            files_now = settled(lambda: descriptors(pid), open_files + 12, 15)
            memory_now = settled(lambda: resident(pid), memory + slack, 75)
            check("memory returns", memory_now <= memory + slack, (seed, memory, memory_now))
            check("no descriptor is lost", files_now <= open_files + 12, (seed, open_files, files_now))
            check("the server lives", healthy(address) and server.process.poll() is None, seed)
            said = [line for line in server.log().splitlines() if "request" in line]
            check("it had nothing to say of them", not said, (seed, said[:3]))
            check("all kinds of answers were among them", {200, 400, 404, 405}.issubset(statuses), statuses)
            figures = once(address, "/metrics").content().decode()
            check.equal("nothing is held for those that have gone",
                        [line for line in figures.splitlines() if line.startswith("millrace_held_bytes{") and not line.endswith(" 0")
                         and '"answers"' not in line], [])
            print(f"http: {total} damaged requests and frames of {len(known)} targets in {took:.0f} s, seed {seed}: answers "
                  f"{dict(sorted(statuses.items()))}, frames back {heard}; memory {memory} to {memory_now} kB, descriptors {open_files} to "
                  f"{files_now}", flush=True)
