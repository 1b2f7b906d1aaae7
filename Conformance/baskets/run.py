#!/usr/bin/env python3
"""Baskets of the native API: spot, linear and inverse members together, against exact sums of what was imported.

usage: run.py [--quick] [--seed N]
"""
import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "native"), os.path.dirname(HERE)]

import answers
import commands
import contract
import live
import recordings
import sums
from harness import Checks, millrace
from listed import lists
from serving import Serving

check = Checks("baskets")


def configure(path, baskets, plans=""):
    """Writes a configuration; a server that reads it meanwhile reads the old one or the new one."""
    lines = "".join(f"    '{name}': [{', '.join(repr(member) for member in members)}],\n" for name, members in baskets.items())
    with open(path + ".new", "w") as file:
        file.write(f"{{\n  plans: [{plans}],\n  baskets: {{\n{lines}  }},\n}}\n")
    os.replace(path + ".new", path)


def listing(check, server, tapes, baskets):
    """What there is, and the members' instruments and holes."""
    found = server.get("/v1/baskets")["baskets"]
    check.equal("baskets", [(row["name"], [f"{entry['venue']}:{entry['symbol']}" for entry in row["instruments"]]) for row in found],
                [(name, members) for name, members in baskets.items()])
    for row in found:
        for entry in row["instruments"]:
            tape = tapes.get(f"{entry['venue']}:{entry['symbol']}")
            wanted = ("imported", tape.trades[0][0], tape.trades[-1][0], float(tape.size)) if tape else ("missing", None, None, None)
            check.equal(f"{row['name']}: {entry['venue']} {entry['symbol']}", (entry["state"], entry["first_time"], entry["last_time"], entry["contract_size"]), wanted)
    lists(check, server.ask, "/v1/baskets", wanted=[{"basket": row["name"], **entry} for row in found for entry in row["instruments"]])
    if any("LTC" in name for name in tapes):
        # Its recordings have holes.
        page, following = server.get("/v1/gaps?limit=1"), server.ask("/v1/gaps?limit=1&format=csv")[1]["X-Next"]
        check("a header says where other formats go on", page["next"] and urllib.parse.unquote(following or "") == page["next"], (page, following))
    for name, members in baskets.items():
        held = sorted(member for member in members if member in tapes)
        listed = server.get(f"/v1/instruments?venue=basket&symbol={name}")["instruments"]
        check.equal(f"{name}: instruments", sorted(f"{row['venue']}:{row['symbol']}" for row in listed), held)
        gaps, after = [], ""
        while after is not None:
            page = server.get(f"/v1/gaps?venue=basket&symbol={name}&limit=7" + (f"&after={after}" if after else ""))
            gaps, after = gaps + page["gaps"], page["next"]
        wanted = sum(len(sums.holes(tapes[member])) for member in held)
        check(f"{name}: gaps", len(gaps) == wanted and all(f"{gap['venue']}:{gap['symbol']}" in held for gap in gaps), (len(gaps), wanted))


def refusals(check, server, name):
    good = f"venue=basket&symbol={name}"
    for path, status, word in [
        ("/v1/trades?venue=basket&symbol=nope", 404, "/v1/baskets"), ("/v1/trades?venue=basket", 400, "symbol"), *((f"/v1/bars/{dataset}?{good}", 400, "flow, trade_size, updownticks, vtwap, ohlcv") for dataset in ("returns", "range", "run_structure", "impact")),
        (f"/v1/bars/nope?{good}", 404, "dataset"), (f"/v1/bars/flow?{good}&interval=7m", 400, "interval"),
        (f"/v1/cvd?{good}&since=5&from=4", 400, "since"), (f"/v1/large?{good}&min_notional=-1", 400, "min_notional"),
        ("/v1/instruments?venue=basket&symbol=nope", 404, "/v1/baskets"), ("/v1/gaps?venue=basket&symbol=nope", 404, "/v1/baskets"),
        ("/v1/bars/flow?venue=basket&symbol=absent", 404, "tape"),
    ]:
        found, _, body = server.ask(path)
        check(f"{path} is {status}", found == status and word in json.loads(body)["error"]["message"], (found, body))


