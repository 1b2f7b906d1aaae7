#!/usr/bin/env python3
"""Requests that mean harm: smuggling, too much of everything, too many connections. Limits as the server was started with:
target 3072, headers 6144, body 1 MiB, 64 connections an address."""
import time

from client import Closed, Connection, main, once


def refused(address, data, statuses=(400,), closed=True):
    with Connection(address, timeout=5) as connection:
        try:
            connection.send(data)
        except (ConnectionResetError, BrokenPipeError):
            # A server that has refused does not read on; its answer may be there all the same.
            pass
        try:
            status = connection.response().status
        except (Closed, ConnectionResetError):
            status = None
        assert status in statuses, (data[:80], status)
        # Whatever was smuggled behind the first request must not be answered.
        if closed:
            try:
                response = connection.response()
                raise AssertionError(f"a second response, {response.status}, to {data[:80]!r}")
            except (Closed, ConnectionResetError):
                pass


def smuggling(address):
    """Framing that two readers could understand differently is refused, and the connection closed"""
    tail = "0\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for method in ("GET", "POST", "PUT", "DELETE"):
        for fields in (
            "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5",
            "Content-Length: +5", "Content-Length: -1", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length:",
            "Content-Length: 99999999999999999999999", "Transfer-Encoding: xchunked", "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked",
            "Content-Length : 5", "Host: b",
        ):
            refused(address, f"{method} /echo HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n{tail}", statuses=(400, 413, None))


def broken_requests(address):
    """What is no HTTP/1.1 request gets an error or a closed connection"""
    for data in ("GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n", 
                 "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "GET /hello\r\n\r\n", "GET /hello HTTP/1.1 x\r\n\r\n",
                 "GET /hello HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        refused(address, data, statuses=(400, 404, 405, 505, None), closed=False)


def oversize(address):
    """Target, headers and body beyond their limits are 414, 431 and 413"""
    assert once(address, "/repeat?n=" + "a" * 3000).status == 200
    refused(address, f"GET /{'a' * 4000} HTTP/1.1\r\nHost: localhost\r\n\r\n", (414,))
    refused(address, f"GET /{'a' * 200_000} HTTP/1.1\r\nHost: localhost\r\n\r\n", (414, None))
    refused(address, f"GET /hello HTTP/1.1\r\nHost: localhost\r\nX: {'a' * 7000}\r\n\r\n", (431,))
    refused(address, f"GET /hello HTTP/1.1\r\nHost: localhost\r\nX: {'a' * 200_000}\r\n\r\n", (431, None))
    refused(address, "GET /hello HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"X-{n}: a\r\n" for n in range(50_000)) + "\r\n", (431, None))
    assert once(address, "/echo", method="POST", body=b"x" * (1 << 20)).status == 200
    for method in ("POST", "PUT", "DELETE", "GET"):
        refused(address, f"{method} /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n".encode() + b"x" * 1048577, (413, None))
    with Connection(address) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        connection.send("0\r\n\r\n")
        assert connection.response().status == 413 and connection.ends()
    with Connection(address) as connection:
        try:
            connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(4000):
                connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            raise AssertionError("a body of 250 MB was read")
        except (BrokenPipeError, ConnectionResetError):
            pass


def too_many_connections(address):
    """One address gets its share of connections; when it lets go it is served again"""
    held = []
    try:
        for _ in range(100):
            connection = Connection(address, timeout=2)
            held.append(connection)
        served = 0
        for connection in held:
            try:
                served += connection.request("/hello").status == 200
            except (Closed, TimeoutError, BrokenPipeError, ConnectionResetError):
                pass
        assert 32 <= served <= 64, served
    finally:
        for connection in held:
            connection.close()
    # The server sees the closed connections when its threads get to them.
    patience = time.monotonic() + 10
    while True:
        try:
            assert once(address, "/hello").status == 200
            return
        except (Closed, ConnectionResetError, BrokenPipeError):
            assert time.monotonic() < patience, "connections that were let go still count"
            time.sleep(0.05)


if __name__ == "__main__":
    main(smuggling, broken_requests, oversize, too_many_connections)
