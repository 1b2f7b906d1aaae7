"""The page while instruments are recorded: it streams, switches, scrolls back, and comes back after cuts and restarts without a wrong number."""
import concurrent.futures
import csv
import io
import os
import socket
import time

from playwright.sync_api import TimeoutError

import budget
import readme
from child import Child
from panels import DAY, Panels, get, until_true
from relay import Relay
from visit import Visit, accessible

SIZES = {"wide": (1440, 900), "middle": (900, 1100), "phone": (390, 844)}
# What a browser itself writes to the console when a server cannot be reached.
CUT = ("net::ERR_", "Failed to load resource")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as place:
        return place.getsockname()[1]


def demo(lake, port, hours):
    return Child("demo", "--data", lake, "--port", port, "--hours", hours, "--seed", "7", "--rate", "12", "--opend-port", "none", ready="millrace ready http://")


def loads(check, visit, panels, base):
    """The best of three: another's work on the machine is not the page's."""
    times = []
    for _ in range(3):
        visit.page.goto(f"{base}/?theme=dark&lang=en&tz=utc&large=10000")
        panels.until("live")
        panels.drawn()
        times.append(visit.page.evaluate("performance.getEntriesByName('millrace-drawn')[0].startTime"))
    check(f"bars are drawn {min(times):.0f} ms after the address was entered", min(times) < 1000, times)


def streams(check, visit, panels):
    page = visit.page
    seen = set()
    end = time.monotonic() + 20
    while len(seen) < 5 and time.monotonic() < end:
        seen.add(page.inner_text("#price .legend b.now") + page.inner_text("#delta .legend"))
        time.sleep(0.1)
    check(f"the newest bar grows ({len(seen)} values)", len(seen) >= 5, seen)
    panels.compare_bars("streaming")
    panels.compare_tape("streaming")
    panels.compare_feeds("streaming")


def switches(check, visit, panels):
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("eth spot")
    check.equal("the search finds what was typed", page.inner_text("#found li[aria-selected=true] b"), "ETHUSDT")
    page.keyboard.press("Enter")
    panels.until("live")
    panels.drawn()
    check("the address names it", "i=binance-spot:ETHUSDT" in page.url, page.url)
    panels.compare_bars("another instrument", (0.8,))
    panels.compare_tape("another instrument")
    page.keyboard.press("3")
    panels.until("live")
    until_true(page, "location.search.includes('interval=5m')")
    page.keyboard.press("4")
    panels.until("polled")
    page.keyboard.press("2")
    panels.until("live")
    panels.drawn()


def scrolls(check, visit, panels, base):
    page = visit.page
    instrument, _ = panels.place
    begins = get(base, "/v1/bars/ohlcv", **instrument, interval="1m", limit=1, **{"from": 0})["bars"][0]["time"]
    end = time.monotonic() + 120
    presses = 0
    while time.monotonic() < end:
        page.keyboard.press("Home")
        presses += 1
        time.sleep(0.25)
        # In one look: it comes and goes.
        if page.evaluate("(() => { const past = document.querySelector('#past'); return !past.hidden && past.textContent.includes('begins here'); })()"):
            break
    print(f"page: {(time.time() * 1e6 - begins) / DAY:.1f} days of minutes in {presses} steps and {time.monotonic() - end + 120:.0f} s", flush=True)
    oldest = min(panels.point(part / 100) for part in (1, 3, 6))
    check("it scrolls back to where the tape begins", abs(oldest - begins) <= 15 * 60_000_000, (oldest, begins))
    panels.compare_bars("far back", (0.3, 0.7))
    time.sleep(0.7)
    check("the stretch is in the address", "from=" in page.url and "to=" in page.url, page.url)
    shared = page.url
    at = panels.point(0.5)
    page.goto(shared)
    panels.until("live")
    panels.drawn()
    # A month of bars comes before it.
    end = time.monotonic() + 30
    while abs((again := panels.point(0.5)) - at) > 2 * 60_000_000 and time.monotonic() < end:
        time.sleep(0.5)
    check("which shows the same again", abs(again - at) <= 2 * 60_000_000, (again, at))
    page.keyboard.press("End")
    page.mouse.move(5, 5)
    until_true(page, "!location.search.includes('from=')")


def take(page, panel, form):
    """What a panel's menu gives; nothing where it gives nothing three times: chromium without a window loses one download of fifty."""
    for _ in range(3):
        page.click(f"#{panel} .menu > button")
        try:
            with page.expect_download(timeout=4000) as download:
                page.click(f"#{panel} [data-form={form}]")
        except TimeoutError:
            continue
        with open(download.value.path(), "rb") as file:
            return file.read()
    return b""


def takes(check, visit, base):
    """What is taken along is what the API gives."""
    page = visit.page
    page.click("#tab-feeds")
    for panel in ("price", "cvd", "delta", "tape", "sizes", "footprint", "feeds"):
        rows = list(csv.reader(io.StringIO(take(page, panel, "csv").decode())))
        check(f"{panel} as CSV: {len(rows)} rows", len(rows) > 1 and len(set(map(len, rows))) == 1, (rows[:2], page.text_content("#toast")))
        picture = take(page, panel, "png")
        check(f"{panel} as PNG", picture[:8] == b"\x89PNG\r\n\x1a\n" and len(picture) > 1000, page.text_content("#toast"))


