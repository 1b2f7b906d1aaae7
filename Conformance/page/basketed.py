"""Baskets on the page: as instruments where their members trade one coin, in dollars and without a price where they trade several."""
import json
import os
import time

from child import Child
from harness import millrace
from panels import Panels, get, short, signed, until_true
from visit import Visit

DAY = "2024-01-01"
MINUTE = 60_000_000
BASKETS = {
    "coins": ["binance-futures:BTCUSDT", "binance-futures:ETHUSDT"],
    "lonely": ["binance-futures:BTCUSDT", "bybit-linear:BTCUSDT"],
}


def told(page):
    """Who the legend says traded, and who has no tape."""
    names = lambda what: (page.get_attribute(f"#price [data-{what}]", f"data-{what}", timeout=2000) or "").split() if page.locator(f"#price [data-{what}]").count() else []
    return names("members"), names("missing")


def members(check, panels, base, what, part=0.5):
    """Who traded in the bar under the cursor, and who has no tape of it."""
    moment = panels.point(part)
    time.sleep(0.3)
    instrument, interval = panels.place
    bar = get(base, "/v1/bars/flow", **instrument, interval=interval, **{"from": moment, "to": moment + MINUTE})["bars"][0]
    check.equal(f"{what}: who traded at {moment}, and who is missing", told(panels.page), (bar["contributors"].split(), bar["missing"].split()))


def live(check, browser, base):
    """A basket that is recorded, found by the search, against the API's own bars of it."""
    with Visit(browser) as visit:
        page = visit.page
        panels = Panels(page, base, check)
        page.goto(f"{base}/?i=binance-futures:BTCUSDT&theme=dark&lang=en&tz=utc&large=10000")
        panels.until("live")
        page.keyboard.press("/")
        page.keyboard.type("basket perps")
        entry = page.inner_text("#found li[aria-selected=true]")
        check("the search tells a basket's members", "btc-perps" in entry and "basket of 4" in entry and "okx-perps:BTC-USDT-SWAP" in entry, entry)
        page.keyboard.press("Enter")
        until_true(page, "location.search.includes('i=basket:btc-perps')")
        panels.until("live")
        panels.drawn()
        panels.compare_bars("a basket")
        panels.compare_tape("a basket")
        members(check, panels, base, "a basket")
        of_members = page.evaluate("[...document.querySelectorAll('#feeds tr[aria-current]')].map((row) => row.dataset.name).sort()")
        basket = next(one for one in get(base, "/v1/baskets")["baskets"] if one["name"] == "btc-perps")
        check.equal("its members are marked among the feeds", of_members, sorted(f"{one['venue']}:{one['symbol']}" for one in basket["instruments"]))
        titles = page.evaluate("[...document.querySelectorAll('#tape tbody tr:not([hidden])')].map((row) => row.title)")
        check("prints say whose they are", titles and set(titles) <= set(of_members), titles[:3])
        visit.expect(check, "a basket")
        visit.picture("basket")


def priceless(check, panels, base):
    """Members of several coins: no price, and everything in dollars."""
    page = panels.page
    page.goto(f"{base}/?i=basket:coins&theme=dark&lang=en&tz=utc")
    panels.until("history")
    panels.drawn()
    time.sleep(1)
    check("a basket of several coins says that it has no price", "No price" in page.inner_text("#price .legend"), page.inner_text("#price .legend"))
    moment = panels.point(0.5)
    of = {"venue": "basket", "symbol": "coins", "interval": "1m", "from": moment, "to": moment + MINUTE}
    flow = get(base, "/v1/bars/flow", **of)["bars"][0]
    cvd = get(base, "/v1/cvd", **of, since=moment - moment % (86_400 * 1_000_000))["bars"][0]
    shown = panels.shown()
    check.equal("its delta is in dollars", shown["delta"][0], signed(flow["volume_delta_notional"]))
    check.equal("so is its cumulative delta", shown["cvd"], signed(cvd["cvd_notional"]))
    check("and its volume", short(flow["volume_notional"]) in page.inner_text("#price .legend"), (page.inner_text("#price .legend"), flow["volume_notional"]))
    sizes = [[short(flow[f"taker_{side}_{size}_order_volume"]) for side in ("buy", "sell")] for size in ("large", "medium", "small")]
    until_true(page, f"document.querySelector('#sizes').dataset.from === '{moment}'")
    check.equal("and its order sizes", panels.shown()["sizes"], sizes)
    until_true(page, "document.querySelector('#interest').dataset.word === 'empty'")


def taped(check, browser, scratch):
    folder, lake = os.path.join(scratch, "basket-dumps"), os.path.join(scratch, "basket-lake")
    millrace("simulate", "archives", "--rows", 20_000, "--seed", 5, "--day", DAY, "--format", "csv", "--output", folder)
    path = os.path.join(folder, os.listdir(folder)[0])
    for symbol in ("BTCUSDT", "ETHUSDT"):
        millrace("import", path, "--data", lake, "--venue", "binance-futures", "--symbol", symbol)
    config = os.path.join(scratch, "baskets.json5")
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"baskets": BASKETS}, file)
    with Child("serve", "--data", lake, "--port", "0", "--opend-port", "none", "--config", config, ready="millrace ready http://") as server, Visit(browser) as visit:
        base = server.line.split()[2]
        panels = Panels(visit.page, base, check)
        priceless(check, panels, base)
        visit.picture("basket-dollars")
        visit.page.goto(f"{base}/?i=basket:lonely&theme=light&lang=en&tz=utc")
        panels.until("history")
        panels.drawn()
        panels.compare_bar(0.5, "a basket of which one is missing")
        members(check, panels, base, "a basket of which one is missing")
        check("it names who is missing", "no tape of bybit-linear:BTCUSDT" in visit.page.inner_text("#price .legend"), visit.page.inner_text("#price .legend"))
        visit.expect(check, "baskets on tape")
