"""Kills `millrace serve --record` at random moments and starts it again on the same directory, around a midnight and while a day is sealed.

Whatever it had called durable is there right after the kill; in the end the tape's rows are the venue's own dump's, but for holes that are
recorded; no file is damaged or gone.
"""
import glob
import json
import os
import random
import signal
import subprocess
import threading
import time

from child import Child
from clock import ShiftedClock
from harness import MILLRACE, millrace
from market import INSTRUMENTS, SECOND, market, recording, rows, truth
from observer import Observer
from serving import Serving

# Ten seconds before midnight; the day is sealed from ten minutes after it on.
BASE = 1_767_657_590
SEALED = 612
RATE = 30


class Server:
    """`serve --record`, which may be killed before it says that it is ready."""

    def __init__(self, world, recorded=INSTRUMENTS):
        self.errors = open(os.path.join(world.folder, "serve.log"), "ab")
        self.process = subprocess.Popen(
            [MILLRACE, "serve", "--data", world.lake, "--port", "0", "--grace", "0", *recording(world.hosts)], stdout=subprocess.PIPE,
            stderr=self.errors, text=True, env=os.environ | world.clock.environment)
        self.observer = None
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        line = self.process.stdout.readline()
        if line.startswith("millrace ready "):
            self.observer = Observer(line.split()[2], INSTRUMENTS)
            self.ready.set()

    def end(self, number):
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.reader.join(60)
        if self.observer:
            self.observer.stop()
        self.process.stdout.close()
        self.errors.close()
        return status


class World:
    def __init__(self, seed, folder):
        self.folder, self.lake = folder, os.path.join(folder, "lake")
        self.options = market(seed, RATE)
        self.clock = ShiftedClock(folder)
        self.ahead = BASE - int(time.time())
        self.simulator = None
        self.port = 0
        self.go()

    def go(self):
        """Runs the venues at the time of the shifted clock, at the same place as before."""
        self.clock.set(self.ahead)
        self.simulator = Child("simulate", "live", "--port", self.port, "--start", int((time.time() + self.ahead) * 1000), *self.options,
                               ready="{")
        ready = json.loads(self.simulator.line)
        self.port, self.hosts = ready["port"], ready["hosts"]

    def jump(self, seconds, venues=True):
        self.simulator.stop()
        self.ahead += seconds
        if venues:
            self.go()
        else:
            self.clock.set(self.ahead)

    def files(self):
        return set(glob.glob(os.path.join(self.lake, "tape", "**", "*.parquet"), recursive=True))

    def journals(self):
        return glob.glob(os.path.join(self.lake, "journal", "*", "*.sqlite"))


