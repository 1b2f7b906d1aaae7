"""`millrace serve` as a child process."""
import os
import signal
import subprocess
import tempfile

from harness import MILLRACE


class Serving:
    def __init__(self, data, *options, environment=None):
        command = [MILLRACE, "serve", "--data", data, "--port", "0", *map(str, options)]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env=os.environ | (environment or {}))
        line = self.process.stdout.readline()
        if not line.startswith("millrace ready http://"):
            self.process.wait(10)
            raise RuntimeError(f"serve said {line!r} and ended with {self.process.returncode}: {self.log()}")
        self.url = line.split()[2]
        host, port = self.url[7:].rsplit(":", 1)
        self.address = (host, int(port))

    def log(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read()

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.errors.close()
