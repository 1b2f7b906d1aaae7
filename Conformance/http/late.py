#!/usr/bin/env python3
"""Answers made off the event loops, by a server with two threads for such work and room for three more requests."""
import re
import socket
import struct
import time

from client import Connection, main, once


def counts(address):
    """How much work has started, runs, and was cancelled."""
    return [int(word) for word in once(address, "/api/counts").body.split()]


def wait(address, wanted):
    """Waits until `wanted` holds for the counts; a second is what a server may take to notice that a client left."""
    end = time.monotonic() + 10
    while not wanted(*counts(address)):
        assert time.monotonic() < end, counts(address)
        time.sleep(0.01)


def held(address):
    connection = Connection(address)
    connection.send("GET /api/held HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def queue(address):
    """One more request: its connection if it waits, or the answer it is refused with."""
    connection = held(address)
    connection.socket.settimeout(0.5)
    try:
        response = connection.response()
    except TimeoutError:
        connection.socket.settimeout(10)
        return connection, None
    connection.close()
    return None, response


def fill(address):
    """Two requests that are worked on and three that wait."""
    once(address, "/api/hold")
    running = [held(address) for _ in range(2)]
    wait(address, lambda _, running, __: running == 2)
    waiting = [queue(address)[0] for _ in range(3)]
    assert all(waiting)
    return running, waiting


def like_others(address):
    """Status, headers, length, gzip and HEAD are those of an answer given at once"""
    with Connection(address) as connection:
        response = connection.request("/api/repeat?n=1")
        assert response.status == 200 and response.body == b"1\n" and response.header("X-Work") == "done"
        assert response.header("X-Left") == "7" and response.header("Content-Type").startswith("text/plain")
        assert re.fullmatch("[0-9a-f-]{36}", response.header("X-Request-Id"))
        assert connection.request("/api/twice").body == b"twice\n"
        plain = connection.request("/api/large")
        packed = connection.request("/api/large", headers=[("Accept-Encoding", "gzip")])
        assert packed.header("Content-Encoding") == "gzip" and packed.content() == plain.body == once(address, "/large").body
        head = connection.request("/api/large", method="HEAD")
        assert head.status == 200 and head.header("Content-Length") == plain.header("Content-Length")
        assert connection.request("/api/echo", method="POST", body=b"x" * 100_000).body == b"x" * 100_000
        assert connection.request("/api/repeat", method="POST").status == 405
    with Connection(address) as connection:
        connection.send("GET /api/repeat?n=0 HTTP/1.0\r\n\r\n")
        assert connection.response().body == b"0\n" and connection.ends()


def files(address):
    """Ranges and validators of a file are judged when it is sent"""
    with Connection(address) as connection:
        whole = connection.request("/api/file")
        tag = whole.header("ETag")
        assert len(whole.body) == 300_000 and whole.header("Accept-Ranges") == "bytes"
        part = connection.request("/api/file", headers=[("Range", "bytes=1000-1999")])
        assert part.status == 206 and part.body == whole.body[1000:2000] and part.header("Content-Range") == "bytes 1000-1999/300000"
        assert connection.request("/api/file", headers=[("If-None-Match", tag)]).status == 304
        assert connection.request("/api/file", headers=[("Range", "bytes=300000-")]).status == 416
        assert connection.request("/api/file", method="HEAD").header("Content-Length") == "300000"


def errors(address):
    """What the work throws is answered in the mount's shape, with its id and the gate's headers"""
    with Connection(address) as connection:
        for path, status, text in (("refused", 403, "not in the plan"), ("broken", 500, "Internal error")):
            response = connection.request(f"/api/{path}")
            assert response.status == status and response.header("X-Left") == "7", response.status
            assert response.body.decode() == f"api: {text} {response.header('X-Request-Id')}\n", response.body
        assert connection.request("/api/refused").header("X-Why") == "plan"


def in_order(address):
    """Pipelined requests, late and at once, are answered in order"""
    with Connection(address) as connection:
        targets = [f"/{'api/' if n % 3 else ''}repeat?n={n}" for n in range(300)]
        connection.send("".join(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n" for target in targets))
        for n in range(300):
            assert connection.response().body == f"{n}\n".encode()


def nobody_waits(address):
    """While work runs, the event loops serve others"""
    once(address, "/api/hold")
    late = held(address)
    wait(address, lambda _, running, __: running == 1)
    with Connection(address) as connection:
        for n in range(200):
            assert connection.request("/hello").status == 200
            assert connection.request(f"/api/repeat?n={n}").body == f"{n}\n".encode()
    assert counts(address)[1] == 1
    once(address, "/api/release")
    assert late.response().body == b"worked\n"
    assert late.request("/hello").status == 200
    late.close()


def full(address):
    """Beyond the queue's room requests are refused in the mount's shape, and those in it are answered"""
    running, waiting = fill(address)
    response = queue(address)[1]
    assert response.status == 503 and int(response.header("Retry-After")) > 0 and response.header("X-Left") == "7"
    assert response.body.startswith(b"api: ") and response.header("X-Request-Id").encode() in response.body
    once(address, "/api/release")
    for connection in running + waiting:
        assert connection.response().body == b"worked\n"
        connection.close()


def leaving(address):
    """Work of clients that leave is cancelled, and what they waited for never runs; a reset and a close are alike"""
    started, _, cancelled = counts(address)
    running, waiting = fill(address)
    assert queue(address)[1].status == 503
    for connection in waiting:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    # Room again: as many can wait as before.
    again = []
    end = time.monotonic() + 10
    while len(again) < 3:
        assert time.monotonic() < end
        connection = queue(address)[0]
        if connection:
            again.append(connection)
    for connection in running:
        connection.close()
    wait(address, lambda _, __, now_cancelled: now_cancelled == cancelled + 2)
    once(address, "/api/release")
    for connection in again:
        assert connection.response().body == b"worked\n"
        connection.close()
    wait(address, lambda *now: now == (started + 5, 0, cancelled + 2))
    assert once(address, "/api/held").body == b"worked\n"


def leaving_at_any_moment(address):
    """Clients that leave right after asking do no harm"""
    for n in range(300):
        connection = Connection(address)
        connection.send(f"GET /api/repeat?n={n} HTTP/1.1\r\nHost: localhost\r\n\r\n" * (1 + n % 3))
        if n % 2:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    # What they asked for may still fill the queue.
    end = time.monotonic() + 10
    while (response := once(address, "/api/repeat?n=1")).status == 503:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert response.body == b"1\n"


if __name__ == "__main__":
    main(like_others, files, errors, in_order, nobody_waits, full, leaving, leaving_at_any_moment)
