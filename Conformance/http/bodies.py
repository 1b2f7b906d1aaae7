#!/usr/bin/env python3
"""Bodies that are made while they are sent, by a server that sends two of them at once.

`/numbers?n=N` counts to N, 10,000 numbers a piece; `/numbers?n=N&fail=K` fails at number K; `/pieces` says how many pieces were begun, and how
many bodies were given up; `/pause` holds the making of pieces until `/resume`.
"""
import socket
import time

from client import Closed, Connection, main, once

PIECE = 10_000
# Up to here, or a piece more, a body is put together before it is sent.
SHORT = 256 << 10


def numbers(count):
    return "".join(f"{number}\n" for number in range(count)).encode()


def pieces(address):
    return [int(word) for word in once(address, "/pieces").body.split()]


def wait(holds):
    # A sanitizer on a busy machine takes its time.
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def whole(address):
    """A body of any length arrives whole; a short one has its length, a long one comes in chunks."""
    for count in (1, PIECE, PIECE + 1, 20 * PIECE, 300 * PIECE + 17):
        with Connection(address) as connection:
            response = connection.request(f"/numbers?n={count}")
            assert response.status == 200 and response.body == numbers(count), count
            assert (response.header("Content-Length") is None) == (len(numbers(count)) > SHORT + 100_000), count
            # The connection goes on.
            assert connection.request("/hello").body == b"hello\n"
            head = connection.request(f"/numbers?n={count}", method="HEAD")
            assert head.status == 200
            # Of a long one the length is not known, and the connection ends behind the headers.
            if response.header("Content-Length"):
                assert head.header("Content-Length") == response.header("Content-Length") and connection.request("/hello").body == b"hello\n"
            else:
                assert head.header("Connection") == "close" and head.header("Content-Length") is None, head.headers
                assert connection.ends() and not connection.pending, connection.pending


def cut_off(address):
    """An error is an answer while nothing has been sent, and afterwards the end of the connection before the last chunk."""
    assert once(address, "/numbers?n=5&fail=0").status == 500
    assert once(address, f"/numbers?n={2 * PIECE}&fail={PIECE}").status == 500
    for at in (10 * PIECE, 200 * PIECE):
        with Connection(address) as connection:
            connection.send(f"GET /numbers?n={at + 5 * PIECE}&fail={at} HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                body = connection.response().body
            except Closed:
                continue
            raise AssertionError(f"a body that failed at {at} ended as a whole one of {len(body)} bytes")


def slow(address):
    """Of a body whose client does not read no more is made than there is room for; it is given up when the client leaves."""
    begun, given_up = pieces(address)
    with Connection(address, receive_buffer=4096) as connection:
        connection.send("GET /numbers?n=100000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.7)
        first = pieces(address)[0]
        time.sleep(0.7)
        assert begun < first == pieces(address)[0], (begun, first, pieces(address))
        # Four megabytes wait, and what sockets hold.
        assert first - begun < 200, first - begun
    wait(lambda: pieces(address)[1] > given_up)


def waiting(address):
    """A client that leaves while the next piece is being made is noticed; one that stays gets the rest."""
    once(address, "/pause")
    gone, stays = Connection(address), Connection(address)
    for connection in (gone, stays):
        connection.send(f"GET /numbers?n={30 * PIECE} HTTP/1.1\r\nHost: localhost\r\n\r\n")
    given_up = pieces(address)[1]
    time.sleep(0.5)
    gone.close()
    time.sleep(1)
    once(address, "/resume")
    assert stays.response().body == numbers(30 * PIECE)
    stays.close()
    wait(lambda: pieces(address)[1] > given_up)


def full(address):
    """Two bodies at once: a third is refused while both are young, and has the slowest cut off when that one has shown that it does not read."""
    idle = [Connection(address, receive_buffer=4096) for _ in range(2)]
    for connection in idle:
        connection.send("GET /numbers?n=100000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.take(10)
    refused = once(address, f"/numbers?n={20 * PIECE}")
    assert refused.status == 503 and refused.header("Retry-After"), refused.status
    assert once(address, "/numbers?n=5").status == 200, "a short one needs no place"
    time.sleep(5.5)
    assert once(address, f"/numbers?n={20 * PIECE}").body == numbers(20 * PIECE)
    ended = 0
    for connection in idle:
        connection.socket.settimeout(1)
        try:
            while connection.socket.recv(1 << 20):
                pass
            ended += 1
        except TimeoutError:
            pass
        except (ConnectionResetError, socket.error):
            ended += 1
        connection.close()
    assert ended >= 1, "nobody was cut off"




if __name__ == "__main__":
    main(whole, cut_off, slow, waiting, full)
