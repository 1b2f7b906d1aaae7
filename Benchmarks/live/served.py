"""What is measured of a recorder that follows the simulated exchange: the full path, how late clients are, and five hundred instruments."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

from child import Child
from harness import MILLRACE
from inner import LIVE_BENCH, measured
from report import MILLION, Table, note
from serving import Serving

TICK = os.sysconf("SC_CLK_TCK")
VENUE = "binance-spot"


class Process:
    """What the kernel knows of a process."""

    def __init__(self, child):
        self.pid = child.process.pid

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def peak(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1.024 / 1000


class Recorded:
    """A simulated market and a recorder that follows all of it, each a process of its own."""

    def __init__(self, options, symbols, rate, *market):
        self.lake = os.path.join(options.scratch, "live")
        shutil.rmtree(self.lake, ignore_errors=True)
        os.makedirs(self.lake)
        only = [word for symbol in symbols for word in ("--only", f"{VENUE}:{symbol}")]
        # Nothing is asked for again and again that a venue's budget would have to bound here.
        self.market = Child("simulate", "live", "--rate", rate, "--steady", "--weight", 1_000_000_000, *only, *market, ready='{"ready":true')
        host = json.loads(self.market.line)["hosts"][VENUE]
        self.rest = host["rest"]
        self.server = Serving(self.lake, "--record", f"{VENUE}:{','.join(symbols)}", "--endpoint", f"{VENUE}={host['rest']},{host['stream']}",
                              "--on-demand", f"{VENUE}=0")
        self.symbols = symbols

    def instruments(self):
        with urllib.request.urlopen(self.server.url + "/v1/instruments") as answer:
            return json.load(answer)["instruments"]

    def gaps(self):
        with urllib.request.urlopen(self.server.url + "/v1/gaps") as answer:
            return json.load(answer)["gaps"]

    def wait(self, seconds=120):
        """Until all instruments deliver."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            live = [each for each in self.instruments() if each["state"] == "live" and each["durable_id"]]
            if len(live) == len(self.symbols):
                return
            time.sleep(0.2)
        sys.exit(f"bench: only {len(live)} of {len(self.symbols)} instruments are live: {self.server.log()[-500:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()
        self.market.stop()
        shutil.rmtree(self.lake, ignore_errors=True)


def whole(recorded):
    """Ends the market, then the recorder, and says how many trades are on the tape: all from the first to the last that was sent, or none."""
    symbol = recorded.symbols[0]
    ask = lambda query: json.load(urllib.request.urlopen(f"{recorded.rest}/api/v3/aggTrades?symbol={symbol}&{query}"))[0]
    newest = ask("limit=1")["a"]
    limit = time.monotonic() + 30
    while int(recorded.instruments()[0]["durable_id"]) < newest and time.monotonic() < limit:
        time.sleep(0.1)
    state, gaps = recorded.instruments()[0], recorded.gaps()
    last, count = int(state["durable_id"]), state["trades"]
    first = ask(f"limit=1&fromId={last - count + 1}")
    recorded.server.stop()
    lines = subprocess.run([MILLRACE, "bars", "ohlcv", "--data", recorded.lake, "--venue", VENUE, "--symbol", symbol, "--interval", "1m",
                            "--format", "csv", "--quiet"], check=True, capture_output=True, text=True).stdout.splitlines()
    place = lines[0].split(",").index("trade_count")
    in_bars = sum(int(line.split(",")[place]) for line in lines[1:])
    sound = last >= newest and not gaps and first["T"] == state["first_time"] // 1000 and in_bars >= count
    return count if sound else None, gaps


def path(options):
    """WebSocket to journal to bars at full rate, for a while."""
    with Recorded(options, ["BTCUSDT"], options.rate) as recorded:
        recorded.wait()
        time.sleep(3)
        server, market = Process(recorded.server), Process(recorded.market)
        began, worked, simulated, before = time.monotonic(), server.cpu(), market.cpu(), recorded.instruments()[0]["trades"]
        lags = []
        note(f"{options.rate} trades a second for {options.seconds} s")
        while time.monotonic() - began < options.seconds:
            time.sleep(0.5)
            lags.append(recorded.instruments()[0]["lag"] / 1000)
        took, cpu, simulator = time.monotonic() - began, server.cpu() - worked, market.cpu() - simulated
        trades, memory = recorded.instruments()[0]["trades"] - before, server.peak()
        count, gaps = whole(recorded)
    table = Table(f"WebSocket to journal to bars, one instrument, {options.seconds} s, both processes on {len(os.sched_getaffinity(0))} threads",
                  ["trades/s", "recorder, µs of processor a trade", "recorder, cores", "simulator, cores", "lag, ms: median", "worst",
                   "peak MB"])
    table.row(f"{trades / took:,.0f}", f"{cpu / trades * MILLION:.2f}", f"{cpu / took:.2f}", f"{simulator / took:.2f}",
              f"{statistics.median(lags):.0f}", f"{max(lags):.0f}", f"{memory:.0f}")
    third = len(lags) // 3
    early, late = statistics.median(lags[:third]), statistics.median(lags[-third:])
    table.text(f"The lag is that of the newest trade, from the venue's clock to ours; its median in the first third is {early:.0f} ms, in the "
               f"last {late:.0f} ms. " + (f"All {count:,} ids from the first to the last that was sent are on the tape and in its bars."
                                          if count else f"Trades are missing: {gaps[:3]}"))
    met = count is not None and trades / took >= 0.99 * options.rate and late < early + 1000
    table.verdict("sustained without loss", f"{trades / took:,.0f} trades/s", f"{options.rate:,}", met)
    return table


def latency(options):
    """How long after the recorder has read a trade each of ten clients has read it."""
    with Recorded(options, ["BTCUSDT"], 20_000, "--tick", 1) as recorded:
        recorded.wait()
        time.sleep(2)
        url = recorded.server.url.replace("http", "ws") + f"/v1/stream?topics=trades:{VENUE}:BTCUSDT"
        server = Process(recorded.server)
        worked, began = server.cpu(), time.monotonic()
        note(f"ten clients for {options.seconds} s")
        seen = measured(LIVE_BENCH, "follow", url, 10, options.seconds)
        cpu = (server.cpu() - worked) / (time.monotonic() - began)
    table = Table(f"Trades to ten clients of the native stream at 20,000 trades/s, {options.seconds} s",
                  ["", "p50", "p90", "p99", "p99.9", "worst"])
    table.row("ms from socket to socket, the slowest of the ten", *(f"{seen[name]:.2f}" for name in ("p50", "p90", "p99", "p999", "worst")))
    table.text(f"From when the recorder had read a trade's frame to when a client had read the message with it. Each client was sent "
               f"{seen['least'] / options.seconds:,.0f} trades a second in {seen['messages'] / options.seconds:,.0f} messages; the recorder took "
               f"{cpu:.2f} cores, the ten clients in one process {seen['processor'] / options.seconds:.2f}.")
    table.verdict("p50", f"{seen['p50']:.2f} ms", "at most 2", seen["p50"] <= 2)
    table.verdict("p99", f"{seen['p99']:.2f} ms", "at most 10", seen["p99"] <= 10)
    return table


def many(options):
    """Five hundred instruments in one process."""
    symbols = [f"SIM{number:04}USDT" for number in range(1, options.instruments + 1)]
    with Recorded(options, symbols, options.many_rate, "--further", options.instruments) as recorded:
        recorded.wait()
        server = Process(recorded.server)
        seconds = max(options.seconds, 150)
        note(f"{options.instruments} instruments for {seconds} s")
        began, worked = time.monotonic(), server.cpu()
        time.sleep(seconds)
        cpu, state = (server.cpu() - worked) / (time.monotonic() - began), recorded.instruments()
        trades, memory, gaps = sum(each["trades"] for each in state), server.peak(), recorded.gaps()
    table = Table(f"{options.instruments} instruments in one process, all datasets at 1m, {options.many_rate:,} trades/s together, {seconds} s",
                  ["live", "trades", "holes", "cores", "peak MB"])
    table.row(sum(each["state"] == "live" for each in state), f"{trades:,}", len(gaps), f"{cpu:.2f}", f"{memory:.0f}")
    table.verdict("peak resident memory", f"{memory:.0f} MB", "under 400", memory < 400)
    return table
