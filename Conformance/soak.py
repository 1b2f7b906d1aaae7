#!/usr/bin/env python3
"""Import, kill, resume, repeat: whatever happens on the way, the tape ends up the same, byte for byte.

usage: soak.py [--minutes N] [--seed N]

Each round draws a day of trades, cuts it into overlapping files in a random order with rows repeated and shuffled, and imports them one after
the other while some of the imports are killed at a random moment and run again. The tape must equal that of one undisturbed import of the
whole day, `verify` must be content, and the bars of the tape must equal those of the dump. A failure prints its seed and keeps its files.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "archives"))

from harness import MILLRACE, millrace
from real_files import tape_bytes

WHO = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]


class Failure(Exception):
    """What did not hold."""


def expect(what, done):
    if done.status != 0:
        raise Failure(f"{what}: status {done.status}: {done.stderr.strip()[-500:]}")
    return done


def cut(source, scratch, draw):
    """The rows of a dump in a few overlapping files that together hold every row."""
    with open(source) as file:
        header, *rows = file.readlines()
    places = sorted(draw.sample(range(1, len(rows)), draw.randint(1, 5)))
    paths = []
    for number, (start, end) in enumerate(zip([0, *places], [*places, len(rows)])):
        overlap = draw.choice([0, 0, 100, 5000])
        part = rows[max(0, start - overlap):end + overlap]
        if draw.random() < 0.5:
            part += draw.sample(part, min(len(part), 50))
        if draw.random() < 0.4:
            draw.shuffle(part)
        path = os.path.join(scratch, f"part-{number}.csv")
        with open(path, "w") as file:
            file.write(header)
            file.writelines(part)
        paths.append(path)
    draw.shuffle(paths)
    return paths


def killed_import(path, lake, seconds):
    """Starts an import and kills it after a while; whether it was still running."""
    process = subprocess.Popen([MILLRACE, "import", path, "--data", lake, *WHO, "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        process.communicate(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True


def round_of(seed, scratch):
    draw = random.Random(seed)
    rows = draw.randint(1_000, 400_000)
    source = expect("simulate", millrace("simulate", "archives", "--rows", rows, "--seed", seed, "--output", scratch, "--format", "csv")).stdout.strip()
    calm, stormy = os.path.join(scratch, "calm"), os.path.join(scratch, "stormy")
    expect("import of the whole", millrace("import", source, "--data", calm, *WHO, "--quiet"))
    kills = 0
    for path in cut(source, scratch, draw):
        while draw.random() < 0.5:
            kills += killed_import(path, stormy, draw.uniform(0.005, 0.4))
        expect(f"import of {path}", millrace("import", path, "--data", stormy, *WHO, "--quiet"))
    if tape_bytes(calm) != tape_bytes(stormy):
        raise Failure("the tapes differ")
    expect("verify", millrace("verify", "--data", stormy))
    interval = draw.choice(["1s", "15s", "1m", "1h", "1d"])
    # Quality tells the tape's history, a repaired hole; every other column tells only its trades.
    bars = [expect("bars", millrace("bars", "flow", *words, *WHO, "--interval", interval, "--without", "quality",
                                    "--threads", draw.randint(1, 4), "--quiet")).stdout
            for words in (["--input", source], ["--data", stormy])]
    if bars[0] != bars[1]:
        raise Failure(f"bars of {interval} differ between dump and tape")
    return rows, kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, help="one round with this seed")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    rounds = killed = 0
    while rounds == 0 or (options.seed is None and time.monotonic() < end):
        seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
        scratch = tempfile.mkdtemp(prefix="millrace-soak-")
        try:
            rows, kills = round_of(seed, scratch)
        except Failure as failure:
            sys.exit(f"soak: FAILED with seed {seed} (files in {scratch}): {failure}")
        shutil.rmtree(scratch)
        rounds += 1
        killed += kills
        print(f"soak: round {rounds}, seed {seed}: {rows} rows, {kills} imports killed: the same tape", flush=True)
    print(f"soak: {rounds} rounds, {killed} imports killed, no difference")


main()
