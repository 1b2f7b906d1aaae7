#!/usr/bin/env python3
"""More of the server's memory than there may be: bodies, answers, events and frames of many clients together. Budgets as the server was
started with: bodies 4 MiB, answers 16 MiB, events 6 MiB, frames 3 MiB."""
import time

from client import Closed, Connection, main, once
from events import Stream
from frames import Socket


def bodies(address):
    """Bodies on their way find no room once they fill the budget: 503 with Retry-After, and room again when some have gone"""
    held = []
    for _ in range(8):
        connection = Connection(address)
        connection.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 900_000)
        held.append(connection)
    end = time.monotonic() + 5
    while (answer := once(address, "/echo", method="POST", body=b"x" * 1_000_000)).status == 200:
        assert time.monotonic() < end, "all bodies were held"
    assert answer.status == 503 and int(answer.header("Retry-After")) > 0 and answer.header("X-Request-Id")
    assert answer.header("Connection") == "close"
    # What has no body is answered all the same, and of those that were held some are answered once they are whole, and some refused.
    assert once(address, "/hello").status == 200
    statuses = []
    for connection in held:
        connection.send(b"x" * 100_000)
        statuses.append(connection.response().status)
        connection.close()
    assert set(statuses) == {200, 503}, statuses
    end = time.monotonic() + 10
    while once(address, "/echo", method="POST", body=b"x" * 1_000_000).status == 503:
        assert time.monotonic() < end, "there is no room again"
        time.sleep(0.05)


def answers(address):
    """Answers that nobody reads: the slowest readers are cut off, long answers wait till then, and short ones do not"""
    readers = []
    refused = 0
    for _ in range(60):
        reader = Connection(address, timeout=10, receive_buffer=4096)
        reader.send("GET /long?n=4000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reader.more()
        refused += reader.pending.startswith(b"HTTP/1.1 503 ")
        readers.append(reader)
        assert once(address, "/hello").status == 200
        assert once(address, "/repeat?n=1").body == b"1\n"
    assert refused > 20, refused
    end = time.monotonic() + 20
    while once(address, "/long?n=4000000").status == 503:
        assert time.monotonic() < end, "those that do not read keep the others from it"
        time.sleep(0.05)
    for reader in readers:
        reader.close()


def crowd(address, open_stream):
    """Streams of which half read and half do not; returns how many are left once some have gone."""
    idle = [open_stream(receive_buffer=4096) for _ in range(12)]
    active = [open_stream() for _ in range(3)]
    end = time.monotonic() + 30
    while int(once(address, "/streams/count").body) != 15:
        assert time.monotonic() < end
        time.sleep(0.01)
    # The system takes some megabytes for each before anything waits here.
    for _ in range(400):
        assert once(address, "/streams/publish?count=10&size=10000", method="POST").status == 200
        for stream in active:
            stream.read(10)
        left = int(once(address, "/streams/count").body)
        if left < 15:
            break
    for stream in idle + active:
        stream.close()
    end = time.monotonic() + 30
    while int(once(address, "/streams/count").body):
        assert time.monotonic() < end
        time.sleep(0.01)
    return left


class Events(Stream):
    def read(self, count):
        for _ in range(count):
            assert self.event()["data"] == "x" * 10_000


class Frames(Socket):
    def read(self, count):
        for _ in range(count):
            assert self.frame()[1].endswith(b"x" * 10_000)


def events(address):
    """Events that nobody reads: streams for which the most waits are cut off before each has reached its own limit; readers stay"""
    left = crowd(address, lambda **options: Events(address, **options))
    assert 3 <= left < 15, left


def frames(address):
    """Frames that nobody reads: the same of WebSockets"""
    left = crowd(address, lambda **options: Frames(address, "/streams/feed", timeout=60, **options))
    assert 3 <= left < 15, left


if __name__ == "__main__":
    main(bodies, answers, events, frames)
