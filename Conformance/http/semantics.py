#!/usr/bin/env python3
"""Methods, headers, keep-alive, pipelining, compression, query decoding."""
import re

from client import Connection, main, once

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def head_equals_get(address):
    """HEAD has the headers of GET and no body, with and without gzip"""
    for target in ("/hello", "/large", "/file", "/nothing"):
        for headers in ((), (("Accept-Encoding", "gzip"),)):
            with Connection(address) as connection:
                get = connection.request(target, headers=headers)
                head = connection.request(target, method="HEAD", headers=headers)
                again = connection.request(target, headers=headers)
            drop = ("date", "x-request-id")
            plain = [[(name, value) for name, value in each.headers if name.lower() not in drop] for each in (get, head, again)]
            assert plain[0] == plain[1] == plain[2], plain
            assert get.status == head.status and get.body == again.body


def usual_headers(address):
    """Every answer has a date, a length, nosniff and a fresh request id"""
    seen = set()
    with Connection(address) as connection:
        for target in ("/hello", "/nothing", "/hello?a=1&a=2"):
            response = connection.request(target)
            assert response.header("Date").endswith(" GMT") and response.header("X-Content-Type-Options") == "nosniff"
            assert UUID.match(response.header("X-Request-Id")), response.header("X-Request-Id")
            seen.add(response.header("X-Request-Id"))
    assert len(seen) == 3


def keep_alive(address):
    """One connection serves many requests; HTTP/1.0 and Connection: close end it"""
    with Connection(address) as connection:
        for _ in range(500):
            assert connection.request("/hello").body == b"hello\n"
    with Connection(address) as connection:
        assert connection.request("/hello", headers=[("Connection", "close")]).status == 200 and connection.ends()
    with Connection(address) as connection:
        connection.send("GET /hello HTTP/1.0\r\n\r\n")
        assert connection.response().status == 200 and connection.ends()


def pipelining(address):
    """Requests sent at once are answered one by one in order"""
    with Connection(address) as connection:
        connection.send("".join(f"GET /repeat?n={n} HTTP/1.1\r\nHost: localhost\r\n\r\n" for n in range(200)))
        for n in range(200):
            assert connection.response().body == f"{n}\n".encode()


def methods(address):
    """A wrong method is 405 with Allow, OPTIONS lists the methods, an unknown path is 404"""
    for method in ("POST", "DELETE", "PUT", "PATCH", "TRACE", "BREW"):
        response = once(address, "/hello", method=method)
        assert response.status == 405 and response.header("Allow") == "GET, HEAD, OPTIONS", (method, response.status)
    response = once(address, "/hello", method="OPTIONS")
    assert response.status == 204 and response.header("Allow") == "GET, HEAD, OPTIONS"
    assert once(address, "/nothing").status == 404 and once(address, "/hello/").status == 404
    assert once(address, "/%68ello").status == 200


def bodies(address):
    """A body arrives whole, by length, in chunks, and after 100 Continue"""
    body = bytes(range(256)) * 300
    assert once(address, "/echo", method="POST", body=body).body == body
    with Connection(address) as connection:
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.send("0\r\n\r\n")
        assert connection.response().body == body
        connection.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert connection.response().status == 100
        connection.send("abc")
        assert connection.response().body == b"abc"
        # A GET may carry a body, which means nothing and must not be read as a next request.
        assert connection.request("/hello", body=b"GET /nothing HTTP/1.1\r\n\r\n").body == b"hello\n"
        assert connection.request("/hello").body == b"hello\n"


def compression(address):
    """gzip is used where accepted and worth it, and Vary says so"""
    plain = once(address, "/large")
    assert plain.header("Content-Encoding") is None and plain.header("Vary") == "Accept-Encoding"
    for accepted in ("gzip", "deflate, GZIP;q=0.5", "*"):
        packed = once(address, "/large", headers=[("Accept-Encoding", accepted)])
        assert packed.header("Content-Encoding") == "gzip" and packed.content() == plain.body and len(packed.body) < len(plain.body)
    for refused in ("gzip;q=0", "br", "identity", "gzip ; q=0.000"):
        assert once(address, "/large", headers=[("Accept-Encoding", refused)]).header("Content-Encoding") is None, refused
    assert once(address, "/hello", headers=[("Accept-Encoding", "gzip")]).header("Content-Encoding") is None


def queries(address):
    """The query is decoded strictly: what is broken, double or not UTF-8 is 400"""
    for query, value in (("n=a%20b", "a b"), ("n=a+b", "a b"), ("n=%E2%82%AC", "€"), ("n=", ""), ("x=1&n=%26", "&"), ("n", "")):
        assert once(address, "/repeat?" + query).body.decode() == value + "\n", query
    for query in ("n=%", "n=%4", "n=%zz", "n=%ff", "n=1&n=2", "%6e=1&n=2", "n=%00", "n=\xe9"):
        assert once(address, "/repeat?" + query).status == 400, query
    for path in ("/%", "/%ff", "/%2"):
        assert once(address, path).status == 400, path
    for path in ("/files/../hello", "/files/%2e%2e%2fhello", "//hello", "/./hello", "/files/..%00"):
        assert once(address, path).status in (400, 404), path


if __name__ == "__main__":
    main(head_equals_get, usual_headers, keep_alive, pipelining, methods, bodies, compression, queries)
