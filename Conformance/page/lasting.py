"""Two hours of trading in two minutes, seen at bars of one second: the page is as large at the end as it was soon after the beginning."""
import contextlib
import datetime
import json
import threading
import time

from child import Child
from clock import ShiftedClock
from panels import Panels
from visit import Visit

HOURS, SPEED, RATE = 2, 60, 100


@contextlib.contextmanager
def compressed(scratch, clock):
    """A server that records a market whose clock runs faster, and whose own clock runs with it; ends at the time it is now."""
    begun = time.time()
    start = begun - HOURS * 3600
    ended = threading.Event()

    def run():
        while not ended.wait(0.02):
            now = time.time()
            clock.set(int(start + (now - begun) * SPEED - now))

    clock.set(int(start - begun))
    told = datetime.datetime.fromtimestamp(start, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    words = "--seed", 5, "--rate", RATE, "--steady", "--only", "binance-futures:BTCUSDT", "--start", told, "--speed", SPEED
    with Child("simulate", "live", *words, ready="{") as simulator:
        where = json.loads(simulator.line)["hosts"]["binance-futures"]
        words = ("--data", f"{scratch}/compressed", "--port", 0, "--opend-port", "none", "--intervals", "1s",
                 "--record", "binance-futures:BTCUSDT", "--endpoint", f"binance-futures={where['rest']},{where['stream']}")
        runner = threading.Thread(target=run)
        runner.start()
        try:
            with Child("serve", *words, ready="millrace ready http://", environment=clock.environment) as server:
                yield server.line.split()[2], begun + HOURS * 3600 / SPEED
        finally:
            ended.set()
            runner.join()


def sizes(session):
    """Megabytes of the heap that are in use once garbage is collected, and how many nodes and listeners there are."""
    session.send("HeapProfiler.collectGarbage")
    values = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return values["JSHeapUsedSize"] / 1e6, values["Nodes"], values["JSEventListeners"]


def check(check, browser, scratch):
    with compressed(scratch, ShiftedClock(scratch)) as (base, end), Visit(browser) as visit:
        panels = Panels(visit.page, base, check)
        visit.page.goto(f"{base}/?i=binance-futures:BTCUSDT&interval=1s&large=10000&lang=en&tz=utc")
        panels.until("live")
        panels.drawn()
        session = visit.context.new_cdp_session(visit.page)
        session.send("Performance.enable")
        samples, times = [], set()
        while time.time() < end:
            visit.page.wait_for_timeout(2000)
            samples.append(sizes(session))
            times.add(visit.page.get_attribute("#price", "data-time"))
        check(f"the page followed two hours ({len(times)} bars in {len(samples)} looks)", len(times) > len(samples) * 0.8, (len(times), len(samples)))
        # Bars are forgotten by half of all that are held, so the most of one hour is held against the most of the other, with some room for
        # where in between the looks fell. What is not forgotten would be twice as much.
        half = len(samples) // 2
        for name, at, room in (("megabytes of heap", 0, 1.25), ("nodes", 1, 1.1), ("listeners", 2, 1.0)):
            first, second = (max(each[at] for each in part) for part in (samples[:half], samples[half:]))
            check(f"no more {name} in the second hour: {first:.1f} and then {second:.1f}", second <= first * room + 0.5, [each[at] for each in samples])
            print(f"page: two hours in {HOURS * 3600 / SPEED:.0f} s at bars of 1s: at most {first:.1f} {name} in the first, {second:.1f} in the second", flush=True)
        visit.expect(check, "two hours")
