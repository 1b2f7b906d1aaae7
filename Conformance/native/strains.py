"""What strains an answer: a tape that is damaged in the middle, tapes that are replaced while they are read, and more rows than memory should hold."""
import glob
import http.client
import os
import shutil
import threading
import urllib.request

from harness import millrace
from tapes import import_file, write

# What sending may add to a server's peak, in MB: row groups of trades and of Parquet on each of its sixteen threads for that. It is judged
# where an answer would not fit in.
ROOM, MANY = 300, 10_000_000


def peak(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1000


def whole(server, path):
    """The bytes of an answer; None where it was cut off."""
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        size = 0
        try:
            while piece := answer.read(1 << 20):
                size += len(piece)
        except (http.client.IncompleteRead, ConnectionResetError):
            return None
    return size


def long(check, server, folder, lake, rows):
    """A long tape: memory stays flat in every format, and where its file is damaged an answer is cut off and says so to the operator."""
    words = ["--venue", "binance-futures", "--symbol", "LONGUSDT"]
    dump = millrace("simulate", "archives", *words, "--rows", rows, "--output", os.path.join(folder, "long"), "--quiet").stdout.split()[-1]
    millrace("import", dump, "--data", lake, *words, "--quiet")
    query = "venue=binance-futures&symbol=LONGUSDT&from=0&limit=all"
    with server(lake) as serving:
        whole(serving, f"/v1/trades?{query}&to=1&format=arrow")
        before = peak(serving)
        for format in ("arrow", "csv", "json", "parquet"):
            size = whole(serving, f"/v1/trades?{query}&format={format}")
            check(f"{rows:,} trades as {format} arrive", size is not None and size > rows * 5, size)
        size = whole(serving, f"/v1/bars/ohlcv?{query}&interval=1s&format=csv")
        check("so do bars of a second", size is not None and size > 100_000, size)
        if rows >= MANY:
            check(f"{rows:,} trades take no more memory than some", peak(serving) - before < ROOM, (before, peak(serving)))
            print(f"native: {rows:,} trades in four formats: peak {before:.0f} to {peak(serving):.0f} MB", flush=True)
    damaged = os.path.join(folder, "damaged")
    shutil.copytree(lake, damaged)
    path = glob.glob(os.path.join(damaged, "tape", "**", "symbol=LONGUSDT", "**", "*.parquet"), recursive=True)[0]
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) * 7 // 10)
        file.write(b"XXXXXXXX")
    with server(damaged) as serving:
        for format in ("arrow", "csv", "parquet"):
            check.equal(f"a damaged tape as {format} is cut off", whole(serving, f"/v1/trades?{query}&format={format}"), None)
        check("the operator is told of the file", serving.log().count("trades.parquet") == 3, serving.log()[-500:])
        check.equal("and the server goes on", serving.ask("/healthz")[0], 200)


def replaced(check, server, folder, lake, tape, rounds):
    """Answers while the tape is replaced again and again: each is whole and of one state or the next."""
    path, name = os.path.join(folder, "again.csv"), "AGAINUSDT"
    trades = [(time, number + 1, side, price, quantity) for number, (time, _, side, price, quantity) in enumerate(tape.trades[:4000])]
    write(path, trades[:1000], "contiguous")
    import_file(path, lake, "binance-futures", name)
    stop, faults, counts = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            for query, key in [("trades", "trades"), ("bars/flow", "bars"), ("cvd", "bars"), ("footprint", "levels"), ("large", "trades")]:
                status, _, body = serving.ask(f"/v1/{query}?venue=binance-futures&symbol={name}&from=0&limit=all&min_notional=1")
                counts.append(status)
                if status != 200:
                    faults.append((query, status, body[:300]))

    with server(lake) as serving:
        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
        for number in range(rounds):
            write(path, trades[: 1000 + 3000 * (number + 1) // rounds], "contiguous")
            import_file(path, lake, "binance-futures", name)
        stop.set()
        for asker in askers:
            asker.join()
        check(f"{len(counts)} answers while a tape was replaced {rounds} times", len(counts) > rounds and not faults, faults[:3])


def run(check, server, folder, lake, tapes, quick):
    long(check, server, folder, lake, 1_000_000 if quick else 20_000_000)
    replaced(check, server, folder, lake, tapes[0], 8 if quick else 60)
