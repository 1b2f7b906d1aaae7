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


def recorded(shared, name, kind, most=50):
    """The spellings of the first frames of a kind in a recording."""
    found = []
    with gzip.open(os.path.join(shared, name), "rt", errors="replace") as lines:
        for line in lines:
            at = line.find("{")
            if at < 0 or f'"{kind}"' not in line or "<-" in line[:at]:
                continue
            try:
                frame = json.loads(line[at:])
            except ValueError:
                continue
            if shape(frame)[0] == kind:
                found.append(shape(frame)[1])
                if len(found) == most:
                    break
    return found


# Payloads as the venues document them, where no recording has them in their present form.
DOCUMENTED = [
    ("binance-spot", "/ws", ["btcusdt@aggTrade"], "aggTrade",
     {"e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "0.1", "f": 100, "l": 105, "T": 1672515782136, "m": True,
      "M": True}),
    ("binance-futures", "/market/ws", ["btcusdt@aggTrade"], "aggTrade",
     {"e": "aggTrade", "E": 123456789, "s": "BTCUSDT", "a": 5933014, "p": "0.001", "q": "0.1", "nq": "0.1", "f": 100, "l": 105, "T": 123456785,
      "m": True, "st": 1}),
    ("okx", "/ws/v5/public", ["BTC-USDT"], "trades",
     {"arg": {"channel": "trades", "instId": "BTC-USDT"},
      "data": [{"instId": "BTC-USDT", "tradeId": "130639474", "px": "42219.9", "sz": "0.12060306", "side": "buy", "ts": "1630048897897",
                "count": "3", "source": "0", "seqId": 1234}]}),
    ("bybit", "/v5/public/linear", ["publicTrade.BTCUSDT"], "publicTrade",
     {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1672304486868,
      "data": [{"T": 1672304486865, "s": "BTCUSDT", "S": "Buy", "v": "0.001", "p": "16578.50", "L": "PlusTick",
                "i": "20f43950-d8dd-5b31-9112-a178eb6023af", "BT": False, "RPI": False, "seq": 1783284617}]}),
]


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
        elif host == "bybit":
            await socket.send_json({"op": "subscribe", "args": names})
        else:
            await socket.send_json({"method": "SUBSCRIBE", "params": names, "id": 1})
        while True:
            frame = json.loads((await asyncio.wait_for(socket.receive(), 20)).data)
            kind, found = shape(frame)
            if kind == wanted:
                return found


async def compare(check, simulator, shared):
    async with aiohttp.ClientSession() as session:
        for host, path, names, kind, sample in DOCUMENTED:
            ours = await simulated(simulator, session, host, path, names, kind)
            check.equal(f"{kind} of {host} as documented", loosened(ours), loosened(spelling(sample)))
        if not os.path.isdir(os.path.join(shared, "raw-websocket")):
            return check.skip("recorded frames are not here; see ../shared/data")
        for name, kind, host, path, names in RECORDINGS:
            found = recorded(shared, name, kind)
            if not check(f"{name} holds {kind}", found):
                continue
            ours = without(loosened(await simulated(simulator, session, host, path, names, kind)), SINCE)
            for real in found:
                if not check.equal(f"{kind} of {host} as in {name}", ours, without(loosened(real), SINCE)):
                    break


def run(check, simulator, shared):
    asyncio.run(compare(check, simulator, shared))
