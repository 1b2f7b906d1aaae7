"""The page on a tape that is not being recorded, with a hole in it; then behind a key; then with nothing to show."""
import calendar
import os
import time
import urllib.parse

import lower
from child import Child
from harness import millrace
from panels import Panels, get, until_true
from visit import Visit

ROWS = 120_000
DAY = "2024-01-01"
MINUTE = 60_000_000


def damaged(scratch):
    """A lake with a day of which trades of some minutes are missing; and when they are."""
    folder = os.path.join(scratch, "dumps")
    millrace("simulate", "archives", "--rows", ROWS, "--seed", 21, "--day", DAY, "--format", "csv", "--output", folder)
    path = os.path.join(folder, os.listdir(folder)[0])
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    first, last = len(lines) - 6000, len(lines) - 3000
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines[:first] + lines[last:])
    times = [int(line.split(",")[5]) * 1000 for line in (lines[first], lines[last])]
    lake = os.path.join(scratch, "taped")
    millrace("import", path, "--data", lake, "--venue", "binance-futures", "--symbol", "BTCUSDT")
    return lake, times


def history(check, visit, base, hole):
    page = visit.page
    panels = Panels(page, base, check)
    page.goto(f"{base}/?theme=dark&tz=utc&lang=en")
    panels.until("history")
    panels.drawn()
    panels.compare_bars("a tape", (0.8, 0.2))
    until_true(page, "document.querySelector('#interest').dataset.word === 'empty'")
    check("without open interest it says how to follow it", "serve --open-interest" in page.inner_text("#interest"), page.inner_text("#interest"))
    # The view that holds the hole, by its address.
    iso = [time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(moment / 1e6)) for moment in (hole[0] - 20 * MINUTE, hole[1] + 20 * MINUTE)]
    page.goto(f"{base}/?i=binance-futures:BTCUSDT&interval=1m&from={iso[0]}&to={iso[1]}&theme=dark&tz=utc")
    panels.until("history")
    panels.drawn()
    time.sleep(0.5)
    doubtful = []
    for step in range(2, 99, 4):
        moment = panels.point(step / 100)
        if "missing" in page.inner_text("#price .legend"):
            doubtful.append(moment)
    inside = [moment for moment in doubtful if hole[0] - MINUTE <= moment <= hole[1] + MINUTE]
    check("bars of a hole say that trades are missing", doubtful and doubtful == inside, (doubtful, hole))
    amber = page.evaluate("""async () => {
        const canvas = [...document.querySelectorAll('#price canvas')].sort((a, b) => b.width - a.width)[0];
        const { data } = canvas.getContext('2d').getImageData(0, 10, canvas.width, 1);
        let found = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at] > data[at + 2] + 3) found += 1;
        return found / canvas.width;
    }""")
    check(f"and its time is striped: {amber:.2f} of the width", 0.1 < amber < 0.95, amber)
    visit.picture("hole")
    lower.nothing(check, page, base)


def parted(bars):
    """Divergences as docs/page.md defines them, of bars with `high`, `low`, `delta` and `whole`: by kind, with the times of both swings."""
    total, sums, found = 0.0, [], []
    for bar in bars:
        total += bar["delta"]
        sums.append(total)
    for kind, name, sign in (("bearish", "high", 1), ("bullish", "low", -1)):
        values = [sign * bar[name] for bar in bars]
        swings = [at for at in range(5, len(bars) - 5) if max(values[at - 5:at]) < values[at] and max(values[at + 1:at + 6]) <= values[at]]
        for one, two in zip(swings, swings[1:]):
            if two - one > 60 or values[two] <= values[one] or not all(bar["whole"] for bar in bars[one - 5:two + 6]):
                continue
            before, after = (max(sign * value for value in sums[at - 2:at + 3]) for at in (one, two))
            if before - after > sum(abs(bars[at]["delta"]) for at in range(one + 1, two + 1)) / (two - one):
                found.append((kind, bars[one]["time"], bars[two]["time"]))
    return found


