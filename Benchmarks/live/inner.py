"""What LiveBench and its peers measure by themselves: frames to bars, parsing against other libraries, and the journal."""
import glob
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

from report import MILLION, Table, note

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LIVE_BENCH = os.path.join(ROOT, ".build", "release", "LiveBench")
PEERS = os.path.join(ROOT, ".venv", "peers", "bin", "python")
RECORDINGS = os.path.join(os.path.dirname(ROOT), "shared", "data")


def measured(*command):
    """What a process says of itself in its last line, and its peak resident memory in MB."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text, complaint = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {os.path.basename(str(command[0]))} {command[1]} failed: {complaint.decode(errors='replace').strip()[:500]}")
    return json.loads(text.splitlines()[-1]) | {"memory": usage.ru_maxrss / 1000 * 1.024}


def frames(options):
    """Frames to bars on one thread, by the processor's time, which others on the machine disturb less than the clock's."""
    rounds = (1, 16, 256)
    seen = {size: [] for size in rounds}
    for number in range(options.runs):
        for size in rounds:
            note(f"frames to bars, {size} a round, run {number + 1} of {options.runs}")
            seen[size].append(measured(LIVE_BENCH, "frames", options.frames, size))
    size = seen[1][0]["bytes"] / options.frames
    table = Table(f"Binance aggTrade frames to 1m bars of all nine datasets, {options.frames / MILLION:g} M made-up frames of {size:.0f} bytes, "
                  "one thread, by processor time", ["M frames/s, each stage with all before it", *(f"{size} a round" for size in rounds)])
    stages = {"parse": "parse and normalise", "sequence": "and put in order by id", "bars": "and update the bars",
              "book": "and keep what a served instrument keeps"}
    speed = lambda size, stage: options.frames / statistics.median(run[stage] for run in seen[size]) / MILLION
    for stage, name in stages.items():
        table.row(name, *(f"{speed(size, stage):.2f}" for size in rounds))
    table.text("Frames are the simulated exchange's, which look as recorded ones; ids rise by one. A round is what one read of a socket brings: "
               "at 200,000 trades a second about 350 frames.")
    table.verdict("frame to updated bars on one core, 16 a round", f"{speed(16, 'bars'):.2f} M frames/s", "at least 1", speed(16, "bars") >= 1)
    return table


def recorded(kind, path):
    """Writes the recorded frames of a kind, one a line, and says how many they are."""
    pattern, word = {"aggTrade": ("venue-websocket/BINANCE_*.gz", '"e":"aggTrade"'), "trade": ("raw-websocket/usdm_*.gz", '"e":"trade"')}[kind]
    count = 0
    with open(path, "w") as file:
        for name in sorted(glob.glob(os.path.join(RECORDINGS, pattern))):
            with gzip.open(name, "rt") as lines:
                for frame in re.findall(r'^\S+ (\{"stream".*' + word + r".*\})$", lines.read(), re.MULTILINE):
                    file.write(frame + "\n")
                    count += 1
    return count


def peers(options):
    """Recorded frames to normalised trades, against cryptofeed and nautilus_trader."""
    if not os.path.isdir(RECORDINGS):
        note("the recordings in ../shared/data are not there: no race with other parsers")
        return None
    versions = json.loads(subprocess.run([PEERS, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True).stdout)
    version = {entry["name"].replace("-", "_"): entry["version"] for entry in versions}
    table = Table("Recorded Binance frames to normalised trades, by processor time", ["M frames/s", "aggTrade", "trade"])
    cells, ratios = {}, {}
    for kind, times in (("aggTrade", 1000), ("trade", 5)):
        path = os.path.join(options.scratch, kind)
        count = recorded(kind, path)
        script = lambda name: [PEERS, os.path.join(os.path.dirname(HERE), "peers", f"frames_{name}.py"), path, times]
        contenders = {"Millrace": [LIVE_BENCH, "read", path, times * 20], "nautilus_trader": script("nautilus")}
        # It subscribes to aggTrade only, and reads nothing else.
        if kind == "aggTrade":
            contenders["cryptofeed"] = script("cryptofeed")
        speeds = {name: [] for name in contenders}
        for number in range(options.runs):
            for name, command in contenders.items():
                note(f"{count} recorded {kind} frames, {name}, run {number + 1} of {options.runs}")
                run = measured(*command)
                speeds[name].append(run["trades"] / run["processor"] / MILLION)
        for name, each in speeds.items():
            cells.setdefault(name, {})[kind] = f"{statistics.median(each):.3f}"
            if name != "Millrace":
                ratios[name, kind] = statistics.median(mine / theirs for mine, theirs in zip(speeds["Millrace"], each))
        cells.setdefault("frames recorded", {})[kind] = count
    for name in ("Millrace", "cryptofeed", "nautilus_trader", "frames recorded"):
        label = f"{name} {version[name]}" if name in version else name
        table.row(label, *(cells[name].get(kind, "not read") for kind in ("aggTrade", "trade")))
    table.text(", ".join(f"{ratio:.0f} times {name} on {kind} frames" for (name, kind), ratio in ratios.items())
               + " (medians of runs in turn). The frames are wrapped in a combined stream's, as recorded, and are read again and again.")
    return table


def journal(options):
    """A busy day in the journal: written, taken up again, sealed."""
    folder = os.path.join(options.scratch, "journal")
    shutil.rmtree(folder, ignore_errors=True)
    count = round(options.rows * MILLION)
    note(f"writing {count} trades of a day to the journal")
    written = measured(LIVE_BENCH, "journal", folder, count)
    replays = []
    for number in range(options.runs):
        note(f"starting again on that day, run {number + 1} of {options.runs}")
        replays.append(measured(LIVE_BENCH, "replay", folder))
    note("sealing that day")
    sealed = measured(LIVE_BENCH, "seal", folder)
    trades = written["trades"]
    if replays[0]["trades"] != trades or sealed["trades"] != trades:
        sys.exit("bench: the journal does not hold what was written")
    start, read = (statistics.median(run[name] for run in replays) for name in ("seconds", "journal"))
    tape = sum(os.path.getsize(path) for path in glob.glob(os.path.join(folder, "tape", "**", "*.parquet"), recursive=True))
    table = Table(f"The journal of a day with {trades / MILLION:.1f} M trades of one instrument, forced to the disk every 20,000",
                  ["", "seconds", "processor s", "peak MB", "M trades/s"])
    table.row("written", f"{written['seconds']:.1f}", f"{written['processor']:.1f}", f"{written['memory']:.0f}",
              f"{trades / written['seconds'] / MILLION:.2f}")
    middle = lambda name: statistics.median(run[name] for run in replays)
    table.row("start on it: read and checked", f"{read:.2f}", "", "", f"{trades / read / MILLION:.1f}")
    table.row("start on it: until the next trade is taken", f"{start:.2f}", f"{middle('processor'):.2f}", f"{middle('memory'):.0f}",
              f"{trades / start / MILLION:.1f}")
    table.row("sealed to Parquet", f"{sealed['seconds']:.1f}", f"{sealed['processor']:.1f}", f"{sealed['memory']:.0f}",
              f"{trades / sealed['seconds'] / MILLION:.2f}")
    table.text(f"{written['bytes'] / trades:.1f} bytes a trade in the journal with its log, {tape / trades:.2f} in the sealed file; the slowest of "
               f"{written['commits']:.0f} commits took {written['slowest'] * 1000:.0f} ms.")
    table.verdict(f"replays {trades / MILLION:.1f} M trades in seconds", f"{start:.1f} s", "at most 10", start <= 10)
    shutil.rmtree(folder)
    return table
