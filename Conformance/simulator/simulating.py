"""`millrace simulate live` as a child process."""
import json
import os
import signal
import subprocess
import tempfile

from harness import MILLRACE


class Simulator:
    def __init__(self, *options):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([MILLRACE, "simulate", "live", *map(str, options)], stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("{"):
            self.process.wait(10)
            self.errors.seek(0)
            raise RuntimeError(f"simulate live said {line!r} and ended with {self.process.returncode}: {self.errors.read()}")
        self.hosts = json.loads(line)["hosts"]

    def rest(self, host):
        return self.hosts[host]["rest"]

    def stream(self, host):
        return self.hosts[host]["stream"]

    def peak(self):
        """Peak resident set in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))

    def seconds(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.errors.close()
