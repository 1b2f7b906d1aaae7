"""`millrace simulate live` as a child process."""
import json
import os

from child import Child


class Simulator(Child):
    def __init__(self, *options):
        super().__init__("simulate", "live", *options, ready="{")
        self.hosts = json.loads(self.line)["hosts"]

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
