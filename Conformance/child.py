"""A command of Millrace as a child process that says in one line when it is ready."""
import os
import shutil
import signal
import subprocess
import tempfile

from harness import MILLRACE


class Child:
    def __init__(self, *words, ready, environment=None):
        """Starts `millrace words…` and keeps its first line, which begins with `ready`."""
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([MILLRACE, *map(str, words)], stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env=os.environ | (environment or {}))
        self.line = self.process.stdout.readline()
        if not self.line.startswith(ready):
            self.process.wait(10)
            raise RuntimeError(f"{words[0]} said {self.line!r} and ended with {self.process.returncode}: {self.log()}")

    def log(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read()

    def stop(self, number=signal.SIGTERM):
        """Ends it and returns its status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.tell()
            self.process.kill()
            raise
        self.process.stdout.close()
        return status

    def tell(self):
        """Says where a process that does not end is, and what it has said."""
        print(f"{' '.join(map(str, self.process.args[:4]))} does not end; it said: {self.log()[-2000:]}", flush=True)
        if shutil.which("gdb"):
            words = ["gdb", "-p", str(self.process.pid), "-batch", "-ex", "set pagination off", "-ex", "thread apply all backtrace 16"]
            done = subprocess.run(words, capture_output=True, text=True, timeout=120)
            print("\n".join(line[:200] for line in done.stdout.splitlines() if line.startswith(("Thread", "#"))), flush=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.errors.close()