def kill_some(check, world, count, draw, acknowledged, files):
    """Kills a server again and again; returns how many had said that they were ready."""
    ready = 0
    for number in range(count):
        server = Server(world)
        if draw.random() < 0.4:
            # A start reads the journals, seals what is over, opens the tapes and asks the venues, all within a few tenths of a second.
            time.sleep(draw.uniform(0.005, 0.4))
        else:
            server.ready.wait(60)
            time.sleep(draw.uniform(0, 1.2))
        server.end(signal.SIGKILL)
        check("nothing is gone with a kill", files <= world.files(), files - world.files())
        files |= world.files()
        if not server.observer:
            continue
        ready += 1
        for each in INSTRUMENTS:
            acknowledged[each] |= server.observer.acknowledged(each)
        each = draw.choice(INSTRUMENTS)
        seconds = {}
        for moment in acknowledged[each].values():
            seconds[moment // SECOND] = seconds.get(moment // SECOND, 0) + 1
        if not seconds:
            continue
        bars = millrace("bars", "ohlcv", "--data", world.lake, *each.who, "--interval", "1s", "--fields", "trade_count", "--format", "json")
        if check(f"kill {number}: the tape of {each} can be read", bars.status == 0, bars.stderr):
            found = {row["time"] // 1000: row["trade_count"] for row in map(json.loads, bars.stdout.splitlines())}
            lost = {second: (found.get(second, 0), wanted) for second, wanted in seconds.items() if found.get(second, 0) < wanted}
            check(f"kill {number}: what {each} had acknowledged is there", not lost, lost)
    return ready


def settle(check, world, seconds=120):
    """Lets the recording catch up, and ends it in order; returns the trades that it had acknowledged."""
    server = Server(world)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.2)
        observer = server.observer
        if observer and all(len(commits) > 3 for commits in observer.commits.values()) and observer.open == []:
            break
    else:
        check("all holes are filled or given up", False, observer and observer.open)
    check.equal("an orderly end", server.end(signal.SIGTERM), 0)
    return {each: server.observer.acknowledged(each) for each in INSTRUMENTS}


def seal(check, world):
    """Seals all days, a week later and with the venues gone."""
    world.jump(7 * 86_400, venues=False)
    server = Server(world)
    end = time.monotonic() + 60
    while world.journals() and time.monotonic() < end:
        time.sleep(0.05)
    check("all days are sealed", not world.journals(), world.journals())
    server.end(signal.SIGTERM)


def compare(check, world, instrument, acknowledged, gaps):
    have = rows(world.lake, instrument)
    if not check(f"{instrument} has rows", have):
        return
    first, last = (choose(values[0] for values in have.values()) for choose in (min, max))
    wanted = truth(instrument, world.options, first, last, world.folder)
    lost = [id for id in acknowledged if key(instrument, id) not in have]
    check(f"{instrument}: nothing acknowledged is lost", not lost, lost[:5])
    invented = [id for id in have if id not in wanted]
    check(f"{instrument}: nothing is invented", not invented, invented[:5])
    differing = [(id, have[id], wanted[id]) for id in have if id in wanted and have[id] != wanted[id]]
    check(f"{instrument}: rows are the dump's", not differing, differing[:3])
    missing = [id for id in wanted if id not in have]
    mine = [gap for gap in gaps if (gap["venue"], gap["symbol"]) == (instrument.venue, instrument.symbol) and gap["state"] != "repaired"]
    if instrument.has_ids:
        # At its ends a moment is cut by ids, not by times.
        missing = [id for id in missing if min(have) < id < max(have)]
        unsaid = [id for id in missing if not any(gap["from_id"] <= id <= gap["to_id"] for gap in mine)]
        check(f"{instrument}: no venue lacks anything, so nothing is missing", not missing, missing[:5])
    else:
        missing = [id for id in missing if first < wanted[id][0] < last]
        unsaid = [id for id in missing if not any(gap["time_from"] <= wanted[id][0] <= gap["time_to"] for gap in mine)]
    check(f"{instrument}: what is missing is a recorded hole", not unsaid, [(id, wanted[id]) for id in unsaid[:3]])
    return len(have), len(missing)


def key(instrument, id):
    """An id of the API as the tape has it."""
    return int(id) if instrument.has_ids else bytes.fromhex(id.replace("-", ""))


def run(check, folder, kills=20, seed=None):
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    draw = random.Random(seed)
    print(f"live: kills: seed {seed}", flush=True)
    began = time.monotonic()
    world = World(seed, folder)
    acknowledged = {each: {} for each in INSTRUMENTS}
    files = set()
    try:
        ready = kill_some(check, world, kills // 2, draw, acknowledged, files)
        for each, known in settle(check, world).items():
            acknowledged[each] |= known
        world.jump(SEALED)
        ready += kill_some(check, world, kills - kills // 2, draw, acknowledged, files)
        for each, known in settle(check, world).items():
            acknowledged[each] |= known
        check("the day before was sealed", any("day=05" in path for path in world.files()), world.files())
        seal(check, world)
    finally:
        world.simulator.stop()
    done = millrace("verify", "--data", world.lake)
    check.equal("verify", done.status, 0) or print(done.stdout[-2000:], done.stderr[-2000:])
    # As whoever opens the directory later finds them.
    with Serving(world.lake) as server:
        gaps = server.gaps()
    counts = {str(each): compare(check, world, each, acknowledged[each], gaps) for each in INSTRUMENTS}
    print(f"live: {kills} kills, {ready} of them after it was ready, {sum(map(len, acknowledged.values()))} trades acknowledged; "
          f"rows and missing {counts}; {time.monotonic() - began:.0f} s", flush=True)
