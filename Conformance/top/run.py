#!/usr/bin/env python3
"""`millrace top` in a real terminal (tmux): what it shows is what the API says, keys and sizes work, the terminal is given back.

usage: run.py [--quick]
"""
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "simulator")]

from harness import MILLRACE, Checks, millrace
from serving import Serving
from simulating import Simulator

COLUMNS = ["VENUE", "SYMBOL", "STATE", "TRADES/S", "LAG", "AGE", "DURABLE", "HOLES", "TRADES"]


class Tmux:
    """A terminal of its own, on a server of its own, with a shell in it."""

    def __init__(self, folder, width=130, height=24):
        self.words = ["tmux", "-S", os.path.join(folder, "tmux"), "-f", "/dev/null"]
        environment = {name: value for name, value in os.environ.items() if name not in ("TMUX", "NO_COLOR")}
        self.run("new-session", "-d", "-x", width, "-y", height, "env", "PS1=shell> ", "bash", "--norc", "--noprofile", environment=environment)
        self.run("set-option", "status", "off")
        self.until(lambda screen: "shell>" in screen, "the shell is there")

    def run(self, *words, environment=None):
        done = subprocess.run([*self.words, *map(str, words)], capture_output=True, text=True, env=environment, timeout=20)
        if done.returncode:
            raise RuntimeError(f"tmux {words[0]}: {done.stderr}")
        return done.stdout

    def keys(self, *names):
        self.run("send-keys", *names)

    def line(self, text):
        self.run("send-keys", "-l", text)
        self.keys("Enter")

    def screen(self, colours=False):
        """What stands there; looked at twice, as it may be half drawn."""
        words = ["capture-pane", "-p", *(["-e"] if colours else [])]
        seen = self.run(*words)
        while seen != (seen := self.run(*words)):
            pass
        return seen

    def until(self, holds, what, seconds=20):
        """The first screen of which something holds."""
        end = time.monotonic() + seconds
        while not holds(screen := self.screen()):
            if time.monotonic() > end:
                raise TimeoutError(f"{what}:\n{screen}")
            time.sleep(0.05)
        return screen

    def tells(self, format):
        return self.run("display-message", "-p", format).strip()

    def close(self):
        self.run("kill-server")


class Screen:
    """What `top` shows, taken apart by the places of its columns' names."""

    def __init__(self, text):
        self.lines = text.split("\n")
        place = next((number for number, line in enumerate(self.lines) if "VENUE" in line and "TRADES/S" in line), None)
        self.header = self.lines[place] if place is not None else ""
        self.feeds = {}
        for line in self.lines[(place or 0) + 1:] if place is not None else []:
            # Cells are parted by two blanks, and have single ones at most.
            cells = re.split(r" {2,}", line[2:].strip())
            if len(cells) < len(COLUMNS):
                break
            self.feeds[(cells[0], cells[1])] = dict(zip(COLUMNS, cells), mark=line[:1], note=" ".join(cells[len(COLUMNS):]))

    @property
    def order(self):
        return list(self.feeds)


def serve(data, simulator, port=0):
    """A server that records five instruments of four venues of the simulator."""
    words = []
    for venue, symbols, host in [("binance-spot", "BTCUSDT,ETHUSDT", "binance-spot"), ("binance-futures", "BTCUSDT", "binance-futures"),
                                 ("okx-perps", "BTC-USDT-SWAP", "okx"), ("bybit-linear", "BTCUSDT", "bybit")]:
        words += ["--record", f"{venue}:{symbols}", "--endpoint", f"{venue}={simulator.rest(host)},{simulator.stream(host)}"]
    return Serving(data, "--opend-port", "none", *words, port=port)


def with_hole(data, folder):
    """An imported tape of yesterday that lacks trades of its last minutes."""
    yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
    path = millrace("simulate", "archives", "--symbol", "XRPUSDT", "--day", yesterday, "--rows", 20_000, "--format", "csv",
                    "--output", folder).stdout.strip()
    with open(path) as file:
        lines = file.readlines()
    with open(path, "w") as file:
        file.writelines(lines[:-21] + lines[-10:])
    done = millrace("import", path, "--data", data, "--venue", "binance-futures", "--symbol", "XRPUSDT")
    if done.status:
        raise RuntimeError(done.stderr)


def live(screen, count):
    """Whether so many feeds are shown, and all that are recorded are followed and have rates."""
    feeds = Screen(screen).feeds
    recorded = [feed for feed in feeds.values() if feed["STATE"] != "imported"]
    return len(feeds) == count and all(feed["STATE"] == "live" and feed["TRADES/S"] != "-" for feed in recorded)


