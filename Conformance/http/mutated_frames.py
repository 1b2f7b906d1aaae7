"""Frames damaged at random: of WebSockets whose routes read texts, and of OpenD. Every answer has to be a frame, and tell nothing."""
import json
import os
import socket
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "opend")]

import wire
from answers import SECRETS, Fault
from client import Closed
from frames import BINARY, CLOSE, TEXT, Socket, closing, frame

JSON_VALUES = [None, True, 0, -1, 1e400, "", "x", "x" * 5000, [], {}, [[[[[]]]]], "ohlcv.binance-spot.1m", ["ohlcv.binance-spot.1m"] * 200, "\0", "é"]
TEXTS = ["", "{", "[" * 5000, "{\"op\":", "null", "1", "\"x\"", "{\"op\":\"subscribe\",\"op\":\"x\"}", "{\"a\":" * 200 + "1" + "}" * 200]


def message(draw):
    """A text such as a client of a stream sends, with something wrong."""
    if draw.random() < 0.2:
        return draw.choice(TEXTS)
    fields = {"op": draw.choice(["subscribe", "unsubscribe", "ping", "heartbeat", "x"]), "id": draw.choice(["s1", "s2", 7]),
              "channels": [draw.choice(["ohlcv.binance-spot.1m", "flow.binance-spot.1s", "trades.binance-spot", "x.y.z", "ohlcv..1m"])]}
    for _ in range(draw.randint(0, 3)):
        fields[draw.choice([*fields, "symbols", "x"])] = draw.choice(JSON_VALUES)
    return json.dumps(fields)


def damaged(draw):
    """A frame of which anything may be wrong."""
    payload = message(draw).encode() if draw.random() < 0.7 else draw.randbytes(draw.choice([0, 1, 2, 44, 125, 126, 1000]))
    kind = draw.choice([1, 1, 1, 2, 2, 8, 9, 10, draw.randrange(16)])
    data = bytearray(frame(kind, payload, fin=draw.random() < 0.85, reserved=0 if draw.random() < 0.97 else draw.randrange(8),
                           masked=draw.random() < 0.98, length=None if draw.random() < 0.97 else draw.choice([0, 127, 70_000, 1 << 40])))
    while draw.random() < 0.1:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def sockets(address, path, count, draw, make=damaged):
    """Sends so many frames over as many connections as that takes; returns how many frames came back."""
    heard = 0
    while count > 0:
        part = min(count, draw.randint(1, 12))
        count -= part
        client = Socket(address, path, timeout=30)
        sent = b"".join(make(draw) for _ in range(part)) + (closing(1000) if draw.random() < 0.5 else b"")
        try:
            while sent:
                size = draw.choice([1, 7, 500, len(sent)]) if len(sent) < 4000 else len(sent)
                client.send(sent[:size])
                sent = sent[size:]
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            while True:
                opcode, payload = client.frame()
                heard += 1
                if opcode not in (TEXT, BINARY, CLOSE, 9, 10) or opcode == CLOSE and len(payload) == 1:
                    raise Fault(f"a frame {opcode} {payload[:80]!r}")
                if opcode in (TEXT, CLOSE):
                    payload[2 if opcode == CLOSE else 0:].decode()
                    if found := SECRETS.search(payload):
                        raise Fault(f"a frame tells {payload[max(0, found.start() - 60):found.end() + 60]!r}")
                if opcode == CLOSE and payload:
                    (code,) = struct.unpack(">H", payload[:2])
                    if code == 1011:
                        raise Fault("a frame was an error of the server")
        except Closed:
            if client.pending:
                raise Fault(f"a frame is cut off: {client.pending[:80]!r}") from None
        client.close()
    return heard


def opend_body(draw):
    body = draw.choice([wire.JUNE, wire.field(1, wire.field(1, 5)), wire.field(1, b""), b"", wire.field(1, wire.field(1, 91) + wire.field(2, b"CC.BTC")),
                        b'{"c2s":{"market":1,"dataType":0}}'])
    body = bytearray(body)
    for _ in range(draw.choice([0, 0, 1, 3])):
        at = draw.randrange(len(body) + 1)
        body[at:at + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 4))
    return bytes(body)


def opend_web(draw):
    """A message of OpenD's WebSocket in a frame, either of them damaged."""
    if draw.random() < 0.3:
        return damaged(draw)
    data = bytearray(b"ft-v1.0\0" + draw.choice([1, 3301, 3302, 1002, 7777]).to_bytes(4, "big") + draw.randbytes(8)
                     + draw.choice([b"\x0a\x0e\x22\x00\x32\x0aJavaScript", opend_body(draw)]))
    while draw.random() < 0.3:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return frame(BINARY, bytes(data[:draw.randint(0, len(data))] if draw.random() < 0.1 else data))


def opend_frame(draw):
    body = opend_body(draw)
    form = 1 if body.startswith(b"{") else 0
    changes = draw.choice([{}, {}, {}, {}, {"magic": b"FX"}, {"digest": draw.randbytes(20)}, {"form": draw.randrange(256)},
                           {"length": draw.choice([0, len(body) + 1, 1 << 21, 0xFFFFFFFF])}])
    data = bytearray(wire.frame(draw.choice([1001, 1002, 1004, 3301, 3302, 7777, draw.getrandbits(32)]), body, **({"form": form} | changes)))
    while draw.random() < 0.05:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data[:draw.randint(0, len(data))] if draw.random() < 0.02 else data)


def opend(port, count, draw):
    """The same over OpenD's own protocol; returns how many answers came."""
    heard = 0
    while count > 0:
        part = min(count, draw.randint(1, 12))
        count -= part
        peer = wire.Wire(port, hello=draw.random() < 0.9)
        try:
            peer.send(b"".join(opend_frame(draw) for _ in range(part)))
            peer.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        data = b""
        try:
            while part := peer.socket.recv(1 << 18):
                data += part
        except ConnectionResetError:
            # It closes without a word, whatever has not been read.
            data = b""
        while data:
            if len(data) < 44 or data[:2] != b"FT":
                raise Fault(f"no frame: {data[:80]!r}")
            length = wire.HEADER.unpack(data[:44])[5]
            body, data = data[44:44 + length], data[44 + length:]
            if len(body) < length or not body:
                raise Fault(f"a frame of {length} bytes has {len(body)}")
            if found := SECRETS.search(body):
                raise Fault(f"a frame tells {body[max(0, found.start() - 60):found.end() + 60]!r}")
            heard += 1
        peer.close()
    return heard
