"""Runs processes in turn and measures them: wall clock, processor time, and peak resident memory as the kernel counts it."""
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Contender:
    """A process to time. `self_timed`: it prints {"seconds": …}, and that is its time."""
    name: str
    command: list
    self_timed: bool = False
    seconds: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    memory: list = field(default_factory=list)      # MB

    def run(self):
        output = subprocess.DEVNULL if not self.self_timed else subprocess.PIPE
        began = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=output, stderr=subprocess.PIPE)
        text = process.stdout.read() if self.self_timed else b""
        complaint = process.stderr.read()
        # wait4 tells what this child used, mapped pages included, and not what its siblings did.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench: {self.name} failed with status {process.returncode}: {complaint.decode(errors='replace').strip()[-500:]}")
        self.seconds.append(json.loads(text.splitlines()[-1])["seconds"] if self.self_timed else wall)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.memory.append(usage.ru_maxrss / 1000 * 1.024)

    @property
    def median(self):
        return statistics.median(self.seconds)


def race(contenders, runs, note):
    """Runs all contenders in turn, `runs` times after one that only warms the page cache."""
    for number in range(runs + 1):
        for contender in contenders:
            note(f"{contender.name}, run {number} of {runs}")
            contender.run()
            if number == 0:
                for series in (contender.seconds, contender.cpu, contender.memory):
                    series.clear()


def ratio(ours, others):
    """How many times longer the fastest of the others took, run by run: (median, least, most)."""
    fastest = min(others, key=lambda contender: contender.median)
    ratios = [theirs / mine for mine, theirs in zip(ours.seconds, fastest.seconds)]
    return statistics.median(ratios), min(ratios), max(ratios)
