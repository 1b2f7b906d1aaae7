#!/usr/bin/env python3
"""The native stream as WebSocket and as server-sent events, and the lists of instruments and holes: `native_client.py PORT`."""
import http.client
import json
import time

import pytest
import websockets
from websockets.sync.client import connect

from feed import MINUTE, PORT, START, ask, gap, get, main, tell, tick, trades, until

clock = START
number = 1
TOPICS = "trades:binance-futures:BTCUSDT,bars:binance-futures:BTCUSDT:1m,large:binance-futures:BTCUSDT,gaps:binance-futures:BTCUSDT"


def trade(count=1, **options):
    global number
    trades("BTCUSDT", number, count, clock + number, **options)
    number += count
    return number - count


class Events:
    """Server-sent events, read as the standard has it."""

    def __init__(self, topics=TOPICS, last=None, key=None, **parameters):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        query = "&".join([f"topics={topics}"] + [f"{name}={value}" for name, value in parameters.items()])
        headers = ({"Last-Event-ID": last} if last else {}) | ({"Authorization": f"Bearer {key}"} if key else {})
        self.connection.request("GET", f"/v1/stream?{query}", headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        assert self.response.headers["Content-Type"].startswith("text/event-stream")

    def next(self):
        fields = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            assert line or fields, "the stream has ended"
            if not line:
                if "data" in fields:
                    break
                fields = {}
            elif not line.startswith(":"):
                name, value = line.split(": ", 1)
                fields[name] = value
            else:
                self.response.readline()
        event = json.loads(fields["data"])
        assert event["type"] == fields["event"] and event.get("id") == fields.get("id"), fields
        return event

    def end(self):
        """Reads until the server ends the stream."""
        while self.response.readline():
            pass

    def close(self):
        self.response.close()
        self.connection.close()


class Socket:
    def __init__(self, topics=TOPICS, last=None, key=None, **parameters):
        query = "&".join([f"topics={topics}"] + [f"{name}={value}" for name, value in parameters.items()] + ([f"since={last}"] if last else []))
        self.socket = connect(f"ws://127.0.0.1:{PORT}/v1/stream?{query}", ping_interval=None,
                              additional_headers={"Authorization": f"Bearer {key}"} if key else None)

    def next(self):
        return json.loads(self.socket.recv(60))

    def end(self):
        """Reads until the server closes, which has to be for the key."""
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                self.socket.recv(60)
        assert closed.value.rcvd.code == 4001, closed.value

    def close(self):
        self.socket.close()


def live():
    """Trades, bars, large prints and gaps arrive, exact to the last digit"""
    for kind in (Socket, Events):
        client = kind()
        ready = client.next()
        assert ready["type"] == "ready" and ready["topics"] == [
            name + (":ohlcv" if name.startswith("bars") else "") for name in TOPICS.split(",")], ready
        tell("/commit", venue="binance-futures", symbol="BTCUSDT", id=number - 1, time=clock)
        first = trade(2, price="64000.10", quantity="0.001", side="sell")
        event = client.next()
        assert event["type"] == "trades" and event["venue"] == "binance-futures" and event["symbol"] == "BTCUSDT", event
        assert event["durable_id"] == str(first - 1)
        assert event["trades"][0] == {"id": str(first), "time": clock + first, "price": 64000.1, "quantity": 0.001, "side": "sell",
                                      "received": clock + first + 5}, event
        first = trade(price="64000.20", quantity="2.000")
        assert client.next()["type"] == "trades"
        large = client.next()
        assert large["type"] == "large" and large["trade"]["notional"] == 128000.4 and large["trade"]["id"] == str(first), large
        gap("BTCUSDT", (7, 9), (clock, clock + 5), "open", 3)
        event = client.next()
        assert event["type"] == "gap" and (event["state"], event["from_id"], event["to_id"], event["missing"]) == ("open", 7, 9, 3), event
        gap("BTCUSDT", (7, 9), (clock, clock + 5), "repaired", 0)
        assert client.next()["state"] == "repaired"
        finish(client)
        client.close()


def finish(client):
    """Ends the minute, and reads the bar that grows and the one that is final."""
    global clock
    stamp = clock
    tick(clock + 59_000_000)
    bar = client.next()
    assert bar["type"] == "bar" and bar["open"] is True and bar["time"] == stamp and bar["values"]["close"] == 64000.2, bar
    clock += MINUTE
    tick(clock + 2_000_000)
    while bar["open"]:
        bar = client.next()
    assert bar["interval"] == "1m" and bar["dataset"] == "ohlcv" and bar["time"] == stamp, bar


def resuming():
    """A client that comes back has what it missed, once and in order; one that was away too long is told to begin anew"""
    for kind in (Socket, Events):
        client = kind("trades:binance-futures:BTCUSDT,large:binance-futures:BTCUSDT")
        last = client.next()["id"]
        trade(price="64000.20", quantity="2.000")
        last = client.next()["id"]
        client.close()
        missed = [trade(price="64000.20", quantity="2.000") for _ in range(20)]
        client = kind("trades:binance-futures:BTCUSDT,large:binance-futures:BTCUSDT", last=last)
        events = [client.next() for _ in range(42)]
        # Events are told of on a thread of their own: what it has not told of yet when the client comes, follows what is live.
        place = [event["type"] for event in events].index("ready")
        ready = events.pop(place)
        # The large print of the trade before, then the trades and their large prints.
        assert [event["type"] for event in events] == ["large"] + ["trades", "large"] * 20, [event["type"] for event in events]
        assert [int(event["trades"][0]["id"]) for event in events if event["type"] == "trades"] == missed
        numbers = [int(event["id"].split("-")[1]) for event in events]
        assert numbers == sorted(set(numbers)) and ready["id"] == (events[place - 1]["id"] if place else last)
        new = trade()
        assert client.next()["trades"][0]["id"] == str(new)
        client.close()
        for old in ["other-5", "nonsense", last.split("-")[0] + "-999999"]:
            client = kind("trades:binance-futures:BTCUSDT", last=old)
            assert client.next() == {"type": "reset", "topic": "trades:binance-futures:BTCUSDT"}
            assert client.next()["type"] == "ready"
            client.close()
        # The server of these tests keeps 200 events of a topic.
        for _ in range(250):
            trade()
        client = kind("trades:binance-futures:BTCUSDT", last=last)
        assert client.next()["type"] == "reset" and client.next()["type"] == "ready"
        client.close()


def filtered():
    """Large prints are those that the client calls large"""
    client = Socket("large:binance-futures:BTCUSDT", min_notional=200000)
    client.next()
    trade(price="64000.20", quantity="2.000")
    large = trade(price="64000.20", quantity="4.000")
    assert client.next()["trade"]["id"] == str(large)
    client.close()


def refused():
    """What cannot be followed is refused in plain HTTP"""
    for topics, status in [("", 400), ("trades", 400), ("trades:nowhere", 400), ("dances:binance-futures:BTCUSDT", 400),
                           ("bars:binance-futures:BTCUSDT", 400), ("bars:binance-futures:BTCUSDT:5m", 404),
                           ("trades:binance-futures:NONE", 404), ("trades:okx-perps:BTCUSDT", 404)]:
        found, body = ask("/v1/stream", topics=topics)
        assert found == status and json.loads(body)["error"]["message"], (topics, found, body)
        with pytest.raises(websockets.InvalidStatus) as failure:
            connect(f"ws://127.0.0.1:{PORT}/v1/stream?topics={topics}")
        assert failure.value.response.status_code == status
    assert ask("/v1/stream", topics=TOPICS, min_notional="x")[0] == 400


def repaired():
    """A repair tells of its trades as late, and of the bar again, with a higher revision"""
    global clock
    for round, kind in enumerate((Socket, Events)):
        client = kind("trades:binance-futures:SOLUSDT,bars:binance-futures:SOLUSDT:1m,gaps:binance-futures:SOLUSDT")
        client.next()
        stamp, first = clock, 1 + round * 100
        trades("SOLUSDT", first, 2, clock)
        trades("SOLUSDT", first + 4, 2, clock + 4)
        gap("SOLUSDT", (first + 2, first + 3), (clock + 1, clock + 4), "open", 2)
        clock += MINUTE
        tick(clock + 2_000_000)
        seen = [client.next()]
        while seen[-1]["type"] != "bar" or seen[-1]["open"]:
            seen.append(client.next())
        assert [event["type"] for event in seen if event["type"] != "bar"] == ["trades", "trades", "gap"], seen
        assert seen[-1]["revision"] == 0 and seen[-1]["quality"] == "gap" and seen[-1]["values"]["trade_count"] == 4, seen[-1]
        trades("SOLUSDT", first + 2, 2, stamp + 2, price="100.75", late=1)
        gap("SOLUSDT", (first + 2, first + 3), (stamp + 1, stamp + 4), "repaired", 0)
        tick(clock + 3_000_000)
        tick(clock + 5_000_000)
        seen = [client.next()]
        # Told of the trades and of the hole, and in one revision or two of the bar.
        while seen[-1]["type"] != "bar" or seen[-1]["values"]["trade_count"] < 6:
            seen.append(client.next())
        late = next(event for event in seen if event["type"] == "trades")
        assert [trade["late"] for trade in late["trades"]] == [True, True], late
        assert next(event for event in seen if event["type"] == "gap")["state"] == "repaired"
        bar = seen[-1]
        assert bar["time"] == stamp and bar["open"] is False and bar["revision"] >= 1 and bar["quality"] == "repaired", bar
        assert bar["values"]["high"] == 100.75 and bar["values"]["volume"] == 1.5, bar
        client.close()


def revoked():
    """Streams that need no key end when the first key is made, and those of a key when it is revoked"""
    loose = [Socket(), Events()]
    keys = tell("/key"), tell("/key")
    for client in loose:
        client.end()
    for kind, key in zip((Socket, Events), keys):
        while ask("/v1/instruments", headers={"Authorization": f"Bearer {key}"})[0] != 200:
            time.sleep(0.01)
        client = kind(key=key)
        assert client.next()["type"] == "ready"
        loose.append(client)
    began = time.monotonic()
    tell("/revoke")
    for client in loose[2:]:
        client.end()
    print(f"revoked keys ended their streams after {time.monotonic() - began:.2f} s")


def limited():
    """A plan may have so many streams of both kinds at once, or none"""
    two, still = tell("/key", plan="two"), tell("/key", plan="still")
    bearer = {"Authorization": f"Bearer {two}"}
    until(lambda: ask("/v1/instruments", headers=bearer)[0] == 200, "the key is known")

    def refused():
        status, body = ask("/v1/stream", headers=bearer, topics=TOPICS)
        return status == 429 and "as many streams open as plan 'two' allows: 2" in json.loads(body)["error"]["message"]

    for first, second in ((Socket, Events), (Events, Events), (Socket, Socket)):
        clients = [joined(first, two), joined(second, two)]
        for client in clients:
            assert client.next()["type"] == "ready"
        assert refused()
        with pytest.raises(websockets.InvalidStatus) as answer:
            Socket(key=two)
        assert answer.value.response.status_code == 429 and answer.value.response.headers["Retry-After"] == "5"
        clients[0].close()
        until(lambda: not refused_stream(two), "a place is free")
        clients[1].close()
        until(lambda: open_streams(two, 2), "both places are free")
    status, body = ask("/v1/stream", headers={"Authorization": f"Bearer {still}"}, topics=TOPICS)
    assert status == 403 and "plan 'still' does not include the stream" in json.loads(body)["error"]["message"], body


def joined(kind, key):
    """A stream of a kind; the server notices a moment later that those before have been closed."""
    end = time.monotonic() + 20
    while True:
        try:
            return kind(key=key)
        except (AssertionError, websockets.InvalidStatus):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def refused_stream(key):
    """Whether a stream is refused for there being too many; one that is not is closed again."""
    try:
        Socket(key=key).close()
        return False
    except websockets.InvalidStatus as answer:
        assert answer.response.status_code == 429
        return True


def open_streams(key, count):
    """Whether so many streams can be opened at once; they are closed again."""
    streams = []
    try:
        for _ in range(count):
            streams.append(Socket(key=key))
        return True
    except websockets.InvalidStatus:
        return False
    finally:
        for stream in streams:
            stream.close()


def lists():
    """Instruments and holes are listed, by page"""
    instruments = get("/v1/instruments")["instruments"]
    assert [each["symbol"] for each in instruments] == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    btc = get("/v1/instruments", venue="binance-futures", symbol="BTCUSDT")["instruments"]
    assert len(btc) == 1 and btc[0]["state"] == "live" and btc[0]["atlas"] == "perpetual-BTC-USDT:USDT" and btc[0]["lag"] == 5, btc
    assert btc[0]["durable_id"] and btc[0]["kind"] == "linear" and btc[0]["open_gaps"] == 0
    assert get("/v1/instruments", venue="okx-perps")["instruments"] == []
    for place in range(25):
        gap("ETHUSDT", (100 * place + 1, 100 * place + 5), (START + place * 100, START + place * 100 + 50), "abandoned" if place % 5 == 0 else "open", 5)
    found, after = [], None
    while True:
        page = get("/v1/gaps", limit=10, **({"after": after} if after else {}))
        found += page["gaps"]
        after = page["next"]
        if after is None:
            break
    assert [each["from_id"] for each in found] == [100 * place + 1 for place in range(25)], found
    assert found[0] == {"venue": "binance-futures", "symbol": "ETHUSDT", "state": "abandoned", "from_id": 1, "to_id": 5, "missing": 5,
                        "time_from": START, "time_to": START + 50}, found[0]
    assert len(get("/v1/gaps", state="abandoned")["gaps"]) == 5 and get("/v1/gaps", state="repaired")["gaps"] == []
    assert [each["from_id"] for each in get("/v1/gaps", **{"from": START + 1020, "to": START + 1210})["gaps"]] == [1001, 1101, 1201]
    assert get("/v1/gaps", symbol="BTCUSDT")["gaps"] == []
    for parameters in [{"venue": "NOT A VENUE"}, {"state": "lost"}, {"after": "x"}, {"from": "yesterday"}]:
        assert ask("/v1/gaps", **parameters)[0] == 400, parameters


if __name__ == "__main__":
    main(live, resuming, filtered, refused, lists, repaired, revoked, limited)
