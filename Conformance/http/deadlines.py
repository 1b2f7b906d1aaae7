#!/usr/bin/env python3
"""Clients that take their time. The server was started with deadlines of one second each for headers, body and a slow reader's share,
and two seconds for a connection without a request."""
import threading
import time

from client import Closed, Connection, main


def lasts(connection, drip=None):
    """Seconds until the server closes the connection, while `drip` is sent every 0.2 s."""
    start = time.monotonic()
    connection.socket.settimeout(0.2)
    while time.monotonic() - start < 10:
        try:
            if drip:
                connection.send(drip)
            connection.more()
        except TimeoutError:
            continue
        except (Closed, BrokenPipeError, ConnectionResetError):
            break
    return time.monotonic() - start


def slow_headers(address):
    """Headers that drip are cut off, on a new connection and on a kept one"""
    with Connection(address) as connection:
        connection.send("GET /hello HTTP/1.1\r\n")
        assert lasts(connection, b"X-a: b\r\n") < 3
    with Connection(address) as connection:
        connection.send("GET /hel")
        assert lasts(connection) < 3
    with Connection(address) as connection:
        assert connection.request("/hello").status == 200
        time.sleep(0.6)
        connection.send("GE")
        assert lasts(connection, b"T") < 3
    with Connection(address) as connection:
        assert connection.request("/hello").status == 200
        connection.send("GET /hello HTTP/1.1\r\n")
        assert lasts(connection, b"X-a: b\r\n") < 3


def slow_body(address):
    """A body that drips is cut off"""
    with Connection(address) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
        assert lasts(connection, b"x") < 3
    with Connection(address) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert lasts(connection, b"1\r\nx\r\n") < 3


def slow_reader(address):
    """A reader that does not read is cut off; one that reads slowly but enough gets everything"""
    with Connection(address, receive_buffer=4096) as connection:
        connection.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(4)
        got = 0
        connection.socket.settimeout(5)
        try:
            while True:
                connection.pending = b""
                connection.more()
                got += len(connection.pending)
        except Closed:
            pass
        assert got < 64 << 20, "the whole file was kept for a client that did not read"
    with Connection(address, receive_buffer=65536) as connection:
        connection.send("GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = 0
        start = time.monotonic()
        while time.monotonic() - start < 3:
            connection.pending = b""
            connection.more()
            got += len(connection.pending)
            time.sleep(0.02)
        connection.socket.settimeout(5)
        while got < 64 << 20:
            connection.pending = b""
            connection.more()
            got += len(connection.pending)


def closing(address):
    """A reader of a last answer gets all of it, however slowly and whatever it has sent behind its request"""
    with Connection(address, receive_buffer=65536) as connection:
        connection.send(b"GET /long?n=3000000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" + b"GET /hello HTTP/1.1\r\nX: " + b"x" * 60_000)
        got, start = 0, time.monotonic()
        try:
            while True:
                connection.pending = b""
                connection.more()
                got += len(connection.pending)
                # Some five seconds for what waits in the server's own buffers once it has closed.
                time.sleep(0.1 if got < 2_900_000 else 0)
        except Closed:
            pass
    assert got > 3_000_000 and time.monotonic() - start > 3, (got, time.monotonic() - start)


def idle(address):
    """A connection without a request is closed after a while, not at once"""
    with Connection(address) as connection:
        assert connection.request("/hello").status == 200
        assert 1.5 < lasts(connection) < 5
    with Connection(address) as connection:
        assert connection.request("/hello").status == 200
        time.sleep(1.2)
        assert connection.request("/hello").status == 200


def good_clients_among_bad(address):
    """While fifty slow clients hang on, a good one is served at once"""
    slow = [Connection(address) for _ in range(50)]
    for connection in slow:
        connection.send("GET /hello HTTP/1.1\r\nX: ")
    worst = 0
    with Connection(address) as connection:
        for _ in range(200):
            start = time.monotonic()
            assert connection.request("/hello").status == 200
            worst = max(worst, time.monotonic() - start)
    assert worst < 1, worst
    threads = [threading.Thread(target=connection.ends) for connection in slow]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for connection in slow:
        connection.close()


if __name__ == "__main__":
    main(slow_headers, slow_body, slow_reader, closing, idle, good_clients_among_bad)