def keeps_up(check, browser, scratch):
    """More than a thousand prints a minute: the tape has the newest ones, and every frame is drawn in the time that it has."""
    server = Child("demo", "--data", os.path.join(scratch, "storm"), "--port", 0, "--hours", 0, "--rate", 1500, "--opend-port", "none", ready="millrace ready http://")
    base = server.line.split()[2]
    with server:
        for interval in ("1m", "1s"):
            stormy(check, browser, base, interval, scratch)


def stormy(check, browser, base, interval, scratch):
    with Visit(browser) as visit:
        page = visit.page
        panels = Panels(page, base, check)
        page.goto(f"{base}/?i=binance-futures:BTCUSDT&large=10000&lang=en&interval={interval}")
        panels.until("live", 60)
        panels.drawn()
        time.sleep(10)
        instrument, _ = panels.place
        begun = len(get(base, "/v1/large", **instrument, min_notional=10_000, limit=50_000, **{"from": 0})["trades"])
        frames, busy = budget.frames(browser, page, scratch, 20)
        prints = (len(get(base, "/v1/large", **instrument, min_notional=10_000, limit=50_000, **{"from": 0})["trades"]) - begun) * 3
        within = sum(one <= budget.BUDGET for one in frames) / len(frames)
        told = (f"{prints} prints a minute at {interval}: {len(frames)} frames of {frames[len(frames) // 2]:.1f} ms in the middle, {frames[-1]:.1f} at most, "
                f"{within:.1%} within a sixtieth of a second; the thread is busy {busy:.0%} of the time")
        check(told, prints >= 1000 and len(frames) > 50 and within >= 0.99, frames[-20:])
        print(f"page: {told}", flush=True)
        panels.compare_tape("a storm")
        visit.expect(check, "a storm")


def survives(check, visit, panels, relay, server, restart, quick):
    page = visit.page
    what = "after a cut"
    relay.cut()
    panels.until("reconnecting")
    check("while it is cut off it says so, and what to do", page.locator("#about").is_visible())
    visit.picture("reconnecting")
    time.sleep(4 if quick else 30)
    relay.open()
    panels.until("live", 40)
    time.sleep(1)
    panels.compare_bars(what, (0.93, 0.88, 0.5))
    panels.compare_tape(what)
    if not quick:
        # Nobody answers, and nobody says so: silence has to be noticed.
        relay.silence()
        panels.until("reconnecting", 60)
        relay.open()
        panels.until("live", 40)
        panels.compare_bars("after silence")
        panels.compare_tape("after silence")
    server.stop()
    panels.until("reconnecting")
    again = restart()
    panels.until("live", 60)
    # What was missed is asked of the venues; the page hears of it.
    time.sleep(3)
    panels.compare_bars("after a restart", (0.95, 0.9, 0.5))
    panels.compare_tape("after a restart")
    return again


def looks(visit):
    page = visit.page
    page.mouse.move(700, 300)
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            for language in ("en", "zh"):
                time.sleep(0.1)
                visit.picture(f"{name}-{theme}-{language}")
                page.keyboard.press("l")
            page.keyboard.press("d")
    page.set_viewport_size(dict(zip(("width", "height"), SIZES["wide"])))


def begin(scratch, quick):
    """Starts a server on another thread; gives what it is started with, and the promise of it."""
    words = os.path.join(scratch, "demo"), free_port(), 8 if quick else 720
    return words, concurrent.futures.ThreadPoolExecutor(1).submit(demo, *words)


def check(check, browser, beginning, quick):
    (lake, port, hours), server = beginning[0], beginning[1].result()
    relay = Relay(port)
    base, through = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{relay.port}"
    try:
        with Visit(browser, accept_downloads=True) as visit:
            panels = Panels(visit.page, base, check)
            loads(check, visit, panels, through)
            streams(check, visit, panels)
            switches(check, visit, panels)
            scrolls(check, visit, panels, base)
            takes(check, visit, base)
            # The server does not stream bars of a quarter of an hour, and says so; the page asks for them.
            visit.expect(check, "a visit", ("404",))
            readme.check(check, base)

            def restart():
                nonlocal server
                server = demo(lake, port, hours)
                return server

            survives(check, visit, panels, relay, server, restart, quick)
            visit.expect(check, "cuts", CUT)
            looks(visit)
            visit.expect(check, "looks", CUT)
        with Visit(browser, bypass_csp=True) as visit:
            visit.page.goto(f"{base}/?theme=dark&lang=en")
            panels = Panels(visit.page, base, check)
            panels.until("live")
            panels.drawn()
            accessible(check, visit.page, "dark")
            visit.page.keyboard.press("d")
            visit.page.keyboard.press("l")
            accessible(check, visit.page, "light, in Chinese")
            visit.page.keyboard.press("?")
            accessible(check, visit.page, "the list of keys")
    finally:
        server.stop()