def diverges(check, visit, base, hole):
    """The divergences in view are those that the API's bars have."""
    page = visit.page
    panels = Panels(page, base, check)
    of = {"venue": "binance-futures", "symbol": "BTCUSDT", "interval": "1m", "limit": 5000, "from": f"{DAY}T00:00:00Z"}
    price, flow = (get(base, f"/v1/bars/{name}", **of)["bars"] for name in ("ohlcv", "flow"))
    bars = [{"time": one["time"], "high": one["high"], "low": one["low"], "delta": other["volume_delta"], "whole": one["quality"] != "gap"} for one, other in zip(price, flow)]
    all_found = parted(bars)
    check(f"the tape has divergences of both kinds: {len(all_found)}", {kind for kind, _, _ in all_found} == {"bearish", "bullish"}, all_found)
    for middle in (hole[0] - 300 * MINUTE, hole[0] - 40 * MINUTE):
        iso = [time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime((middle + part * MINUTE) / 1e6)) for part in (-90, 90)]
        page.goto(f"{base}/?i=binance-futures:BTCUSDT&interval=1m&from={iso[0]}&to={iso[1]}&theme=dark&lang=en&tz=utc")
        panels.until("history")
        panels.drawn()
        time.sleep(1)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(page.url).query))
        begin, end = (calendar.timegm(time.strptime(query[name][:19], "%Y-%m-%dT%H:%M:%S")) * 1_000_000 for name in ("from", "to"))
        wanted = {kind: sum(one == kind and first <= end and last >= begin for one, first, last in all_found) for kind in ("bearish", "bullish")}
        shown = page.evaluate("Object.fromEntries([...document.querySelectorAll('#cvd .marks b')].map((one) => [one.textContent.split(' ')[0], Number(one.dataset.count)]))")
        check.equal(f"divergences between {iso[0]} and {iso[1]}", {"bearish": 0, "bullish": 0} | shown, wanted)
    visit.picture("divergence")


def denied(check, visit, base, key):
    page = visit.page
    panels = Panels(page, base, check)
    page.goto(f"{base}/?theme=light&lang=en")
    panels.until("denied")
    check("without a key it says how to make one", "millrace keys create" in page.inner_text("#curtain"))
    visit.picture("denied")
    page.fill("#curtain input", "wrong")
    page.press("#curtain input", "Enter")
    until_true(page, "document.querySelector('#curtain').innerText.includes('not valid')")
    page.fill("#curtain input", key)
    page.click("#curtain button")
    panels.until("history")
    panels.drawn()
    until_true(page, "document.querySelector('#interest').dataset.word === 'empty'")
    check("with one it shows what there is", page.locator("#curtain").is_hidden() and page.inner_text("#price .legend") != "")
    check.equal("the key stays out of the address and out of what outlives the tab", (key in page.url, page.evaluate("JSON.stringify(localStorage)").count(key)), (False, 0))
    page.click("#price .menu > button")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#price [data-form=curl]")
    page.wait_for_selector("#toast:not([hidden])")
    curl = page.evaluate("navigator.clipboard.readText()")
    check("a curl names the key and does not show it", "$MILLRACE_KEY" in curl and key not in curl and "/v1/bars/ohlcv?" in curl, curl)


def check(check, browser, scratch):
    lake, hole = damaged(scratch)
    with Child("serve", "--data", lake, "--port", "0", "--opend-port", "none", ready="millrace ready http://") as server, Visit(browser) as visit:
        base = server.line.split()[2]
        history(check, visit, base, hole)
        diverges(check, visit, base, hole)
        # Options of a coin of which nothing is held are a 404.
        visit.expect(check, "a tape", ("404",))
        key = millrace("keys", "create", "--data", lake, "--vendor", "millrace", "--plan", "unlimited").stdout.split()[-1]
        time.sleep(1.2)
        denied(check, visit, base, key)
        visit.expect(check, "a key", ("401",))
