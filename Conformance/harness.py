"""What the conformance checks share: where things are, how to run the binary, how to report."""
import json
import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SHARED = os.path.join(os.path.dirname(ROOT), "shared", "data")
MILLRACE = os.path.join(ROOT, ".build", "release", "millrace")


class Result:
    def __init__(self, words, done, peak):
        self.words, self.status, self.stdout, self.stderr, self.peak = words, done.returncode, done.stdout, done.stderr, peak

    @property
    def report(self):
        """The last line of stdout, as --report json prints it."""
        return json.loads(self.stdout.splitlines()[-1])


def millrace(*words, **options):
    """Runs the binary to its end."""
    words = [str(word) for word in words]
    done = subprocess.run([MILLRACE, *words], capture_output=True, text=True, **options)
    return Result(words, done, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


class Checks:
    """Counts checks, and prints a line for each that fails and one at the end."""

    def __init__(self, name):
        self.name, self.passed, self.failed = name, 0, 0

    def __call__(self, what, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{self.name}: FAILED: {what}{': ' if detail else ''}{str(detail)[:1000]}", flush=True)
        return holds

    def equal(self, what, value, expected):
        return self(what, value == expected, f"{value!r}, not {expected!r}")

    def skip(self, what):
        print(f"{self.name}: skipped: {what}", flush=True)

    def finish(self):
        print(f"{self.name}: {self.passed} checks passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)
