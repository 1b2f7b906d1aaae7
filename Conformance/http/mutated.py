#!/usr/bin/env python3
"""Requests damaged at random. Usage: mutated.py PORT [COUNT] [SEED] [TARGET…]"""
import random
import sys

from client import Connection, healthy

SEEDS = [
    b"GET /hello HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
    b"GET /repeat?n=a%20b&m=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\n",
    b"GET /file HTTP/1.1\r\nHost: a\r\nRange: bytes=10-20\r\nIf-Range: \"a\"\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HEAD /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /api/repeat?n=1 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
]
WORDS = [b"\r\n", b"\r", b"\n", b"\0", b" ", b":", b"%", b"%00", b"%ff", b"?", b"&", b"=", b"\xff\xfe", b"A" * 3000, b"-1", b"99999999999999999999",
         b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b\r\n", b"HTTP/1.1", b"HTTP/0.9", b"GET ", b"{", b"..", b"/"]


def mutate(data, rng):
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] = rng.randrange(256)
        elif kind == 1:
            data[at:at] = rng.choice(WORDS)
        elif kind == 2:
            del data[at : at + rng.randint(1, 12)]
        elif kind == 3:
            end = min(len(data), at + rng.randint(1, 40))
            data[at:at] = data[at:end] * rng.randint(1, 4)
        elif kind == 4:
            del data[at:]
        else:
            data += rng.choice(SEEDS)
    return bytes(data)


def run(address, count, seed):
    rng = random.Random(seed)
    answered = 0
    for number in range(count):
        connection = Connection(address, timeout=0.02)
        try:
            connection.send(mutate(rng.choice(SEEDS), rng))
            if rng.random() < 0.2:
                connection.socket.shutdown(1)
            connection.more()
            answered += 1
            assert connection.pending.startswith(b"HTTP/1.1 "), connection.pending[:80]
            status = int(connection.pending[9:12])
            assert status < 500 or status in (501, 505), (status, number)
        except AssertionError:
            raise
        except Exception:
            # Closed, reset, or still waiting for the rest: all are fair answers to half a request.
            pass
        finally:
            connection.close()
        if number % 1000 == 999:
            assert healthy(address), f"not healthy after {number + 1} requests of seed {seed}"
    assert healthy(address)
    print(f"ok mutated: {count} damaged requests of seed {seed}, {answered} answered, and the server is healthy")


if __name__ == "__main__":
    if len(sys.argv) > 4:
        SEEDS = [f"GET {target} HTTP/1.1\r\nHost: a\r\nx-oanor-key: oanor_live_0\r\n\r\n".encode() for target in sys.argv[4:]]
    run(("127.0.0.1", int(sys.argv[1])), int((sys.argv + [0, 10_000])[2] if len(sys.argv) > 2 else 10_000),
        int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32))
