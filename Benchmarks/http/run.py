#!/usr/bin/env python3
"""CPU of one /flow request against nginx `return 200` with the same body: Benchmarks/http/run.py [--seconds N] [--rounds N]

Both serve on loopback in the same run, taking turns; wrk asks with 64 kept connections. What is compared is the processor time of the
server's processes (user and system, from /proc) over the requests they answered in that time; latency stands beside it. Needs the
packages of `scripts/setup bench` and the built binary.
"""
import argparse
import glob
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
TARGET = 1.5


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
            " server { listen 127.0.0.1:%d; location / { return 200 '%s'; } } }\n"
            % ((folder,) * 7 + (port, body.replace("'", "\\'")))
        )
    process = subprocess.Popen(["nginx", "-c", os.path.join(folder, "nginx.conf"), "-e", os.path.join(folder, "error.log")])
    return process, f"http://127.0.0.1:{port}/"


def start_millrace(data):
    process = subprocess.Popen([MILLRACE, "serve", "--data", data, "--port", "0", "--quiet"], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line.startswith("millrace ready "), line
    return process, line.split()[2]


def get(url, tries=50):
    for _ in range(tries):
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"bench: {url} does not answer")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", action="store_true", help="also with a key in every request")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="millrace-http-")
    running = []
    try:
        data = os.path.join(folder, "data")
        for symbol in ("BTCUSDT", "ETHUSDT"):
            subprocess.run([MILLRACE, "simulate", "archives", "--venue", "binance-spot", "--symbol", symbol, "--rows", "100000",
                            "--output", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            dump = glob.glob(f"{folder}/{symbol}*.zip")[0]
            subprocess.run([MILLRACE, "import", dump, "--data", data, "--venue", "binance-spot", "--symbol", symbol, "--quiet"],
                           check=True, stdout=subprocess.DEVNULL)
        ours, address = start_millrace(data)
        running.append(ours)
        flow = f"{address}/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000"
        body = get(flow).decode()
        nginx, static = start_nginx(folder, body)
        running.append(nginx)
        assert get(static).decode() == body
        results = {"nginx": [], "millrace": []}
        for number in range(options.rounds + 1):
            for name, url, pid in (("nginx", static, nginx.pid), ("millrace", flow, ours.pid)):
                result = load(url, options.seconds, pid)
                # The first round only warms both.
                if number:
                    results[name].append(result)
        print(f"### /flow against nginx `return 200`, {len(body)} bytes, wrk -t1 -c64, {options.rounds} rounds of {options.seconds} s\n")
        print("| server | CPU a request | requests/s | p50 | p99 |\n|---|---|---|---|---|")
        for name, runs in results.items():
            middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            print(f"| {name} | {middle['cpu']:.2f} µs | {middle['rate']:,.0f} | {middle['p50']:.2f} ms | {middle['p99']:.2f} ms |")
        ratios = [b["cpu"] / a["cpu"] for a, b in zip(results["nginx"], results["millrace"])]
        ratio = statistics.median(ratios)
        print(f"\n- CPU a request, millrace ÷ nginx, median of paired rounds: **{ratio:.2f}** ({min(ratios):.2f}…{max(ratios):.2f}; target at most"
              f" {TARGET}): {'met' if ratio <= TARGET else 'MISSED'}")
        if options.keys:
            key = subprocess.run([MILLRACE, "keys", "create", "--data", data, "--vendor", "oanor", "--plan", "unlimited", "--quiet"],
                                 check=True, capture_output=True, text=True).stdout.strip()
            time.sleep(1.5)
            header = [f"x-oanor-key: {key}"]
            pairs = [(load(static, options.seconds, nginx.pid), load(flow, options.seconds, ours.pid, header)) for _ in range(options.rounds)]
            print(f"- with a key in every request, ÷ nginx: {statistics.median(b['cpu'] / a['cpu'] for a, b in pairs):.2f}")
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