def described(check, server, name, base):
    """Answers look as /openapi.json says."""
    known = contract.schemas(server)
    good = f"venue=basket&symbol={name}"
    for path in ("/v1/baskets", f"/v1/instruments?{good}", f"/v1/gaps?{good}"):
        status, _, body = server.ask(path)
        contract.fits(check, path, known[path.split("?")[0]], status, body)
    for path, route in [("/v1/trades", None), ("/v1/large", None), ("/v1/cvd", None), ("/v1/footprint", None), *((f"/v1/bars/{dataset}", "/v1/bars/{dataset}") for dataset in sums.DATASETS)]:
        for words in () if not base and path.endswith(("ohlcv", "vtwap", "footprint")) else ("limit=5", "from=0&limit=5", "from=0&limit=all"):
            status, _, body = server.ask(f"{path}?{good}&{words}")
            contract.fits(check, f"{path}?{good}&{words}", known[route or path], status, body)


def changing(check, folder, lake, tapes, members, draw):
    """SIGHUP changes a basket while it is asked for: every answer is of one definition or of the other."""
    path = os.path.join(folder, "changing.json5")
    definitions = [members, members[:1], members[1:]]
    wanted = {}
    for definition in definitions:
        rows = [sums.told("flow", start, row) for start, row in sums.bars(tapes, definition, "1m").items()]
        wanted[tuple(definition)] = [(row["time"], row["volume_delta_notional"], row["contributors"]) for row in rows]
    configure(path, {"b": members})
    with Serving(lake, "--config", path) as server:
        wrong, count, ended, tags = [], [0], threading.Event(), set()

        def asking():
            while not ended.is_set():
                status, headers, body = server.ask("/v1/bars/flow?venue=basket&symbol=b&interval=1m&from=0&limit=all")
                answer = json.loads(body)
                rows = [(row["time"], row["volume_delta_notional"], row["contributors"]) for row in answer.get("bars", [])]
                if status != 200 or rows != wanted.get(tuple(answer["members"])):
                    wrong.append((status, answer.get("members"), len(rows)))
                tags.add((headers["ETag"], tuple(answer["members"])))
                count[0] += 1

        threads = [threading.Thread(target=asking) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(9):
            configure(path, {"b": definitions[(turn + 1) % 3]})
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.15)
        with open(path, "w") as file:
            file.write("{\n  baskets: {\n    'b': ['binance-spot:BTCEUR'],\n  },\n}\n")
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        ended.set()
        for thread in threads:
            thread.join()
        check(f"{count[0]} answers while the basket changed", not wrong and count[0] > 20, wrong[:3])
        check("each definition has a tag of its own", len({tag for tag, _ in tags}) == len(tags) == 3, tags)
        check("a fault changes nothing", len(server.get("/v1/baskets")["baskets"][0]["instruments"]) == len(definitions[0]))
        check("and is told with its place", "changing.json5:3:11: 'binance-spot:BTCEUR' is priced in 'EUR', and baskets are in dollars" in server.log(), server.log()[-500:])
        configure(path, {})
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        check.equal("a basket that is gone", server.ask("/v1/trades?venue=basket&symbol=b")[0], 404)


def tags(check, folder, lake, tapes, server, name, members, member):
    """The entity tag is that of the members' tapes."""
    path = f"/v1/bars/flow?venue=basket&symbol={name}&interval=1m&from=0&limit=all"
    tag = server.ask(path)[1]["ETag"]
    check.equal("the same again", server.ask(path, {"If-None-Match": tag})[0], 304)
    tape = tapes[member]
    venue, symbol = member.split(":")
    last = tape.trades[-1]
    addition = [(last[0] + 1000 * step, last[1] + step, "buy", last[3], last[4]) for step in range(1, 4)]
    file = os.path.join(folder, "addition.csv")
    recordings.write(file, addition, "contiguous")
    recordings.import_file(file, lake, venue, symbol)
    status, headers, body = server.ask(path, {"If-None-Match": tag})
    check("an import of a member changes it", status == 200 and headers["ETag"] != tag, (status, tag))
    tape.trades += addition
    answers.bars(check, server, tapes, name, members, True, "1m")


