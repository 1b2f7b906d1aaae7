#!/usr/bin/env python3
"""Browsers: pages of other origins, pages whose own name was made to lead here, and what a page is told. The server goes by
data.example.com beside addresses and localhost, and shares with https://charts.example.com."""
from client import Connection, main
from frames import key, request

OWN, SHARED, OTHER = "http://127.0.0.1:{port}", "https://charts.example.com", "https://evil.example"


def ask(address, target, host="127.0.0.1:{port}", method="GET", version="1.1", **headers):
    """One answer; `headers` by name, `_` for `-`."""
    with Connection(address) as connection:
        lines = [f"{method} {target} HTTP/{version}"] + ([] if host is None else [f"Host: {host.format(port=address[1])}"])
        lines += [f"{name.replace('_', '-')}: {value.format(port=address[1])}" for name, value in headers.items()]
        connection.send("\r\n".join(lines) + "\r\n\r\n")
        return connection.response(head=method == "HEAD")


def names(address):
    """A name that is not the server's gets 421, whatever it asks for; addresses, localhost and its own names are answered"""
    for host in ("127.0.0.1", "127.0.0.1:{port}", "localhost", "LOCALHOST:{port}", "charts.localhost", "[::1]:{port}", "192.0.2.1:99",
                 "data.example.com", "data.example.com:8443"):
        assert ask(address, "/hello", host).status == 200, host
    for host in ("evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "data.example.com.evil.example"):
        for target in ("/hello", "/nothing", "/api/repeat?n=1", "/file"):
            answer = ask(address, target, host)
            assert answer.status == 421 and answer.header("X-Request-Id") and answer.header("Connection") == "close", (host, answer.status)
            assert answer.body.startswith(b"api: ") == target.startswith("/api"), answer.body
        assert ask(address, "/hello", host, method="HEAD").status == 421
        assert ask(address, "/hello", host, method="OPTIONS", Origin=SHARED, Access_Control_Request_Method="GET").status == 421
    # No browser leaves the name out.
    assert ask(address, "/hello", None, version="1.0").status == 200


def streams(address):
    """Streams are for its own pages, for those that are named, and for what is no browser"""
    def handshake(origin):
        with Connection(address) as connection:
            headers = {} if origin is None else {"Origin": origin.format(port=address[1])}
            connection.send(request("/streams/feed", key(), Host=f"127.0.0.1:{address[1]}", **headers))
            return connection.response(head=True).status

    def events(origin):
        with Connection(address) as connection:
            line = "" if origin is None else f"Origin: {origin.format(port=address[1])}\r\n"
            connection.send(f"GET /streams/events HTTP/1.1\r\nHost: 127.0.0.1:{address[1]}\r\n{line}\r\n")
            while b"\r\n\r\n" not in connection.pending:
                connection.more()
            return int(connection.pending[9:12])

    for origin in (None, OWN, SHARED):
        assert (handshake(origin), events(origin)) == (101, 200), origin
    for origin in (OTHER, "null", "http://127.0.0.1", "https://127.0.0.1:{port}x", "http://localhost:{port}", "http://charts.example.com", ""):
        assert (handshake(origin), events(origin)) == (403, 403), origin
    refused = ask(address, "/streams/events", Origin=OTHER)
    assert b"another origin" in refused.body and refused.header("X-Request-Id")
    # Two of them could be read differently by a proxy and by this server.
    with Connection(address) as connection:
        connection.send(request("/streams/feed", key(), Origin=[OWN, OTHER]))
        assert connection.response().status == 400


def sharing(address):
    """A page reads answers of its own origin and of no other, but for the one that is named"""
    for target, status in (("/hello", 200), ("/nothing", 404), ("/api/repeat?n=1", 200), ("/file", 200)):
        for method in ("GET", "HEAD"):
            answer = ask(address, target, method=method, Origin=SHARED)
            assert answer.status == status and answer.header("Access-Control-Allow-Origin") == SHARED
            assert "Origin" in answer.header("Vary") and answer.header("Access-Control-Expose-Headers") == "*"
            assert answer.header("Access-Control-Allow-Credentials") is None
        for origin in (OTHER, "null", OWN):
            answer = ask(address, target, Origin=origin)
            assert answer.status == status and answer.header("Access-Control-Allow-Origin") is None, origin
        assert "Origin" in ask(address, target).header("Vary")
    assert ask(address, "/large", Origin=SHARED, Accept_Encoding="gzip").header("Vary") == "Accept-Encoding, Origin"


def preflights(address):
    """A browser that asks beforehand is told so, without a key; others get the methods of the path"""
    answer = ask(address, "/api/repeat", method="OPTIONS", Origin=SHARED, Access_Control_Request_Method="GET",
                 Access_Control_Request_Headers="x-api-key,authorization")
    assert answer.status == 204 and answer.header("Access-Control-Allow-Origin") == SHARED and answer.header("X-Left") is None
    assert answer.header("Access-Control-Allow-Methods") == "GET, HEAD"
    assert answer.header("Access-Control-Allow-Headers") == "x-api-key,authorization"
    for headers in ({"Origin": OTHER, "Access_Control_Request_Method": "GET"}, {"Origin": SHARED}, {"Access_Control_Request_Method": "GET"}, {}):
        answer = ask(address, "/hello", method="OPTIONS", **headers)
        assert answer.status == 204 and answer.header("Allow") == "GET, HEAD, OPTIONS", answer.headers
        assert not any(name.lower().startswith("access-control-") for name, _ in answer.headers)


def pages(address):
    """A page for people may load and ask nothing but this server, and be in no frame"""
    answer = ask(address, "/page")
    policy = answer.header("Content-Security-Policy")
    assert answer.header("Content-Type") == "text/html; charset=utf-8" and answer.header("X-Content-Type-Options") == "nosniff"
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts == {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self' data:",
                     "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}, parts
    assert answer.header("Referrer-Policy") == "no-referrer" and answer.header("Cross-Origin-Opener-Policy") == "same-origin"


if __name__ == "__main__":
    main(names, streams, sharing, preflights, pages)
