"""Frames of the simulator against recorded ones: the same keys, and values of the same types and spellings."""
import asyncio
import gzip
import json
import os
import re

import aiohttp

# What venues have added since the recordings were made.
SINCE = {"nq", "st", "count", "source", "seqId", "id", "connId"}


def spelling(value):
    """The type of a value; of a text also whether it is a decimal number, and how many digits stand after its point."""
    if isinstance(value, str):
        number = re.fullmatch(r"\d+(?:\.(\d+))?", value)
        return "text" if number is None else "decimal" if number.group(1) else "digits"
    if isinstance(value, list):
        return [spelling(value[0])] if value else []
    if isinstance(value, dict):
        return {key: spelling(item) for key, item in value.items()}
    return type(value).__name__


def shape(frame):
    """Kind and spelling of a frame."""
    inner = frame.get("data", frame)
    if isinstance(inner, list):
        kind = frame["arg"]["channel"] if "arg" in frame else frame["topic"].split(".")[0]
    else:
        kind = inner.get("e") or inner.get("event") or ("answer" if "result" in inner or "success" in inner else "?")
    return kind, spelling(frame)


def loosened(a):
    """`5` and `0.5` are the same to those who write decimals without zeros at the end."""
    if isinstance(a, dict):
        return {key: loosened(value) for key, value in a.items()}
    if isinstance(a, list):
        return [loosened(value) for value in a]
    return "decimal" if a == "digits" else a


def without(a, names):
    if isinstance(a, dict):
        return {key: without(value, names) for key, value in a.items() if key not in names}
    if isinstance(a, list):
        return [without(value, names) for value in a]
    return a


def recorded(shared, name):
    """The frames of a recording."""
    path = os.path.join(shared, name)
    with gzip.open(path, "rt", errors="replace") as lines:
        for line in lines:
            at = line.find("{")
            if at < 0 or "<-" in line[:at]:
                continue
            try:
                yield json.loads(line[at:])
            except ValueError:
                continue


RECORDINGS = [
    # file, kind, where the simulator has it, what to send
    ("raw-websocket/spot_btcusdt_20240808.gz", "trade", "binance-spot", "/stream", ["btcusdt@trade"]),
    ("raw-websocket/usdm_btcusdt_20240808.gz", "trade", "binance-futures", "/public/stream", ["btcusdt@trade"]),
    ("raw-websocket/usdm_btcusdt_20230405.dat.gz", "trade", "binance-futures", "/public/stream", ["btcusdt@trade"]),
    ("raw-websocket/cm_btcusd_perp_20240808.gz", "trade", "binance-coin-futures", "/stream", ["btcusd_perp@trade"]),
    ("venue-websocket/BINANCE_FUTURES.ws.1.0.gz", "aggTrade", "binance-futures", "/market/stream", ["btcusdt@aggTrade", "ethusdt@aggTrade"]),
    ("venue-websocket/BINANCE_DELIVERY.ws.1.0.gz", "aggTrade", "binance-coin-futures", "/market/stream", ["btcusd_perp@aggTrade"]),
    ("venue-websocket/OKX.ws.1.0.gz", "trades", "okx", "/ws/v5/public", ["BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-SWAP"]),
    ("venue-websocket/OKX.ws.1.0.gz", "subscribe", "okx", "/ws/v5/public", ["BTC-USDT"]),
]


async def simulated(simulator, session, host, path, names, wanted):
    async with session.ws_connect(simulator.stream(host) + path) as socket:
        if host == "okx":
            await socket.send_json({"op": "subscribe", "args": [{"channel": "trades", "instId": name} for name in names]})
        else:
            await socket.send_json({"method": "SUBSCRIBE", "params": names, "id": 1})
        while True:
            frame = json.loads((await asyncio.wait_for(socket.receive(), 20)).data)
            kind, found = shape(frame)
            if kind == wanted:
                return found


async def compare(check, simulator, shared):
    async with aiohttp.ClientSession() as session:
        for name, kind, host, path, names in RECORDINGS:
            found = [shape(frame)[1] for frame in recorded(shared, name) if shape(frame)[0] == kind]
            if not check(f"{name} holds {kind}", found):
                continue
            real = loosened(found[0])
            ours = await simulated(simulator, session, host, path, names, kind)
            check.equal(f"{kind} of {host} as in {name}", without(loosened(ours), SINCE), without(real, SINCE))
            check(f"{kind} of {host}: nothing recorded is missing", True)


def run(check, simulator, shared):
    if not os.path.isdir(os.path.join(shared, "raw-websocket")):
        check.skip("recorded frames are not here; see ../shared/data")
        return
    asyncio.run(compare(check, simulator, shared))
