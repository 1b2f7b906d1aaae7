"""Holes as they are recorded: one that the venue fills is tinted and says so, one that it does not is striped and stays doubtful."""
import contextlib
import json
import time

from child import Child
from panels import Panels, get
from visit import Visit

SECOND = 1_000_000
# When the venue does not stream its trades, in seconds since it began, and for how long: the second time the page most often looks on.
FILLED, LOST, LENGTH = 8, 30, 4
VENUE = "binance-futures"


def market():
    faults = [f"+{FILLED}s gap for={LENGTH}s venue={VENUE}", f"+{LOST}s lose for={LENGTH}s venue={VENUE}"]
    words = [word for fault in faults for word in ("--fault", fault)]
    return Child("simulate", "live", "--seed", 9, "--rate", 60, "--steady", "--only", f"{VENUE}:BTCUSDT", *words, ready="{")


def recording(simulator, scratch):
    where = json.loads(simulator.line)["hosts"][VENUE]
    return Child("serve", "--data", f"{scratch}/repaired", "--port", 0, "--opend-port", "none", "--intervals", "1s",
                 "--record", f"{VENUE}:BTCUSDT", "--endpoint", f"{VENUE}={where['rest']},{where['stream']}", ready="millrace ready http://")


@contextlib.contextmanager
def begun(scratch):
    """A server that records the market, which takes its time."""
    with market() as simulator, recording(simulator, scratch) as server:
        yield server.line.split()[2]


def holes(base):
    """The hole that was filled and the one that is missing still, each or None."""
    found = [hole for hole in get(base, "/v1/gaps", venue=VENUE, symbol="BTCUSDT")["gaps"] if hole["time_to"] - hole["time_from"] > 2 * SECOND]
    return [next((hole for hole in found if (hole["state"] == "repaired") == is_filled), None) for is_filled in (True, False)]


def colour(page, part):
    """The mean colour of a column of the chart of prices, above all candles."""
    return page.evaluate("""(part) => {
        const canvas = [...document.querySelectorAll('#price canvas')].sort((a, b) => b.width - a.width)[0];
        const box = document.querySelector('#price .canvas').getBoundingClientRect();
        const x = Math.round((box.width - 90) * part * canvas.width / canvas.getBoundingClientRect().width);
        const { data } = canvas.getContext('2d').getImageData(x - 2, 2, 5, 14);
        return [0, 1, 2].map((at) => data.filter((_, index) => index % 4 === at).reduce((sum, one) => sum + one, 0) / (data.length / 4));
    }""", part)


def places(panels, hole):
    """The part of the chart's width where the middle of a hole is, and one where the cursor finds a bar of it; each None if it is not in view."""
    found = [(step / 1000, panels.point(step / 1000)) for step in range(30, 985, 20)]
    touching = [part for part, moment in found if hole["time_from"] - SECOND < moment < hole["time_to"]]
    return ((touching[0] + touching[-1]) / 2, touching[0]) if touching else (None, None)


def check(check, browser, base):
    with Visit(browser) as visit:
        page = visit.page
        panels = Panels(page, base, check)
        page.goto(f"{base}/?i={VENUE}:BTCUSDT&interval=1s&large=10000&lang=en&tz=utc&theme=dark")
        panels.until("live")
        end = time.monotonic() + 90
        while not all(holes(base)) and time.monotonic() < end:
            time.sleep(0.5)
        filled, lost = holes(base)
        if not check("a hole was filled, and another was not", filled and lost, get(base, "/v1/gaps")):
            return
        time.sleep(LENGTH + 4)
        # Seen from its address: at the live edge it moves on.
        view = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment / 1e6)) for moment in (filled["time_from"] - 8e6, lost["time_to"] + 8e6)]
        page.goto(f"{base}/?i={VENUE}:BTCUSDT&interval=1s&large=10000&lang=en&tz=utc&theme=dark&from={view[0]}&to={view[1]}")
        panels.until("live")
        panels.drawn()
        time.sleep(1)
        for hole, word, name in ((filled, "repaired", "tinted blue"), (lost, "trades missing", "striped amber")):
            middle, bar = places(panels, hole)
            if not check(f"a hole that is {hole['state']} is in view, and a bar that it touches", middle and bar, hole):
                continue
            panels.point(bar)
            time.sleep(0.2)
            legend = page.inner_text("#price .legend")
            check(f"a bar of a hole that is {hole['state']} says '{word}'", word in legend, legend)
            (red, _, blue), plain = colour(page, middle), colour(page, 0.03)
            tint = (blue - plain[2]) - (red - plain[0])
            check(f"and its time is {name} ({tint:+.1f})", tint > 2 if hole is filled else tint < -2, (red, blue, plain))
            panels.compare_bar(bar, f"a bar of a hole that is {hole['state']}")
        page.mouse.move(5, 5)
        visit.picture("repaired")
        # What the browser says to whoever reads pixels as this check does.
        visit.expect(check, "holes as they are recorded", ("willReadFrequently",))
