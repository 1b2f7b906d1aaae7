#!/usr/bin/env python3
"""Requests damaged at random. Usage: mutated.py PORT [COUNT] [SEED]

Half of them are requests of a route with one thing changed that a client says: method, path, query, header, framing. The other half are
bytes of such requests changed, dropped, repeated and cut.
"""
import os
import random
import selectors
import socket
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import answers
from client import healthy

# The routes of the tests' server: method, target.
ROUTES = [("GET", "/hello"), ("GET", "/repeat?n=a%20b&m=1"), ("GET", "/file"), ("POST", "/echo"), ("PUT", "/echo"), ("GET", "/large"),
          ("GET", "/long?n=10"), ("GET", "/api/repeat?n=1"), ("POST", "/api/echo"), ("GET", "/page"), ("GET", "/streams/count"),
          ("GET", "/streams/events"), ("GET", "/streams/echo")]
WORDS = [b"\r\n", b"\r", b"\n", b"\0", b" ", b":", b"%", b"%00", b"%ff", b"?", b"&", b"=", b"\xff\xfe", b"A" * 3000, b"-1", b"99999999999999999999",
         b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b\r\n", b"HTTP/1.1", b"HTTP/0.9", b"GET ", b"{", b"..", b"/"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "G", "", "GET GET", "PRI", "\x00", "A" * 300]
SEGMENTS = ["..", ".", "", "%2e%2e", "%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "..\\..", "%00", "%", "%zz", "%c0%ae%c0%ae", "a" * 500,
            "%252e%252e", ";", "é", "%ff", "~", "*", "....//", "catalogue.sqlite", ".hidden", "-", "{name}"]
VALUES = ["", "-1", "0", "1", "99999999999999999999", "1e400", "NaN", "inf", "0x10", "1.5", "-0", "%00", "%ff", "%", "a", "BTCUSDT", "btcusdt", "BTC",
          "../..", "..%2f..%2fetc%2fpasswd", "'", "\"", "1' OR '1'='1", "{}", "[]", "a,b,c,,", "," * 200, "%F0%9F%92%A9", "1m", "1s", "1h", "all",
          "2020-01-01", "0000-00-00", "2999-12-31", "1763683200000000", "-9223372036854775808", "9223372036854775807", "x" * 1500, "+", "%2B", "null"]
HEADERS = [("Range", ["bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=0-18446744073709551616", "lines=1", "bytes=0-1,3-4", ""]),
           ("If-None-Match", ["*", "\"a\"", "W/\"a\"", "\""]), ("If-Range", ["\"a\"", "yesterday"]),
           ("Accept-Encoding", ["gzip", "gzip;q=0", "*", "gzip;q=", "br, gzip;q=1.000, *;q=0", ";;;,,,", "identity"]),
           ("Connection", ["close", "keep-alive", "Upgrade", "upgrade, close", "x"]), ("Upgrade", ["websocket", "WebSocket", "h2c", ""]),
           ("Sec-WebSocket-Key", ["AAAAAAAAAAAAAAAAAAAAAA==", "x", ""]), ("Sec-WebSocket-Version", ["13", "8", "x"]),
           ("Sec-WebSocket-Protocol", ["a, b", ",", "x" * 500]), ("Origin", ["null", "http://evil.example", "http://localhost", "x", ""]),
           ("Host", ["evil.example", "", "localhost:1", "[", "127.0.0.1:99999", "a" * 300]), ("Expect", ["100-continue", "200-ok"]),
           ("Content-Length", ["0", "5", "-1", "5, 5", "0x5", "18446744073709551616", "1048577", ""]),
           ("Transfer-Encoding", ["chunked", "gzip", "chunked, chunked", "identity", ""]), ("Content-Type", ["application/json", "x"]),
           ("x-oanor-key", ["oanor_live_0", "", "x" * 4000]), ("x-api-key", ["DEMO-KEY", "DEMO-KEY ", "any"]), ("CG-API-KEY", ["x", ""]),
           ("Authorization", ["Bearer x", "Basic eDp5", "Bearer", ""]), ("Last-Event-ID", ["1", "-1", "x", "9" * 300]),
           ("X-Forwarded-For", ["1.2.3.4", "::1, 1.2.3.4", "x", "," * 300]), ("Cookie", ["a=b", ";;;=\"", "x" * 500]),
           ("Access-Control-Request-Method", ["GET"]), ("Accept", ["text/event-stream", "text/html"]), ("bad name", ["x"]), ("", ["x"]), ("X", ["\x01", "\xff"])]
BODIES = [b"", b"hello", b"x" * 5000, b"{", b"[" * 2000, b"\0" * 100]


class Mutator:
    """Draws requests of some routes, each as (method, target)."""

    def __init__(self, routes, draw):
        self.routes, self.draw = routes, draw

    def request(self):
        draw = self.draw
        method, target = draw.choice(self.routes)
        path, _, query = target.partition("?")
        headers = [["Host", "localhost"]]
        body = draw.choice(BODIES) if method in ("POST", "PUT") else b""
        if body:
            headers.append(["Content-Length", str(len(body))])
        for _ in range(draw.randint(1, 3)):
            kind = draw.randrange(9)
            if kind == 0:
                method = draw.choice(METHODS)
            elif kind == 1:
                segments = path.split("/")
                at = draw.randrange(len(segments) + 1)
                segments[at:at + draw.randint(0, 1)] = [draw.choice(SEGMENTS) for _ in range(draw.randint(1, 4))]
                path = "/".join(segments)
            elif kind == 2:
                at = draw.randrange(len(path) + 1)
                path = path[:at] + "".join(f"%{ord(each) & 255:02x}" for each in path[at:at + 3]) + path[at + 3:]
            elif kind in (3, 4):
                parts = [part.partition("=") for part in query.split("&") if part] or [("symbol", "=", "BTCUSDT")]
                at = draw.randrange(len(parts))
                name, _, value = parts[at]
                change = draw.randrange(5)
                if change == 0:
                    parts.append(parts[at])
                elif change == 1:
                    del parts[at]
                elif change == 2:
                    parts[at] = (draw.choice(VALUES), "=", value)
                else:
                    parts[at] = (name, "=", draw.choice(VALUES))
                query = "&".join("".join(part) for part in parts)
            elif kind in (5, 6):
                name, values = draw.choice(HEADERS)
                headers.insert(draw.randrange(len(headers) + 1), [name, draw.choice(values)])
            elif kind == 7:
                headers.append(list(draw.choice(headers)))
                if draw.random() < 0.3:
                    headers.pop(draw.randrange(len(headers)))
            else:
                body = b"5\r\nhello\r\n0\r\n\r\n" if draw.random() < 0.5 else draw.choice([b"5;a=b\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"-1\r\n", b"0\r\n\r\n"])
                headers.append(["Transfer-Encoding", "chunked"])
        text = f"{method} {path}{'?' if query else ''}{query} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        return text.encode("latin-1", "replace") + body

    def damaged(self):
        """A request with some of its bytes changed."""
        draw = self.draw
        data = bytearray(self.request())
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(data) + 1)
            kind = draw.randrange(6)
            if kind == 0 and data:
                data[at % len(data)] = draw.randrange(256)
            elif kind == 1:
                data[at:at] = draw.choice(WORDS)
            elif kind == 2:
                del data[at:at + draw.randint(1, 12)]
            elif kind == 3:
                end = min(len(data), at + draw.randint(1, 40))
                data[at:at] = data[at:end] * draw.randint(1, 4)
            elif kind == 4:
                del data[at:]
            else:
                data += self.request()
        return bytes(data)

    def next(self):
        return self.request() if self.draw.random() < 0.5 else self.damaged()


class Attempt:
    """A connection with one damaged request, and what came back."""

    def __init__(self, address, data, draw):
        self.data, self.got, self.ended = data, b"", False
        self.socket = socket.create_connection(address, 10)
        # Some say that nothing follows, so that the server waits for nothing; some are gone in a moment, and some reset.
        self.manner = draw.choice(["wait", "wait", "half", "half", "half", "leave", "reset"])
        try:
            self.socket.sendall(data)
            if self.manner == "half":
                self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            # Refused while it was still being sent.
            pass
        self.socket.setblocking(False)
        self.deadline = time.monotonic() + (0 if self.manner in ("leave", "reset") else 0.15)

    def read(self):
        """Whether the server has closed."""
        try:
            part = self.socket.recv(1 << 18)
        except BlockingIOError:
            return False
        except OSError:
            part = b""
        self.got += part
        self.ended = not part
        self.deadline = time.monotonic() + 0.15
        # Streams do not end by themselves.
        if len(self.got) > 1 << 24:
            self.deadline = 0
        return self.ended

    def close(self):
        if self.manner == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def run(address, count, seed, routes=None, at_once=32):
    """Sends so many requests, judges every answer, and returns how many there were of each status."""
    draw = random.Random(seed)
    mutator = Mutator(routes or ROUTES, draw)
    statuses = {}
    sent = 0
    with selectors.DefaultSelector() as waiting:
        while sent < count or waiting.get_map():
            while sent < count and len(waiting.get_map()) < at_once:
                attempt = Attempt(address, mutator.next(), draw)
                waiting.register(attempt.socket, selectors.EVENT_READ, attempt)
                sent += 1
                if sent % 1000 == 0:
                    assert healthy(address), f"not healthy after {sent} requests of seed {seed}"
            done = [key.data for key, _ in waiting.select(0.02) if key.data.read()]
            now = time.monotonic()
            done += [key.data for key in waiting.get_map().values() if not key.data.ended and now >= key.data.deadline]
            for attempt in done:
                waiting.unregister(attempt.socket)
                attempt.close()
                try:
                    # A connection that was reset may have lost what was on its way.
                    found = answers.judge(attempt.got, attempt.data, attempt.ended and attempt.manner in ("wait", "half"))
                except Exception as fault:
                    raise AssertionError(f"seed {seed}: {fault}\n  asked with {attempt.data[:1500]!r} ({attempt.manner})") from None
                for status in found:
                    statuses[status] = statuses.get(status, 0) + 1
    assert healthy(address)
    told = ", ".join(f"{number} of {status}" for status, number in sorted(statuses.items()))
    print(f"ok mutated: {count} damaged requests of seed {seed}, {sum(statuses.values())} answers ({told}), and the server is healthy", flush=True)
    return statuses


if __name__ == "__main__":
    run(("127.0.0.1", int(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000,
        int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32))
