#!/usr/bin/env python3
"""WebSockets, frame by frame: handshakes, fragments, control frames, and everything that RFC 6455 forbids."""
import os
import random
import struct
import sys
import time

from client import Closed, Connection, main, once
from frames import BINARY, CLOSE, PING, PONG, TEXT, Socket, closing, frame, key, request

ECHO = "/streams/echo"


def answer(address, text):
    connection = Connection(address)
    connection.send(text)
    response = connection.response()
    connection.close()
    return response


def handshakes(address):
    """Handshakes are answered as RFC 6455 has it, and refused in plain HTTP"""
    for changes in [{"Connection": "keep-alive, Upgrade"}, {"Connection": ["keep-alive", "upgrade"]}, {"Upgrade": "WebSocket"},
                    {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}]:
        assert answer_101(address, changes).header("Sec-WebSocket-Extensions") is None
    assert answer_101(address, {"Sec-WebSocket-Protocol": "one, two"}).header("Sec-WebSocket-Protocol") == "two"
    assert answer_101(address, {"Sec-WebSocket-Protocol": "three"}).header("Sec-WebSocket-Protocol") is None
    good = key()
    for changes, status in [
        ({"Upgrade": None}, 426), ({"Upgrade": "h2c"}, 426), ({"Connection": None}, 400), ({"Connection": "keep-alive"}, 400),
        ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "short"}, 400), ({"Sec-WebSocket-Key": good[:-1]}, 400),
        ({"Sec-WebSocket-Key": good[:21] + "B=="}, 400), ({"Sec-WebSocket-Key": [good, good]}, 400),
        ({"Sec-WebSocket-Version": None}, 426), ({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Version": "13, 8"}, 426),
    ]:
        response = answer(address, request(ECHO, good, **changes))
        assert response.status == status, (changes, response.status, response.body)
    assert answer(address, request(ECHO, good, Sec_WebSocket_Version="8")).header("Sec-WebSocket-Version") == "13"
    assert answer(address, request(ECHO, good).replace("GET", "POST")).status == 405
    old = Connection(address)
    old.send(request(ECHO, good).replace("HTTP/1.1", "HTTP/1.0"))
    try:
        assert old.response().status in (400, 426, 505)
    except Closed:
        pass
    # A gate before the handshake refuses in plain HTTP.
    assert answer(address, request("/streams/guarded", good)).status == 401


def answer_101(address, changes):
    connection = Connection(address)
    connection.send(request(ECHO, key(), **changes))
    response = connection.response(head=True)
    assert response.status == 101, (changes, response.status)
    connection.close()
    return response


def messages(address):
    """Messages come back, whole or in pieces, with control frames between"""
    # The first frame may come with the handshake.
    client = Socket(address, ECHO, behind=frame(TEXT, b"early"))
    assert client.frame() == (TEXT, b"early")
    for size in [0, 1, 125, 126, 127, 65535, 65536, 200_000]:
        payload = os.urandom(size)
        client.send(frame(BINARY, payload))
        assert client.frame() == (BINARY, payload), size
    client.send(frame(TEXT, "größer €".encode()))
    assert client.frame() == (TEXT, "größer €".encode())
    # A character, a message and a frame in pieces, with pings between.
    client.send(frame(TEXT, b"h\xe2", fin=False) + frame(PING, b"between") + frame(0, b"\x82", fin=False) + frame(0, b"", fin=False)
                + frame(0, b"\xac!"))
    assert client.frame() == (PONG, b"between") and client.frame() == (TEXT, "h€!".encode())
    for byte in frame(TEXT, b"drop by drop"):
        client.send(bytes([byte]))
    assert client.frame() == (TEXT, b"drop by drop")
    for payload in [b"", b"x" * 125]:
        client.send(frame(PING, payload))
        assert client.frame() == (PONG, payload)
    client.send(frame(PONG, b"unasked") + frame(TEXT, b"still here"))
    assert client.frame() == (TEXT, b"still here")
    client.send(b"".join(frame(TEXT, str(number).encode()) for number in range(1000)))
    assert [client.frame()[1] for _ in range(1000)] == [str(number).encode() for number in range(1000)]
    client.send(closing(1000, b"bye"))
    assert client.code() == 1000


def closes(address):
    """Either side closes"""
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]:
        client = Socket(address, ECHO)
        client.send(closing(code))
        assert client.code() == code, code
    client = Socket(address, ECHO)
    client.send(closing())
    assert client.code() in (1000, 1005)
    # What is sent after a close is not answered.
    client = Socket(address, ECHO)
    client.send(closing(1000) + frame(TEXT, b"late"))
    assert client.code() in (1000, None)
    for wanted in [1000, 4001]:
        client = Socket(address, f"/streams/echo?close={wanted}")
        client.send(frame(TEXT, b"close me"))
        opcode, payload = client.frame()
        assert opcode == CLOSE and payload == struct.pack(">H", wanted) + b"as you wish", payload
        client.send(closing(wanted))
        try:
            client.more()
            raise AssertionError("the server does not close")
        except Closed:
            pass


