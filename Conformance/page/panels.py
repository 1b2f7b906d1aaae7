"""What the panels of the page show, held against what the native API answers at the same instant."""
import decimal
import difflib
import json
import re
import time
import urllib.parse
import urllib.request
from collections import Counter

DAY = 86_400_000_000
LENGTHS = {"1s": 1_000_000, "1m": 60_000_000, "5m": 300_000_000, "15m": 900_000_000, "1h": 3_600_000_000}


def get(base, path, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with urllib.request.urlopen(base + path + query, timeout=60) as answer:
        return json.load(answer)


def until_true(page, expression, seconds=20):
    """Waits for what holds in the page. Playwright's own waiting makes scripts of texts there, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(f"it does not come true: {expression}; the page says: {page.inner_text('body')[:500]}")
        time.sleep(0.05)


def fixed(value, digits):
    """A number as the page writes it: the shortest decimal that names it, rounded half away from zero, thousands parted."""
    number = decimal.Decimal(repr(value)).quantize(decimal.Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)
    return f"{number:,.{digits}f}"


def volume(value):
    size = abs(value)
    return fixed(value, 3 if size < 1000 else 1 if size < 100_000 else 0)


def signed(value):
    text = volume(abs(value))
    return text if not re.search("[1-9]", text) else ("−" if value < 0 else "+") + text


def short(value):
    size = abs(value)
    for limit, unit, digits, name in ((999_500_000, 1e9, 2, "B"), (999_500, 1e6, 2, "M"), (1000, 1e3, 1, "k")):
        if size >= limit:
            return f"{value / unit:.{digits}f}{name}"
    return f"{value:.0f}"


def unordered(shown, told):
    """Whether rows are told of, in about this order: those of one moment may be on either side of the end."""
    return not Counter(map(tuple, shown[:-5])) - Counter(map(tuple, told))


class Panels:
    """The page in a browser, with the server it shows."""

    def __init__(self, page, base, check):
        self.page, self.base, self.check = page, base, check

    @property
    def place(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.page.url).query))
        venue, symbol = query["i"].split(":", 1)
        return {"venue": venue, "symbol": symbol}, query.get("interval", "1m")

    def word(self):
        return self.page.get_attribute("#status", "data-word")

    def until(self, word, seconds=20):
        self.page.wait_for_selector(f"#status[data-word={word}]", timeout=seconds * 1000)

    def drawn(self):
        until_true(self.page, "document.querySelector('#price').dataset.time > 0")

    def point(self, part):
        """Points at a place of the chart, a part of its width from the left; gives the time of the bar there."""
        box = self.page.locator("#price .canvas").bounding_box()
        self.page.mouse.move(box["x"] + (box["width"] - 90) * part, box["y"] + box["height"] / 2)
        time.sleep(0.1)
        return int(self.page.get_attribute("#price", "data-time"))

    def shown(self):
        """The words of all panels at one instant, as the reader sees them."""
        return self.page.evaluate("""() => ({
            time: Number(document.querySelector('#price').dataset.time),
            price: [...document.querySelectorAll('#price .legend b')].map((one) => one.textContent),
            cvd: document.querySelector('#cvd .legend b')?.textContent,
            delta: [...document.querySelectorAll('#delta .legend b')].map((one) => one.textContent),
            sizes: [...document.querySelectorAll('#sizes tbody tr')].map((row) => [row.cells[1].textContent, row.cells[2].textContent]),
            levelsOf: Number(document.querySelector('#footprint').dataset.drawn),
            levels: [...document.querySelectorAll('#footprint tbody tr:not([hidden])')].map((row) => [...row.cells].map((cell) => cell.textContent)),
            sizesOf: [document.querySelector('#sizes').dataset.from, document.querySelector('#sizes').dataset.to].map(Number),
        })""")

    def compare_bar(self, part, what):
        """The bar under the cursor: price, cumulative delta, delta, order sizes and footprint."""
        for _ in range(20):
            self.point(part)
            time.sleep(0.3)
            shown = self.shown()
            wanted = shown["time"]
            # A minute that begins meanwhile moves the bars on.
            if shown["sizesOf"] == [wanted, wanted] and shown["levelsOf"] == wanted:
                break
        instrument, interval = self.place
        of = {**instrument, "interval": interval, "from": wanted, "to": wanted + LENGTHS[interval], "limit": 1000}
        price, flow = (get(self.base, f"/v1/bars/{name}", **of)["bars"] for name in ("ohlcv", "flow"))
        check = self.check
        if not check(f"{what}: there is a final bar at {wanted}", price and flow and not price[0]["is_open"], (price, shown)):
            return
        price, flow = price[0], flow[0]
        digits = len((shown["price"][0].split(".") + [""])[1])
        close, open_price = price["close"], price["open"]
        expected = [fixed(close, digits), shown["price"][1], *(fixed(price[name], digits) for name in ("open", "high", "low"))]
        check.equal(f"{what}: the price of {wanted}", shown["price"][:5], expected)
        check(f"{what}: its change", ("+" in shown["price"][1]) == (close > open_price and "0.00" != shown["price"][1][:4]) or "0.00" in shown["price"][1])
        check(f"{what}: its volume", shown["price"][5].startswith(volume(price["volume"])), (shown["price"], price["volume"]))
        check.equal(f"{what}: the cumulative delta of {wanted}", shown["cvd"], signed(self.cumulative(of)))
        check.equal(f"{what}: the delta of {wanted}", shown["delta"],
                    [signed(flow["volume_delta"]), volume(flow["taker_buy_volume"]), volume(flow["taker_sell_volume"])])
        if shown["sizesOf"] == [wanted, wanted]:
            sizes = [[short(flow[f"taker_{side}_{size}_order_volume"]) for side in ("buy", "sell")] for size in ("large", "medium", "small")]
            check.equal(f"{what}: the order sizes of {wanted}", shown["sizes"], sizes)
        else:
            check(f"{what}: order sizes are of the bar under the cursor", False, shown["sizesOf"])
        levels = get(self.base, "/v1/footprint", **of)["levels"]
        if levels and (levels[-1]["price_to"] - levels[0]["price"]) / (levels[0]["price_to"] - levels[0]["price"]) < 39.5:
            expected = [[volume(one["taker_sell_volume"]) if one["taker_sell_volume"] else "", fixed(one["price"], digits),
                         volume(one["taker_buy_volume"]) if one["taker_buy_volume"] else ""] for one in reversed(levels)]
            check.equal(f"{what}: the footprint of {wanted}", shown["levels"], expected)

    def cumulative(self, of):
        """What the API says of the delta from the day of the newest bar on to the end of a bar; less what came after it, before that day."""
        bar = {name: of[name] for name in ("venue", "symbol", "interval")}
        newest = get(self.base, "/v1/bars/ohlcv", **bar, limit=1)["bars"][-1]["time"]
        anchor = newest - newest % DAY
        if of["from"] >= anchor:
            return get(self.base, "/v1/cvd", **{**of, "since": anchor})["bars"][0]["cvd"]
        rows = get(self.base, "/v1/cvd", **bar, **{"from": of["from"], "to": anchor, "limit": "all"})["bars"]
        after = [decimal.Decimal(repr(row["volume_delta"])) for row in rows if row["time"] > of["from"]]
        return float(-sum(after))

    def compare_bars(self, what, parts=(0.9, 0.5, 0.1)):
        for part in parts:
            self.compare_bar(part, what)

    def compare_tape(self, what):
        """
        Large prints: every one of the last minutes, in order. The API is asked after the page: it may know of later ones, and what the stream has
        just told may be a moment from being in its tables.
        """
        rows = self.page.evaluate("[...document.querySelectorAll('#tape tbody tr:not([hidden])')].map((row) => [...row.cells].map((cell) => cell.textContent))")
        instrument, _ = self.place
        least = int(self.page.input_value("#tape select"))
        # Of baskets quantities are coins, whatever a member's venue counts in; what several members trade in one moment has no order.
        isBasket = instrument["venue"] == "basket"
        coins = (lambda one: one["notional"] / one["price"]) if isBasket else (lambda one: one["quantity"])
        same = unordered if isBasket else (lambda shown, told: shown == told)
        ours = [row[2:] for row in rows]
        count = min(len(ours), 100)
        for _ in range(5):
            prints = get(self.base, "/v1/large", **instrument, min_notional=least, limit=300)["trades"][::-1]
            listed = [[volume(coins(one)), short(one["notional"])] for one in prints]
            begin = next((n for n in range(len(listed)) if same(ours[:count], listed[n:n + count])), None) if count else (0 if not listed else None)
            if begin is not None:
                break
            time.sleep(0.2)
        words = [[" ".join(row) for row in rows] for rows in (ours[:count], listed[:count])]
        differ = [f"{at}: {line}" for at, line in enumerate(difflib.ndiff(*words)) if line[0] in "-+"][:12]
        self.check(f"{what}: the tape is that of the API ({count} prints)", begin is not None and begin <= 60, differ)

    def compare_feeds(self, what):
        rows = self.page.evaluate("[...document.querySelectorAll('#feeds tbody tr')].map((row) => [row.dataset.name, row.cells[3].textContent])")
        listed = get(self.base, "/v1/instruments")["instruments"]
        self.check.equal(f"{what}: feeds and their holes", rows, [[f"{one['venue']}:{one['symbol']}", str(one["open_gaps"])] for one in listed])