def agreement(check, tmux, server):
    """Every number of the screen lies between what the API said before and what it says after."""
    before = {(each["venue"], each["symbol"]): each for each in server.get("/v1/instruments")["instruments"]}
    tmux.until(lambda screen: live(screen, len(before)), "all feeds are shown")
    before = {(each["venue"], each["symbol"]): each for each in server.get("/v1/instruments")["instruments"]}

    def is_newer(screen):
        feeds = Screen(screen).feeds
        return feeds.keys() == before.keys() and all(int(feeds[key]["TRADES"]) > each["trades"] for key, each in before.items()
                                                     if each["state"] == "live" and key[0] == "binance-spot")
    shown = Screen(tmux.until(is_newer, "what is shown is newer than what was asked"))
    after = {(each["venue"], each["symbol"]): each for each in server.get("/v1/instruments")["instruments"]}
    check.equal("all feeds are shown", set(shown.feeds), set(after))
    for key, feed in shown.feeds.items():
        check.equal(f"{key}: state", feed["STATE"], after[key]["state"])
        check.equal(f"{key}: holes", feed["HOLES"], str(after[key]["open_gaps"]))
        check(f"{key}: trades", before[key]["trades"] <= int(feed["TRADES"]) <= after[key]["trades"],
              f"{before[key]['trades']} {feed['TRADES']} {after[key]['trades']}")
        check(f"{key}: marked exactly where it is stale", (feed["mark"] == "!") == (feed["STATE"] not in ("live", "imported")), feed)
        lag = "-" if feed["STATE"] == "imported" else r"-?\d+ ms|\d+(\.\d)? s"
        check(f"{key}: lag", re.fullmatch(lag, feed["LAG"]), feed["LAG"])
    rates = sum(float(feed["TRADES/S"]) for feed in shown.feeds.values() if feed["TRADES/S"] != "-")
    total = re.search(r"(\d+) instruments, (\d+) live  ([\d.]+) trades/s  (\d+) hole", shown.lines[1])
    if check("the totals are there", total, shown.lines[1]):
        check.equal("instruments", int(total[1]), len(after))
        check.equal("live ones", int(total[2]), sum(each["state"] == "live" for each in after.values()))
        # Each is rounded, from a thousand on to whole numbers.
        check("the rates add up", abs(float(total[3]) - rates) <= 0.5 * (len(after) + 1), f"{total[3]} {rates}")
        check.equal("holes", int(total[4]), sum(each["open_gaps"] for each in after.values()))
    gaps = [gap for gap in server.get("/v1/gaps?limit=1000")["gaps"] if gap["symbol"] == "XRPUSDT"]
    lines = [line for line in shown.lines[shown.lines.index("Newest holes"):] if "XRPUSDT" in line]
    check("the hole is shown", len(gaps) == len(lines) == 1 and gaps[0]["state"] in lines[0] and f"{gaps[0]['missing']} missing" in lines[0],
          (gaps, lines))
    version = server.get("/openapi.json")["info"]["version"]
    check("the server is told of", f"version {version}" in shown.lines[0] and re.search(r"up \d.* MB", shown.lines[0]), shown.lines[0])
    return after


def rates(check, tmux, server):
    """The rates of the screen are those of ten seconds of the API's own counts."""
    def counts():
        return {(each["venue"], each["symbol"]): each["trades"] for each in server.get("/v1/instruments")["instruments"]}
    first, began = counts(), time.monotonic()
    time.sleep(10)
    second, ended = counts(), time.monotonic()
    shown = Screen(tmux.screen())
    told = sum(float(feed["TRADES/S"]) for feed in shown.feeds.values() if feed["TRADES/S"] != "-")
    counted = sum(second[key] - first[key] for key in first) / (ended - began)
    check("the rate is what the counts come to", abs(told - counted) <= 0.35 * counted + 5, f"{told} {counted}")