def faults(address):
    """What is forbidden closes the socket with the code that says why"""
    big = 1 << 16
    wrong = []
    for code, text in [
        (1002, frame(TEXT, b"unmasked", masked=False)), (1002, frame(TEXT, b"reserved", reserved=4)), (1002, frame(TEXT, b"", reserved=2)),
        (1002, frame(TEXT, b"", reserved=1)), (1002, frame(3)), (1002, frame(7, b"x")), (1002, frame(11)), (1002, frame(15)),
        (1002, frame(PING, fin=False)), (1002, frame(PING, b"x" * 126)), (1002, frame(CLOSE, b"x" * 126)),
        (1002, frame(0, b"nothing to continue")), (1002, frame(TEXT, b"a", fin=False) + frame(TEXT, b"b")),
        (1002, frame(TEXT, b"a", fin=False) + frame(0, b"b", reserved=4)),
        (1002, frame(BINARY, length=1 << 63)), (1002, frame(CLOSE, b"x")),
        (1002, closing(0)), (1002, closing(999)), (1002, closing(1004)), (1002, closing(1005)), (1002, closing(1006)),
        (1002, closing(1015)), (1002, closing(1016)), (1002, closing(2999)), (1002, closing(5000)), (1002, closing(65535)),
        (1007, closing(1000, b"\xff")), (1007, frame(TEXT, b"\xff")), (1007, frame(TEXT, b"\xed\xa0\x80")),
        (1007, frame(TEXT, b"\xf4\x90\x80\x80")), (1007, frame(TEXT, b"\xc0\xaf")), (1007, frame(TEXT, b"ends in \xe2\x82")),
        (1007, frame(TEXT, b"a", fin=False) + frame(0, b"\xff", fin=False)),
        (1009, frame(BINARY, b"x" * (4 * big + 1))), (1009, frame(BINARY, b"x", length=1 << 40)),
        (1009, frame(BINARY, b"x" * (4 * big), fin=False) + frame(0, b"x")),
    ]:
        client = Socket(address, ECHO)
        try:
            client.send(text)
        except (BrokenPipeError, ConnectionResetError):
            pass
        found = client.code()
        if found != code:
            wrong.append((code, found, text[:20]))
    assert not wrong, wrong
    client = Socket(address, ECHO)
    client.send(frame(BINARY, b"x" * (4 * big)))
    assert client.frame() == (BINARY, b"x" * (4 * big))
    # Half a frame, and gone.
    client = Socket(address, ECHO)
    client.send(frame(TEXT, b"x" * 1000)[:500])
    client.close()


def fuzz(address):
    """Frames with every field at random, and good ones with bytes changed: whatever comes, the server answers or closes"""
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(300):
        client = Socket(address, ECHO, timeout=60)
        parts = []
        for _ in range(chance.randrange(1, 12)):
            payload = chance.randbytes(chance.choice([0, 1, 2, 10, 125, 126, 1000]))
            if chance.random() < 0.5:
                payload = "añb€".encode() * (len(payload) // 8)
            text = bytearray(frame(
                chance.choice([0, 1, 1, 2, 2, 8, 9, 10, chance.randrange(16)]), payload, fin=chance.random() < 0.7,
                reserved=0 if chance.random() < 0.95 else chance.randrange(8), masked=chance.random() < 0.97))
            while chance.random() < 0.1:
                text[chance.randrange(len(text))] = chance.randrange(256)
            parts.append(bytes(text))
        text = b"".join(parts)
        try:
            while text:
                size = chance.choice([1, 7, 100, len(text)])
                client.send(text[:size])
                text = text[size:]
            # Ends whatever the server still waits for, if it waits.
            client.socket.shutdown(1)
        except OSError:
            pass
        code = client.code()
        assert code in (None, 1000, 1002, 1005, 1007, 1009) or 1000 <= code <= 4999, (seed, code)
        client.close()


def slow(address):
    """A client that does not read is dropped with the code that the route gives, and hears so if it reads at last"""
    client = Socket(address, "/streams/feed", timeout=60)
    wait(address, lambda count: count == 1)
    for _ in range(400):
        once(address, "/streams/publish?count=20&size=5000", method="POST")
        if counts(address) == 0:
            break
    assert counts(address) == 0
    assert client.code() == 4008


def counts(address):
    return int(once(address, "/streams/count").body)


def wait(address, wanted):
    end = time.monotonic() + 60
    while not wanted(counts(address)):
        assert time.monotonic() < end, counts(address)
        time.sleep(0.01)


def nothing_is_left(address):
    """Every session has been told that it is over"""
    wait(address, lambda count: count == 0)


if __name__ == "__main__":
    main(handshakes, messages, closes, faults, slow, fuzz, nothing_is_left)
