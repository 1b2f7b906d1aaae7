#!/usr/bin/env python3
"""CPU of one request against nginx with the same body, of /flow and /exchange-list: Benchmarks/http/run.py [--seconds N] [--rounds N]

nginx answers from its configuration (`return 200`), the cheapest there is, and from a file, as static answers usually come.

Both serve on loopback in the same run, taking turns; wrk asks with 64 kept connections. What is compared is the processor time of the
server's processes (user and system, from /proc) over the requests they answered in that time; latency stands beside it. Needs the
packages of `scripts/setup bench` and the built binary.
"""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MILLRACE = os.path.join(ROOT, ".build", "release", "millrace")
TICK = os.sysconf("SC_CLK_TCK")
# What a request may cost, in requests of nginx: one that is computed against its configuration, one that is prepared against a file.
TARGETS = {"/flow": ("nginx", 1.5), "/exchange-list": ("nginx, a file", 1.0)}


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes(pid):
    """The process and its children."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid] + [int(child) for child in file.read().split()]


def cpu(pid):
    """Seconds of processor time of the process and its children."""
    total = 0
    for each in processes(pid):
        with open(f"/proc/{each}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def load(url, seconds, pid, headers=()):
    """One run of wrk: requests, CPU µs a request, requests a second, p50 and p99 in ms."""
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    before = cpu(pid)
    output = subprocess.run(command + [url], check=True, capture_output=True, text=True).stdout
    used = cpu(pid) - before
    requests = int(re.search(r"(\d+) requests in", output)[1])
    assert "Non-2xx" not in output and "Socket errors" not in output, output

    def latency(name):
        value, unit = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", output).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return {"cpu": used / requests * 1e6, "rate": requests / seconds, "p50": latency("50"), "p99": latency("99")}


def start_nginx(folder, body):
    port = free_port()
    with open(os.path.join(folder, "nginx.conf"), "w") as file:
        file.write(
            "daemon off; worker_processes auto; pid %s/nginx.pid; error_log %s/error.log;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; keepalive_requests 100000000; client_body_temp_path %s/a; proxy_temp_path %s/b; fastcgi_temp_path %s/c;\n"
            " uwsgi_temp_path %s/d; scgi_temp_path %s/e; default_type application/json;\n"
            " server { listen 127.0.0.1:%d; location / { return 200 '%s'; } location /file { root %s; } } }\n"
            % ((folder,) * 7 + (port, body.replace("'", "\\'"), folder))
        )
    with open(os.path.join(folder, "file"), "w") as file:
        file.write(body)
    # Its workers are nobody where it is started by root.
    os.chmod(folder, 0o755)
    process = subprocess.Popen(["nginx", "-c", os.path.join(folder, "nginx.conf"), "-e", os.path.join(folder, "error.log")])
    return process, f"http://127.0.0.1:{port}/"


def start_millrace(data, *options):
    process = subprocess.Popen([MILLRACE, "serve", "--data", data, "--port", "0", "--quiet", *options], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line.startswith("millrace ready "), line
    return process, line.split()[2]


def start_exchanges():
    """The simulated exchanges, and what makes `serve` follow the open interest of those that tell it in few answers."""
    process = subprocess.Popen([MILLRACE, "simulate", "live"], stdout=subprocess.PIPE, text=True)
    hosts = json.loads(process.stdout.readline())["hosts"]
    venues = {"okx-perps": "okx", "bybit-linear": "bybit", "bybit-inverse": "bybit", "deribit": "deribit", "gate-futures": "gate"}
    found = {venue: hosts[host]["rest"] for venue, host in venues.items() if host in hosts}
    return process, ["--open-interest", ",".join(found), *(word for venue, rest in found.items() for word in ("--endpoint", f"{venue}={rest}"))]


def get(url, tries=50):
    for _ in range(tries):
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"bench: {url} does not answer")


def contest(name, url, ours, folder, running, options):
    """Prints the table of one path against nginx, taking turns; gives back nginx's process and address."""
    body = get(url).decode()
    nginx, static = start_nginx(folder, body)
    running.append(nginx)
    assert get(static).decode() == body and get(static + "file").decode() == body
    results = {"nginx": [], "nginx, a file": [], "millrace": []}
    for number in range(options.rounds + 1):
        for server, address, pid in (("nginx", static, nginx.pid), ("nginx, a file", static + "file", nginx.pid), ("millrace", url, ours.pid)):
            result = load(address, options.seconds, pid)
            # The first round only warms both.
            if number:
                results[server].append(result)
    print(f"### {name} against nginx, {len(body)} bytes, wrk -t1 -c64, {options.rounds} rounds of {options.seconds} s\n")
    print("| server | CPU a request | requests/s | p50 | p99 |\n|---|---|---|---|---|")
    for server, runs in results.items():
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print(f"| {server} | {middle['cpu']:.2f} µs | {middle['rate']:,.0f} | {middle['p50']:.2f} ms | {middle['p99']:.2f} ms |")
    print()
    for server in ("nginx", "nginx, a file"):
        ratios = [b["cpu"] / a["cpu"] for a, b in zip(results[server], results["millrace"])]
        ratio = statistics.median(ratios)
        judged, target = TARGETS[name]
        verdict = f"; target at most {target}): {'met' if ratio <= target else 'MISSED'}" if server == judged else ")"
        print(f"- CPU a request, millrace ÷ {server}, median of paired rounds: **{ratio:.2f}** ({min(ratios):.2f}…{max(ratios):.2f}{verdict}")
    return nginx, static


def flow(folder, running, options):
    data = os.path.join(folder, "data")
    for symbol in ("BTCUSDT", "ETHUSDT"):
        subprocess.run([MILLRACE, "simulate", "archives", "--venue", "binance-spot", "--symbol", symbol, "--rows", "100000",
                        "--output", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        dump = glob.glob(f"{folder}/{symbol}*.zip")[0]
        subprocess.run([MILLRACE, "import", dump, "--data", data, "--venue", "binance-spot", "--symbol", symbol, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
    ours, address = start_millrace(data)
    running.append(ours)
    url = f"{address}/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000"
    nginx, static = contest("/flow", url, ours, folder, running, options)
    if options.keys:
        key = subprocess.run([MILLRACE, "keys", "create", "--data", data, "--vendor", "oanor", "--plan", "unlimited", "--quiet"],
                             check=True, capture_output=True, text=True).stdout.strip()
        time.sleep(1.5)
        header = [f"x-oanor-key: {key}"]
        pairs = [(load(static, options.seconds, nginx.pid), load(url, options.seconds, ours.pid, header)) for _ in range(options.rounds)]
        print(f"- with a key in every request, ÷ nginx: {statistics.median(b['cpu'] / a['cpu'] for a, b in pairs):.2f}")


def exchange_list(folder, running, options):
    exchanges, words = start_exchanges()
    running.append(exchanges)
    ours, address = start_millrace(os.path.join(folder, "interest"), *words)
    running.append(ours)
    url = f"{address}/api/futures/open-interest/exchange-list?symbol=BTC"
    for _ in range(60):
        if len(json.loads(get(url))["data"]) > 4:
            break
        time.sleep(0.5)
    contest("/exchange-list", url, ours, folder, running, options)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", action="store_true", help="also with a key in every request")
    options = parser.parse_args()
    for part in (flow, exchange_list):
        folder, running = tempfile.mkdtemp(prefix="millrace-http-"), []
        try:
            part(folder, running, options)
            print()
        finally:
            for process in reversed(running):
                process.send_signal(signal.SIGTERM)
                process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
