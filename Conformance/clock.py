"""A wall clock that tests move on, for commands that are started with it."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class ShiftedClock:
    def __init__(self, folder):
        self.library, self.file = os.path.join(folder, "clock.so"), os.path.join(folder, "ahead")
        subprocess.run(["g++", "-x", "c", "-shared", "-fPIC", "-O1", "-o", self.library, os.path.join(HERE, "clock.c"), "-ldl"], check=True)
        self.set(0)

    def set(self, seconds):
        with open(self.file + ".new", "w") as file:
            file.write(str(seconds))
        os.rename(self.file + ".new", self.file)

    @property
    def environment(self):
        return {"LD_PRELOAD": self.library, "MILLRACE_TEST_CLOCK": self.file}
