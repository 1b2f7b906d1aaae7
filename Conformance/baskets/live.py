"""A basket's stream against its tables: simulated venues are recorded, and what was told as final is what the tape has afterwards."""
import http.client
import json
import os
import threading
import time

import sums
from child import Child

MEMBERS = ["binance-futures:BTCUSDT", "binance-coin-futures:BTCUSD_PERP", "okx-perps:BTC-USDT-SWAP", "bybit-linear:BTCUSDT"]


class Demo(Child):
    def __init__(self, data):
        super().__init__("demo", "--port", 0, "--hours", 0, "--rate", 300, "--data", data, "--opend-port", "none", "--opend-ws-port", "none",
                         "--intervals", "1s,1m", ready="millrace ready http://")
        self.url = self.line.split()[2]


def listen(url, topics, seconds):
    """The events of some topics, as server-sent events have them, and the status."""
    connection = http.client.HTTPConnection(url[7:], timeout=30)
    connection.request("GET", f"/v1/stream?topics={topics}&min_notional=10000")
    response = connection.getresponse()
    events, end = [], time.time() + seconds
    while response.status == 200 and time.time() < end:
        line = response.readline().decode()
        if line.startswith("data: "):
            events.append(json.loads(line[6:]))
    connection.close()
    return events, response.status


class Listening:
    """A demo that is listened to for some seconds, while other things are checked."""

    TOPICS = "trades:basket:btc-perps,large:basket:btc-perps,gaps:basket:btc-perps,bars:basket:btc-perps:1s," + \
        ",".join(f"bars:basket:btc-perps:1s:{dataset}" for dataset in sums.DATASETS)

    def __init__(self, folder, seconds):
        self.events, self.demo = [], None
        self.thread = threading.Thread(target=self.listen, args=(os.path.join(folder, "demo"), seconds))
        self.thread.start()

    def listen(self, data, seconds):
        self.demo = Demo(data)
        self.events = listen(self.demo.url, self.TOPICS, seconds)[0]


def run(check, ask, listening):
    """Judges what was told; `ask` asks the demo's server."""
    listening.thread.join()
    events, url = listening.events, listening.demo.url
    check.equal("the demo's baskets", [row["name"] for row in ask(url, "/v1/baskets")["baskets"]], ["btc-perps", "btc-all"])
    ready = next((event for event in events if event["type"] == "ready"), {})
    # Candles come first: they are what is followed where no dataset is named.
    datasets = ["ohlcv", *(name for name in sums.DATASETS if name != "ohlcv")]
    check.equal("which topics are followed", ready.get("topics"),
                [f"{kind}:{member}" for kind in ("trades", "large", "gaps") for member in MEMBERS] + [f"bars:basket:btc-perps:1s:{name}" for name in datasets])
    traded = {f"{event['venue']}:{event['symbol']}" for event in events if event["type"] == "trades"}
    check("trades of all members come", traded == set(MEMBERS), traded)
    check("and prints", all(event["trade"]["notional"] >= 10000 for event in events if event["type"] == "large"))
    bars = [event for event in events if event["type"] == "bar"]
    check("bars are the basket's", bars and all((bar["venue"], bar["symbol"]) == ("basket", "btc-perps") for bar in bars), bars[:1])
    for dataset in datasets:
        finals(check, ask, url, dataset, [bar for bar in bars if bar["dataset"] == dataset])
    for topic, status in [("bars:basket:btc-perps:1s:returns", 400), ("bars:basket:nope:1s", 404), ("trades:basket:nope", 404), ("bars:basket:btc-perps:3m", 404),
                          (",".join(f"{kind}:basket:btc-all" for kind in ("trades", "large", "gaps")), 200)]:
        check.equal(f"{topic}", listen(url, topic, 0)[1], status)
    check.equal("the demo ends", listening.demo.stop(), 0)


def finals(check, ask, url, dataset, bars):
    """What was told as final is what the tape has, column by column."""
    check(f"some bars of {dataset} grow", any(bar["open"] for bar in bars))
    final = {bar["time"]: bar for bar in bars if not bar["open"]}
    check("and become final", len(final) >= 3, len(final))
    first = min(final, default=0)
    table = {row["time"]: row for row in ask(url, f"/v1/bars/{dataset}?venue=basket&symbol=btc-perps&interval=1s&from={first}&limit=all")["bars"]}
    for start, bar in final.items():
        row = table.get(start, {})
        values = {key: row[key] for key in row if key not in ("time", "revision", "is_open")}
        if not check(f"the final bar of {dataset} at {start} is the tape's", bar["values"] == values, (bar["values"], values)):
            break
