"""`millrace backup` of a directory that is being recorded to, and the copy served in its place."""
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from child import Child
from harness import MILLRACE, millrace
from serving import Serving

PAIRS = [("binance-spot", "BTCUSDT"), ("bybit-linear", "BTCUSDT"), ("okx-perps", "BTC-USDT-SWAP")]


def durable(server):
    """How far each instrument that is recorded is acknowledged: its time, by venue."""
    return {each["venue"]: each["durable_time"] for each in server.get("/v1/instruments")["instruments"] if each["state"] != "imported"}


def wait_for(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)
    return holds()


def bars(data, venue, symbol, until):
    """Seconds up to the one before a time, without what is said of holes: those may have been filled later."""
    done = millrace("bars", "ohlcv", "--data", data, "--venue", venue, "--symbol", symbol, "--interval", "1s",
                    "--to", until // 1_000_000 * 1000 - 1000)
    return [line.rsplit(",", 1)[0] for line in done.stdout.splitlines()] if done.status == 0 else [done.stderr]


def run(check, quick):
    with tempfile.TemporaryDirectory() as folder:
        lake, copy = os.path.join(folder, "lake"), os.path.join(folder, "copy")
        # What was imported before, so that there are published files as well.
        csv = os.path.join(folder, "OLD-aggTrades-2024-01-02.csv")
        with open(csv, "w") as file:
            file.writelines(f"{n},100.{n % 90:02d},0.5,{n},{n},{1704153600000 + n * 100},{'true' if n % 3 else 'false'},true\n" for n in range(1, 5001))
        check.equal("a day is imported", millrace("import", csv, "--data", lake, "--venue", "binance-spot", "--symbol", "OLDUSDT").status, 0)
        with Child("simulate", "live", "--seed", "5", "--rate", "3000", "--whole-milliseconds", ready="{") as simulator:
            hosts = json.loads(simulator.line)["hosts"]
            words = []
            for (venue, symbol), host in zip(PAIRS, ("binance-spot", "bybit", "okx")):
                words += ["--record", f"{venue}:{symbol}", "--endpoint", f"{venue}={hosts[host]['rest']},{hosts[host]['stream']}"]
            with Serving(lake, *words) as server:
                check("three venues are recorded", wait_for(lambda: len(durable(server)) == 3 and all(durable(server).values())))
                time.sleep(2 if quick else 20)
                before = durable(server)
                done = millrace("backup", "--data", lake, "--to", copy, "--report", "json")
                check.equal("a backup under load", done.status, 0)
                check.equal("it says that it is whole", open(os.path.join(copy, "backup.state")).read(), "complete\n")
                check("recording went on", wait_for(lambda: all(durable(server)[venue] > time for venue, time in before.items()), 20))
                # Again to the same place; killed half-way; and again.
                again = millrace("backup", "--data", lake, "--to", copy, "--report", "json")
                check("published files are not copied again", again.status == 0 and again.report["unchanged"] >= 1, again.stdout + again.stderr)
                later = durable(server)
                for wait in (0.0, 0.02, 0.05, 0.1):
                    process = subprocess.Popen([MILLRACE, "backup", "--data", lake, "--to", copy], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    time.sleep(wait)
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                check.equal("after kills it is made whole", millrace("backup", "--data", lake, "--to", copy).status, 0)
                own = millrace("backup", "--data", lake, "--to", lake)
                check("not onto itself", own.status == 1 and "itself" in own.stderr, own.stderr)
                other = os.path.join(folder, "other")
                os.mkdir(other)
                open(os.path.join(other, "letter.txt"), "w").close()
                strange = millrace("backup", "--data", lake, "--to", other)
                check("not onto what is no backup", strange.status == 1 and os.listdir(other) == ["letter.txt"], strange.stderr)
        # To another file system nothing can be linked; and an import that is under way is waited for.
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory, open(os.path.join(lake, "import.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            threading.Timer(2, fcntl.flock, (lock, fcntl.LOCK_UN)).start()
            began = time.monotonic()
            far = os.path.join(memory, "copy")
            check("a backup waits for an import", millrace("backup", "--data", lake, "--to", far).status == 0 and time.monotonic() - began >= 1.9)
            check.equal("a backup on another file system is sound", millrace("verify", "--data", far).status, 0)
            once = millrace("backup", "--data", lake, "--to", far, "--report", "json").report
            check("and its files are not copied twice", once["unchanged"] >= 1, once)
            shutil.rmtree(os.path.join(lake, "tape", "exchange=binance-spot", "symbol=OLDUSDT"))
            gone = millrace("backup", "--data", lake, "--to", far, "--report", "json").report
            check.equal("what is gone is dropped", gone["removed"], 1)
        found = millrace("verify", "--data", copy)
        check.equal("the copy is sound", found.status, 0)
        for venue, symbol in PAIRS:
            rows, own = bars(copy, venue, symbol, later[venue]), bars(lake, venue, symbol, later[venue])
            check(f"{venue}: the copy has all that was acknowledged", len(rows) > 2 and rows == own, [pair for pair in zip(rows, own) if pair[0] != pair[1]][:3])
        # Restoring is serving the copy, elsewhere and recording on.
        restored = os.path.join(folder, "restored")
        shutil.copytree(copy, restored)
        with Serving(restored) as server:
            tapes = {(each["venue"], each["symbol"]) for each in server.get("/v1/instruments")["instruments"]}
            check("the copy is served", tapes >= {*PAIRS, ("binance-spot", "OLDUSDT")}, tapes)