def keys(check, tmux, count):
    def symbols():
        return [key[1] for key in Screen(tmux.screen()).order]
    by_venue = Screen(tmux.screen()).order
    check.equal("feeds stand by venue and symbol", by_venue, sorted(by_venue))
    tmux.keys("Right")
    tmux.until(lambda screen: "SYMBOL*" in screen, "sorted by symbol")
    check.equal("sorted by symbol", symbols(), sorted(symbols()))
    tmux.keys("r")
    tmux.until(lambda screen: "SYMBOL^" in screen, "the other way round")
    check.equal("the other way round", symbols(), sorted(symbols(), reverse=True))
    tmux.keys("Left", "Left")
    shown = Screen(tmux.until(lambda screen: re.search(r"[^/]TRADES\*", screen), "sorted by trades"))
    trades = [int(feed["TRADES"]) for feed in shown.feeds.values()]
    check.equal("sorted by trades, the most first", trades, sorted(trades, reverse=True))
    tmux.keys("Right")
    tmux.until(lambda screen: "VENUE*" in screen, "sorted by venue again")
    tmux.keys("/")
    tmux.run("send-keys", "-l", "SPOT")
    shown = Screen(tmux.until(lambda screen: "/SPOT_" in screen, "the filter is typed"))
    check("filtered", shown.feeds and all(venue.endswith("spot") for venue, _ in shown.order) and len(shown.feeds) < count, shown.order)
    tmux.keys("Enter")
    tmux.until(lambda screen: "/SPOT  " in screen, "the filter is entered")
    tmux.keys("Escape")
    check.equal("the filter is dropped", len(Screen(tmux.until(lambda screen: "/SPOT" not in screen, "no filter")).feeds), count)


def sizes(check, tmux, count):
    for width, height in [(60, 9), (200, 40), (20, 5), (130, 24)]:
        tmux.run("resize-window", "-x", width, "-y", height)
        def fits(screen):
            lines = screen.rstrip("\n").split("\n")
            return len(lines) == height and lines[0].startswith("millrace top") and re.match(r"(\S+ of \d+  )?q quit|\S+ of \d+", lines[-1])
        try:
            check(f"{width} x {height}: it fills the terminal", tmux.until(fits, "", 10))
        except TimeoutError as late:
            check(f"{width} x {height}: it fills the terminal", False, late)
    tmux.run("resize-window", "-x", 130, "-y", 9)
    first = Screen(tmux.until(lambda screen: f"of {count}" in screen, "not all fit")).order
    tmux.keys("PageDown")
    second = Screen(tmux.until(lambda screen: "1-" not in screen.rstrip("\n").split("\n")[-1], "the next page")).order
    check("scrolled", second and second != first, (first, second))
    tmux.keys("Home")
    tmux.until(lambda screen: Screen(screen).order == first, "the first page again")
    tmux.run("resize-window", "-x", 130, "-y", 24)
    tmux.until(lambda screen: len(Screen(screen).feeds) == count, "all fit again")


def stale(check, tmux, count):
    """Feeds whose venues are gone stand first, are marked and say why."""
    def are_marked(screen):
        return sum(feed["mark"] == "!" for feed in Screen(screen).feeds.values()) == count - 1
    screen = tmux.until(are_marked, "feeds of venues that are gone are marked", 60)
    feeds = Screen(screen).feeds
    check("the one that is not recorded comes last", list(feeds)[-1] == ("binance-futures", "XRPUSDT"), list(feeds))
    check("each says why", all(feed["note"] for feed in feeds.values() if feed["mark"] == "!"), screen)
    check("the head counts them", f"{count - 1} stale" in screen.split("\n")[1], screen)


def colours(check, tmux):
    check("states are coloured", "\x1b[32mlive" in tmux.screen(colours=True), tmux.screen(colours=True)[:2000])


def check_settings(check, tmux, expected, what):
    tmux.line("clear; stty -g")
    screen = tmux.until(lambda screen: re.search(r"^[0-9a-f]+(:[0-9a-f]+)+$", screen, re.M), "the terminal's settings")
    settings = re.search(r"^[0-9a-f]+(:[0-9a-f]+)+$", screen, re.M)[0]
    tmux.line("clear; echo before top")
    tmux.until(lambda screen: screen.startswith("before top"), "a clean screen")
    if expected is not None:
        check.equal(f"{what}: the terminal is as it was", settings, expected)
    return settings


def starts(tmux, server, *options):
    tmux.line(" ".join([MILLRACE, "top", "--url", server.url, "--interval", "500ms", *options]) + "; echo status $?")
    tmux.until(lambda screen: Screen(screen).feeds, "feeds are shown")


