"""The sheets below the charts, held against what the native API answers at the same instant."""
import csv
import io
import re
import time

from panels import Panels, get, short, until_true
from recorded import take
from relay import Relay
from visit import Visit, accessible

CHANGES = ("5m", "15m", "30m", "1h", "4h", "24h")
ROWS = "(name) => [...document.querySelectorAll(`#${name} tbody tr`)].map((row) => [...row.cells].map((cell) => cell.textContent))"


def percent(change):
    return "–" if change is None else f"{abs(change):.2f}" if abs(change) < 0.005 else ("−" if change < 0 else "+") + f"{abs(change):.2f}"


def sheet(page, name):
    """Opens a sheet by its tab."""
    page.click(f"#tab-{name}")
    until_true(page, f"!document.querySelector('#dock-{name}').hidden")


def word(page, panel):
    return page.get_attribute(f"#{panel}", "data-word")


def until_word(page, panel, wanted, seconds=20):
    until_true(page, f"document.querySelector('#{panel}').dataset.word === '{wanted}'", seconds)


def agrees(page, look, ask, seconds=40):
    """Whether what is shown comes to be what is answered; both change with every round. Gives both when they do, or the last of them."""
    end = time.monotonic() + seconds
    while True:
        before, shown, after = ask(), look(), ask()
        if shown in (before, after):
            return shown, shown
        if time.monotonic() > end:
            return shown, after
        page.evaluate("dispatchEvent(new Event('online'))")
        time.sleep(0.4)


def interest_rows(base, coin):
    exchanges = get(base, "/v1/open-interest", coin=coin)["exchanges"]
    usd = exchanges[0]["usd"]
    return [[one["exchange"], short(one["usd"]), short(one["coin"]), f"{one['usd'] / usd * 100:.1f} %", *(percent(one[f"change_{name}"]) for name in CHANGES)]
            for one in exchanges]


def interest(check, page, base, coin):
    """The table of exchanges, and the history of one and of all in both units."""
    until_word(page, "interest", "ready")
    shown, wanted = agrees(page, lambda: page.evaluate(ROWS, "interest"), lambda: interest_rows(base, coin))
    check.equal(f"open interest of {coin} by exchange", shown, wanted)
    until_word(page, "interestHistory", "ready")
    exchange = shown[1][0]
    for name, unit in (("All", "usd"), (exchange, "usd"), (exchange, "coin")):
        page.select_option("#interestHistory select >> nth=0", name)
        page.select_option("#interestHistory select >> nth=1", unit)

        def last():
            bar = get(base, "/v1/open-interest/history", coin=coin, exchange=name, unit=unit, interval="1m", limit=2)["bars"][-1]
            return [bar["time"], short(bar["close"]), short(bar["high"]), short(bar["low"])]

        def seen():
            return page.evaluate("""() => {
                const panel = document.querySelector('#interestHistory');
                const [close, , high, low] = [...panel.querySelectorAll('.legend b')].map((one) => one.textContent);
                return [Number(panel.dataset.time), close, high, low];
            }""")

        check.equal(f"the newest open interest of {coin}: {name} in {unit}", *agrees(page, seen, last))
        pressed = page.evaluate("[...document.querySelectorAll('#interest [aria-pressed=true]')].map((one) => one.textContent)")
        check.equal(f"the table shows whose history it is: {name}", pressed, [name])
    page.click("#interest tbody tr:first-child button")
    check.equal("a row of the table chooses its history", page.input_value("#interestHistory select >> nth=0"), "All")


def by_keys(check, page):
    """Tabs by the keyboard alone."""
    page.focus("#tab-interest")
    page.keyboard.press("ArrowDown")
    check("arrows go from tab to tab", page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true" and "panel=" in page.url, page.url)
    while page.get_attribute("#tab-interest", "aria-selected") != "true":
        page.keyboard.press("p")
    check("and p to the next, round to the first", "panel=" not in page.url, page.url)


def taken(check, page, panels):
    """What is taken along is what the API gives."""
    for name in panels:
        rows = list(csv.reader(io.StringIO(take(page, name, "csv").decode())))
        check(f"{name} as CSV: {len(rows)} rows", len(rows) > 1 and len(set(map(len, rows))) == 1, (rows[:2], page.text_content("#toast")))
        picture = take(page, name, "png")
        check(f"{name} as PNG", picture[:8] == b"\x89PNG\r\n\x1a\n" and len(picture) > 1000, page.text_content("#toast"))
        page.click(f"#{name} .menu > button")
        page.click(f"#{name} [data-form=curl]")
        page.wait_for_selector("#toast:not([hidden])")
        curl = page.evaluate("navigator.clipboard.readText()")
        check(f"{name} as curl", re.search(r"^curl 'http://127\.0\.0\.1:\d+/v1/", curl), curl)


def grows_old(check, page, relay, panels):
    """A server that is away leaves what is known, and marked."""
    relay.cut()
    page.evaluate("dispatchEvent(new Event('online'))")
    for name in panels:
        until_word(page, name, "stale")
        check(f"{name} is marked as old", page.get_attribute(f"#{name}", "data-old") == "" and page.locator(f"#{name} .legend .warn").first.is_visible())
    relay.open()
    page.evaluate("dispatchEvent(new Event('online'))")
    for name in panels:
        until_word(page, name, "ready")


def check(check, browser, port):
    relay, base = Relay(port), f"http://127.0.0.1:{port}"
    with Visit(browser, accept_downloads=True) as visit:
        page = visit.page
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"http://127.0.0.1:{relay.port}/?i=binance-futures:BTCUSDT&theme=dark&lang=en&tz=utc")
        Panels(page, base, check).until("live")
        for name in ("price", "cvd", "delta"):
            box = page.locator(f"#{name}").bounding_box()
            check(f"{name} is on the first screen", box["height"] > 80 and box["y"] + box["height"] <= 900, box)
        interest(check, page, base, "BTC")
        taken(check, page, ("interest", "interestHistory"))
        by_keys(check, page)
        visit.expect(check, "sheets")
        grows_old(check, page, relay, ("interest", "interestHistory"))
        visit.expect(check, "sheets that grow old", ("net::ERR_", "Failed to load resource"))
