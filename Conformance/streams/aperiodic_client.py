#!/usr/bin/env python3
"""The Aperiodic stream, asked by the vendor's own client: `aperiodic_client.py PORT PRO TIER1 LEAVING`, three keys."""
import asyncio
import json
import sys
import threading
import time
import warnings

import aperiodic
import pytest
import websockets
from websockets.sync.client import connect

from feed import MINUTE, PORT, START, gap, main, tell, tick, trades, until

STREAM = f"ws://127.0.0.1:{PORT}/api/v1/stream"
PRO, TIER1, LEAVING = sys.argv[2:5]
BTC, ETH, SOL = (f"perpetual-{base}-USDT:USDT" for base in ("BTC", "ETH", "SOL"))
clock = START


def bar(*natives, rows=3, price="100.50"):
    """A minute with trades of some symbols, which then ends."""
    global clock
    for native in natives:
        trades(native, 1 + (clock - START) // MINUTE * 1000, rows, clock, price=price)
    clock += MINUTE
    tick(clock + 2_000_000)
    return clock - MINUTE


class Reader:
    """Iterates a stream of the client on a thread of its own."""

    def __init__(self, **options):
        self.stream = aperiodic.stream(PRO, stream_url=STREAM, **options)
        self.messages, self.error = [], None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            for message in self.stream:
                self.messages.append(message)
        except Exception as error:
            self.error = error

    def subscribed(self):
        return until(lambda: self.stream.subscription or self.error, "the subscription")

    def wait(self, count):
        until(lambda: len(self.messages) >= count or self.error, f"message {count}")
        assert self.error is None, self.error
        return self.messages

    def close(self):
        self.stream.close()
        self.thread.join(60)
        assert not self.thread.is_alive()


def rows():
    """Rows arrive as the vendor's client wants them, snapshots first, for all symbols or some"""
    first = bar("BTCUSDT", "ETHUSDT")
    everything = Reader(dataset="ohlcv", exchange="binance-futures", interval="1m")
    assert everything.subscribed().channels == ("ohlcv.binance-futures.1m",) and not everything.stream.subscription.rejected
    one = Reader(channels=[{"dataset": "flow", "exchange": "binance-futures", "interval": "1m", "symbols": [ETH]}, "vtwap.binance-futures.1m"])
    assert set(one.subscribed().channels) == {"flow.binance-futures.1m", "vtwap.binance-futures.1m"}
    snapshots = everything.wait(2)
    assert {message.data["symbol"] for message in snapshots} == {BTC, ETH} and all(message.snapshot for message in snapshots)
    assert all(message.data["time"] == first and message.data["interval"] == "1m" for message in snapshots)
    assert snapshots[0].data == {"symbol": snapshots[0].data["symbol"], "interval": "1m", "time": first, "open": 100.5, "high": 100.5,
                                 "low": 100.5, "close": 100.5, "volume": 0.75, "volume_notional": 75.375}, snapshots[0].data
    one.wait(3)
    second = bar("BTCUSDT", "ETHUSDT", price="101.25")
    live = everything.wait(4)[2:]
    assert all(message.data["time"] == second and message.data["close"] == 101.25 and not message.snapshot for message in live)
    messages = one.wait(6)
    assert [message.data["symbol"] for message in messages if message.channel.startswith("flow")] == [ETH, ETH]
    # One trade a bar has no deviation: null, which is missing in Python.
    third = bar("ETHUSDT", rows=1)
    flow = [message for message in one.wait(8) if message.channel.startswith("flow")][-1]
    assert flow.data["time"] == third and None in flow.data.values()
    everything.wait(5)
    assert {message.channel for message in everything.messages} == {"ohlcv.binance-futures.1m"}
    for reader in (everything, one):
        reader.close()
        assert reader.error is None


def repaired():
    """A repair sends the row of its bar again, with the trades that were missing"""
    global clock
    reader = Reader(channels=[{"dataset": "ohlcv", "exchange": "binance-futures", "interval": "1m", "symbols": [SOL]}])
    reader.subscribed()
    stamp = clock
    trades("SOLUSDT", 1, 2, clock)
    trades("SOLUSDT", 5, 2, clock + 4)
    gap("SOLUSDT", (3, 4), (clock + 1, clock + 4), "open", 2)
    clock += MINUTE
    tick(clock + 2_000_000)
    assert reader.wait(1)[0].data["volume"] == 1.0, reader.messages
    trades("SOLUSDT", 3, 2, stamp + 2, price="100.75", late=1)
    gap("SOLUSDT", (3, 4), (stamp + 1, stamp + 4), "repaired", 0)
    tick(clock + 3_000_000)
    tick(clock + 5_000_000)
    row = reader.wait(2)[-1]
    assert row.data["time"] == stamp and row.data["high"] == 100.75 and row.data["volume"] == 1.5 and not row.snapshot, row
    reader.close()


def rejections():
    """What cannot be streamed is rejected with the vendor's codes, alone or beside what can"""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        reader = Reader(channels=[
            "ohlcv.binance-futures.1m", "funding.binance-futures.1m", "nothing.binance-futures.1m", "ohlcv.nowhere.1m",
            "ohlcv.okx-perps.1m", "ohlcv.binance-futures.5m", "ohlcv.binance-futures.7m", "ohlcv.binance-futures.15s",
            {"dataset": "ohlcv", "exchange": "binance-futures", "interval": "1m", "symbols": [BTC, "spot-X-Y"]},
        ])
        subscription = reader.subscribed()
        reader.close()
    codes = {(rejection.channel, rejection.code) for rejection in subscription.rejected}
    assert subscription.channels == ("ohlcv.binance-futures.1m",), subscription
    assert codes == {
        ("funding.binance-futures.1m", "not_live"), ("nothing.binance-futures.1m", "unknown_channel"), ("ohlcv.nowhere.1m", "unknown_channel"),
        ("ohlcv.okx-perps.1m", "not_live"), ("ohlcv.binance-futures.5m", "not_live"), ("ohlcv.binance-futures.7m", "unknown_channel"),
        ("ohlcv.binance-futures.15s", "not_live"), ("ohlcv.binance-futures.1m", "not_live")}, codes
    assert all(rejection.message for rejection in subscription.rejected) and seen
    with pytest.raises(aperiodic.StreamSubscriptionError) as refused:
        next(iter(aperiodic.stream(PRO, channels=["nothing.binance-futures.1m"], stream_url=STREAM)))
    assert [rejection.code for rejection in refused.value.rejected] == ["unknown_channel"]


def refusals():
    """A handshake is refused in plain HTTP with the vendor's words"""
    for key, status, code in [("wrong", 401, None), ("DEMO-KEY", 401, None), (TIER1, 403, "live_not_in_plan")]:
        with pytest.raises(aperiodic.APIError) as refused:
            next(iter(aperiodic.stream(key, channels=["ohlcv.binance-futures.1m"], stream_url=STREAM)))
        assert refused.value.status_code == status and refused.value.code == code, (key, refused.value)
    sockets = []
    with pytest.raises(websockets.InvalidStatus) as refused:
        for _ in range(11):
            sockets.append(connect(STREAM, additional_headers={"X-API-KEY": PRO}))
    response = refused.value.response
    assert len(sockets) == 10 and response.status_code == 429 and json.loads(response.body)["code"] == "max_connections"
    assert response.headers["Retry-After"]
    for socket in sockets:
        socket.close()
    # Their places come free.
    def free():
        try:
            connect(STREAM, additional_headers={"X-API-KEY": PRO}).close()
            return True
        except websockets.InvalidStatus:
            return False
    until(free, "a free place")


def control():
    """Control frames are answered, bad ones named, and too many end the connection with 1008"""
    def say(socket, frame):
        socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
        return json.loads(socket.recv(60))

    with connect(STREAM, additional_headers={"X-API-KEY": PRO}) as socket:
        assert say(socket, {"op": "ping", "id": "p"}) == {"op": "pong", "id": "p"}
        for frame in ["{", "[]", "7", '{"op":"dance"}', '{"op":"subscribe","channels":"x"}', '{"op":"subscribe","channels":["a.b"]}']:
            answer = say(socket, frame)
            assert answer["op"] == "error" and answer["code"] == "invalid_message" and answer["message"], answer
        time.sleep(1.1)
        assert say(socket, b"\0")["code"] == "invalid_message"
        many = [{"dataset": "ohlcv", "exchange": "binance-futures", "interval": "1m", "symbols": [BTC]}] + ["x.y.z"] * 199
        answer = say(socket, {"op": "subscribe", "id": "s1", "channels": many})
        assert answer["op"] == "subscribed" and answer["id"] == "s1" and len(answer["rejected"]) == 199
        assert json.loads(socket.recv(60))["snapshot"] is True
        answer = say(socket, {"op": "unsubscribe", "id": "u", "channels": ["ohlcv.binance-futures.1m", "flow.binance-futures.1m"]})
        assert answer["op"] == "unsubscribed" and answer["channels"] == ["ohlcv.binance-futures.1m"]
        assert [rejection["code"] for rejection in answer["rejected"]] == ["unknown_channel"]
        bar("BTCUSDT")
        assert say(socket, {"op": "ping"}) == {"op": "pong"}
        with pytest.raises(websockets.ConnectionClosed) as closed:
            for _ in range(500):
                socket.send('{"op":"ping"}')
            while True:
                socket.recv(60)
        assert closed.value.rcvd.code == 1008


def thousand():
    """A thousand subscribers each get every row"""
    async def follow(started):
        async with websockets.connect(STREAM, additional_headers={"X-API-KEY": LEAVING}, open_timeout=120, ping_interval=None) as socket:
            await socket.send(json.dumps({"op": "subscribe", "id": "s1", "channels": ["ohlcv.binance-futures.1m"]}))
            assert json.loads(await socket.recv())["op"] == "subscribed"
            rows = []
            started.release()
            while len(rows) < 5:
                frame = json.loads(await socket.recv())
                if frame.get("channel") and not frame.get("snapshot"):
                    rows.append(frame["data"]["time"])
            return rows

    async def run():
        started = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(follow(started)) for _ in range(1000)]
        for _ in tasks:
            await started.acquire()
        times = []
        for _ in range(5):
            times.append(await asyncio.to_thread(bar, "BTCUSDT"))
        for rows in await asyncio.gather(*tasks):
            assert rows == times

    asyncio.run(run())


def revoked():
    """A revoked key ends the connection with 4001, which the client does not try again"""
    stream = aperiodic.stream(LEAVING, channels=["ohlcv.binance-futures.1m"], stream_url=STREAM)
    iterator = iter(stream)
    next(iterator)
    tell("/revoke", key=LEAVING)
    with pytest.raises(aperiodic.StreamClosedError) as closed:
        while True:
            next(iterator)
    assert closed.value.code == 4001


if __name__ == "__main__":
    main(rows, repaired, rejections, refusals, control, thousand, revoked)