def ends(check, tmux, server, settings):
    """However it ends, the terminal is given back."""
    def terminate():
        shell = tmux.tells("#{pane_pid}")
        with open(f"/proc/{shell}/task/{shell}/children") as children:
            os.kill(int(children.read().split()[0]), signal.SIGTERM)
    ways = {
        "q": lambda: tmux.keys("q"), "Ctrl-C": lambda: tmux.keys("C-c"),
        "SIGTERM": terminate,
    }
    for number, (what, end) in enumerate(ways.items()):
        if number:
            starts(tmux, server)
        end()
        screen = tmux.until(lambda screen: "status" in screen.split("shell>")[-2] if screen.count("shell>") > 1 else False, f"{what} ends it")
        check(f"{what}: ended well, and what stood before stands again", "status 0" in screen and "before top" in screen, screen)
        check.equal(f"{what}: the cursor and the screen are back", tmux.tells("#{cursor_flag} #{alternate_on}"), "1 0")
        check_settings(check, tmux, settings, what)
    starts(tmux, server)
    tmux.keys("C-z")
    screen = tmux.until(lambda screen: "Stopped" in screen, "Ctrl-Z stops it")
    check.equal("Ctrl-Z: the cursor and the screen are back", tmux.tells("#{cursor_flag} #{alternate_on}"), "1 0")
    tmux.line("fg")
    tmux.until(lambda screen: Screen(screen).feeds, "it goes on in the foreground")
    tmux.keys("q")
    tmux.until(lambda screen: screen.rstrip().endswith("shell>"), "ended")
    check_settings(check, tmux, settings, "after Ctrl-Z")


def plainly(check, server, folder):
    """Without a terminal, or asked for once: one table."""
    for options in ([], ["--once"]):
        done = millrace("top", "--url", server.url, "--interval", "300ms", *options)
        check.equal("a plain table ends with 0", (done.status, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        listed = server.get("/v1/instruments")["instruments"]
        check.equal("a plain table has a header and a line an instrument", len(lines), 1 + len(listed))
        check.equal("its header names the columns", lines[0].split(), COLUMNS)
        check("a plain table has no codes", "\x1b" not in done.stdout)
        check("rates are told", all(re.match(r"[\d.]+$|-$", line[2:].split()[3]) for line in lines[1:]), lines)
        check("of all that is recorded", sum(line[2:].split()[3] == "-" for line in lines[1:]) == 1, lines)
    key = os.path.join(folder, "key")
    for words, status, hint in [(["--url", "http://127.0.0.1:1"], 1, "127.0.0.1:1"), (["--interval", "0"], 2, "--interval 0"),
                                (["--interval", "9x"], 2, "write it like"), (["--key-file", key], 1, "cannot read")]:
        done = millrace("top", "--once", *words)
        check(f"{words}: one line and status {status}", done.status == status and hint in done.stderr and done.stderr.count("\n") == 1,
              (done.status, done.stderr))


def keyed(check, server, data, folder):
    key = millrace("keys", "create", "--data", data, "--vendor", "millrace", "--plan", "unlimited").stdout
    time.sleep(1.5)
    refused = millrace("top", "--once", "--url", server.url, "--interval", "200ms")
    check("without a key the server refuses", refused.status == 1 and "refuses (40" in refused.stderr, (refused.status, refused.stderr))
    path = os.path.join(folder, "key")
    with open(path, "w") as file:
        file.write(key)
    done = millrace("top", "--once", "--url", server.url, "--interval", "200ms", "--key-file", path)
    check("with one it answers", done.status == 0 and len(done.stdout.splitlines()) > 1, (done.status, done.stderr))


def main():
    quick = "--quick" in sys.argv[1:]
    check = Checks("top")
    if not shutil.which("tmux"):
        check("tmux is there: scripts/setup tests", False)
        check.finish()
    folder = tempfile.mkdtemp(prefix="millrace-top-")
    data = os.path.join(folder, "data")
    with_hole(data, folder)
    simulator = Simulator("--seed", 3, "--rate", 300)
    server = serve(data, simulator)
    port = server.address[1]
    tmux = Tmux(folder)
    try:
        settings = check_settings(check, tmux, None, "at first")
        starts(tmux, server)
        count = len(agreement(check, tmux, server))
        colours(check, tmux)
        keys(check, tmux, count)
        sizes(check, tmux, count)
        if not quick:
            rates(check, tmux, server)
        server.stop()
        screen = tmux.until(lambda screen: "Not answering, asked every 500 ms" in screen, "it says that the server is gone")
        check("what was known still stands", len(Screen(screen).feeds) == count, screen)
        server = serve(data, simulator, port)
        tmux.until(lambda screen: "Not answering" not in screen and live(screen, count), "it finds the server again", 60)
        simulator.stop()
        stale(check, tmux, count)
        ends(check, tmux, server, settings)
        plainly(check, server, folder)
        keyed(check, server, data, folder)
    except TimeoutError as late:
        check(str(late).split(":")[0], False, late)
    finally:
        tmux.close()
        server.stop()
        simulator.stop()
        shutil.rmtree(folder, ignore_errors=True)
    check.finish()


main()