def limited(check, folder, lake, tapes, name, members):
    """What one answer may be made of counts all members, and a plan's history holds."""
    count = sum(len(tapes[member].trades) for member in members if member in tapes)
    path = os.path.join(folder, "limited.json5")
    configure(path, {name: members}, "{ vendor: 'millrace', name: 'short', history_days: 7 }")
    with Serving(lake, "--config", path, "--query-trades", count - 1) as server:
        for route in ("trades", "bars/flow", "bars/ohlcv", "cvd", "footprint", "large"):
            status, _, body = server.ask(f"/v1/{route}?venue=basket&symbol={name}&from=0&limit=all")
            check(f"{route} of more trades than one answer may be made of", status == 400 and b"ask for a shorter time" in body, (status, body[:200]))
    key = millrace("keys", "create", "--data", lake, "--config", path, "--vendor", "millrace", "--plan", "short").stdout.split()[0]
    words = {"Authorization": f"Bearer {key}"}
    with Serving(lake, "--config", path) as server:
        for route in ("trades", "bars/flow", "bars/ohlcv", "cvd", "footprint", "large"):
            check.equal(f"{route} without a key", server.ask(f"/v1/{route}?venue=basket&symbol={name}")[0], 401)
            check.equal(f"{route} beyond a plan's history", server.ask(f"/v1/{route}?venue=basket&symbol={name}&from=0", words)[0], 403)
            status, _, body = server.ask(f"/v1/{route}?venue=basket&symbol={name}", words)
            answer = json.loads(body)
            check(f"{route} without from has nothing older", status == 200 and not answer.get("trades", answer.get("bars", answer.get("levels"))), (status, body[:200]))
        check.equal("a list of baskets without a key", server.ask("/v1/baskets")[0], 401)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"baskets: seed {options.seed}", flush=True)
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="millrace-baskets-") as folder:
        lake = os.path.join(folder, "lake")
        listening = live.Listening(folder, 12 if options.quick else 60)
        tapes = recordings.made(folder, lake, draw, 2_000 if options.quick else 60_000)
        real = recordings.real(folder, lake)
        eth, pepe = ([name for name in tapes if coin in name] for coin in ("ETH", "PEPE"))
        baskets = {"pepe": pepe, "eth-all": eth, "eth-some": [eth[1], "bybit-linear:ETHPERP", eth[4]], "absent": ["okx-spot:BTC-USDT"]}
        if real:
            btc = [name for name in real if "BTC" in name]
            baskets |= {"btc-perps": [btc[1], "okx-perps:BTC-USDT-SWAP", btc[2]], "btc-all": btc, "coins": ["binance-spot:LTCUSDT", btc[2], btc[0]]}
        else:
            check.skip("../shared/data is not there: no real recording is read")
        tapes |= real
        path = os.path.join(folder, "baskets.json5")
        configure(path, baskets)
        check.equal("the configuration is good", millrace("config", "check", path).status, 0)
        shown = millrace("config", "show", "--config", path).stdout
        with open(os.path.join(folder, "shown.json5"), "w") as file:
            file.write(shown)
        check("and shown as it can be used", millrace("config", "show", "--config", file.name).stdout == shown and "'eth-some': ['bybit-spot:ETHUSDT', " in shown, shown)
        with Serving(lake, "--config", path) as server:
            listing(check, server, tapes, baskets)
            for name, members in baskets.items():
                if name != "absent":
                    answers.run(check, server, tapes, name, members, name != "coins", draw, options.quick)
                    described(check, server, name, name != "coins")
            refusals(check, server, "eth-all")
            commands.run(check, server, folder, lake, path, baskets, tapes, options.quick)
            tags(check, folder, lake, tapes, server, *(("btc-all", btc, btc[0]) if real else ("eth-all", eth, eth[2])))
        changing(check, folder, lake, tapes, eth[2:5], draw)
        limited(check, folder, lake, tapes, "eth-all", eth)
        live.run(check, lambda url, path: json.loads(urllib.request.urlopen(url + path, timeout=60).read()), listening)
    check.finish()


if __name__ == "__main__":
    main()
