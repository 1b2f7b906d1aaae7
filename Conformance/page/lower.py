"""The sheets below the charts, held against what the native API answers at the same instant."""
import csv
import fractions
import io
import re
import time

from panels import Panels, fixed, get, short, until_true
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


SIDES = ("call_buy", "call_sell", "put_buy", "put_sell")


def coins(value):
    return fixed(value, 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0)


def option_rows(base, coin, window, exchange):
    """The windows as the table has them, newest first, from the first on of which anything is known."""
    rows = get(base, "/v1/options/flow", coin=coin, window=window, exchange=exchange)["rows"]
    while rows and rows[0]["quality"] == "gap" and not rows[0]["trades"] and rows[0]["call_open_interest"] is None:
        rows.pop(0)
    words = {"complete": "complete", "repaired": "repaired", "gap": "trades missing"}
    return [[time.strftime("%-d %b, %H:%M", time.gmtime(row["end"] / 1e6)), *(coins(row[name]) for name in (*SIDES, "call_block", "put_block")),
             words[row["quality"]] + (f" ×{len(row['gaps'])}" if len(row["gaps"]) > 1 else "")] for row in reversed(rows)]


def put_call(base, coin, window, exchange):
    """Puts over calls of the newest window, by exact sums."""
    row = get(base, "/v1/options/flow", coin=coin, window=window, exchange=exchange)["rows"][-1]
    calls, puts = (sum(fractions.Fraction(str(row[f"{kind}_{part}"])) for part in ("buy", "sell", "unknown", "block")) for kind in ("call", "put"))
    interest = row["put_open_interest"] / row["call_open_interest"] if row["call_open_interest"] and row["put_open_interest"] is not None else None
    return [row["end"], fixed(float(puts / calls), 3) if calls else "–", "–" if interest is None else fixed(interest, 3)]


def options(check, page, base, coin):
    """Flow and put/call of a coin's options in all windows and of all exchanges, and of whole markets."""
    for window, exchange in (("8H", "OKX"), ("1D", "OKX,Deribit"), ("8H", "Deribit")):
        page.select_option("#optionFlow select >> nth=0", window)
        page.select_option("#optionFlow select >> nth=1", exchange)
        until_word(page, "optionFlow", "ready")
        what = f"options of {coin}, {window}, {exchange}"
        shown, wanted = agrees(page, lambda: page.evaluate(ROWS, "optionFlow"), lambda: option_rows(base, coin, window, exchange))
        check.equal(what, shown, wanted)
        doubtful = page.evaluate("[...document.querySelectorAll('#optionFlow tbody tr')].filter((row) => getComputedStyle(row).backgroundImage.includes('repeating')).length")
        check.equal(f"{what}: doubtful windows are striped", doubtful, sum("missing" in row[-1] for row in wanted))
        seen = lambda: page.evaluate("[Number(document.querySelector('#putCall').dataset.time), ...[...document.querySelectorAll('#putCall .legend b')].slice(0, 2).map((one) => one.textContent)]")
        check.equal(f"{what}: put/call", *agrees(page, seen, lambda: put_call(base, coin, window, exchange)))
    for market, measure in (("us-index", "volume"), ("hk-security", "open-interest")):
        page.select_option("#optionMarkets select >> nth=0", market)
        page.select_option("#optionMarkets select >> nth=1", measure)

        def last():
            day = get(base, "/v1/options/statistics", market=market, measure=measure)["days"][-1]
            return [day["day"], fixed(day["put_call_ratio"], 3), short(day["calls"]), short(day["puts"])]

        seen = lambda: page.evaluate("[document.querySelector('#optionMarkets').dataset.time, ...[...document.querySelectorAll('#optionMarkets .legend b')].map((one) => one.textContent)]")
        check.equal(f"put/call of {market} by {measure}", *agrees(page, seen, last))


def nothing(check, page, base):
    """What a server does not hold is said, with what brings it."""
    page.goto(f"{base}/?lang=en&panel=options")
    for panel, state, command in (("optionFlow", "absent", "serve --options"), ("putCall", "absent", "serve --options"), ("optionMarkets", "empty", "import-options")):
        until_word(page, panel, state)
        check(f"{panel} says how to fill it", command in page.inner_text(f"#{panel} .note"), page.inner_text(f"#{panel}"))


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
        sheet(page, "options")
        options(check, page, base, "BTC")
        taken(check, page, ("optionFlow", "putCall", "optionMarkets"))
        grows_old(check, page, relay, ("optionFlow", "putCall", "optionMarkets"))
        visit.expect(check, "sheets that grow old", ("net::ERR_", "Failed to load resource"))
    with Visit(browser, bypass_csp=True) as visit:
        for name in ("interest", "options", "feeds"):
            for theme in ("dark", "light"):
                visit.page.goto(f"{base}/?i=binance-futures:BTCUSDT&theme={theme}&lang={'en' if theme == 'dark' else 'zh'}&panel={name}")
                Panels(visit.page, base, check).drawn()
                until_true(visit.page, "![...document.querySelectorAll('.sheet:not([hidden]) .panel')].some((one) => one.dataset.word === 'loading')")
                accessible(check, visit.page, f"the sheet {name}, {theme}")
                visit.picture(f"sheet-{name}-{theme}")
            visit.page.set_viewport_size({"width": 390, "height": 844})
            widths = visit.page.evaluate("[document.documentElement.scrollWidth, ...[...document.querySelectorAll('.sheet:not([hidden]) .panel')].map((one) => one.getBoundingClientRect().right)]")
            check(f"the sheet {name} is as wide as a phone", max(widths) <= 390, widths)
            visit.page.set_viewport_size({"width": 1440, "height": 900})
