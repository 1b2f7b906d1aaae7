#!/usr/bin/env python3
"""Server-sent events: one after another, heartbeats, clients that leave, and clients that do not read."""
import socket
import time

from client import Closed, Connection, main, once


class Stream(Connection):
    def __init__(self, address, path="/streams/events", **options):
        super().__init__(address, timeout=60, **options)
        self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
        while b"\r\n\r\n" not in self.pending:
            self.more()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode().lower().split("\r\n")
        assert lines[0].startswith("http/1.1 200 "), lines
        assert "content-type: text/event-stream; charset=utf-8" in lines and "transfer-encoding: chunked" in lines, lines
        assert "cache-control: no-store" in lines
        self.text = b""

    def line(self):
        """The next line of the body; None at its end."""
        while b"\n" not in self.text:
            while b"\r\n" not in self.pending:
                self.more()
            size, self.pending = self.pending.split(b"\r\n", 1)
            data = self.take(int(size, 16))
            assert self.take(2) == b"\r\n"
            if not data:
                assert not self.text, "the stream ends in the middle of a line"
                return None
            self.text += data
        line, self.text = self.text.split(b"\n", 1)
        return line.decode()

    def event(self):
        """The next event as a dictionary of its fields, or None at the end."""
        fields = {}
        while (line := self.line()) is not None:
            if line == "" and fields:
                return fields
            if line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                fields[name] = value
        assert not fields
        return None


def counts(address):
    return int(once(address, "/streams/count").body)


def wait(address, wanted):
    end = time.monotonic() + 60
    while not wanted(counts(address)):
        assert time.monotonic() < end, counts(address)
        time.sleep(0.01)


def publish(address, count=1, size=10):
    assert once(address, f"/streams/publish?count={count}&size={size}", method="POST").status == 200


def many(address):
    """Every client gets every event, in order"""
    streams = [Stream(address) for _ in range(20)]
    wait(address, lambda count: count == 20)
    for _ in range(50):
        publish(address, count=20)
    for stream in streams:
        first = stream.event()
        assert first["event"] == "tick" and first["data"] == "x" * 10, first
        for offset in range(1, 1000):
            assert int(stream.event()["id"]) == int(first["id"]) + offset
        stream.close()
    wait(address, lambda count: count == 0)


def sizes(address):
    """Events larger than any buffer arrive whole"""
    stream = Stream(address)
    wait(address, lambda count: count == 1)
    for size in [0, 1, 4095, 4096, 4097, 100_000, 1_000_000]:
        publish(address, size=size)
        assert stream.event()["data"] == "x" * size, size
    stream.close()
    wait(address, lambda count: count == 0)


def heartbeats(address):
    """A stream without events has comments"""
    stream = Stream(address, "/streams/events?heartbeat=1")
    assert [stream.line() for _ in range(4)] == [": heartbeat", ""] * 2
    publish(address)
    assert stream.event()["data"] == "x" * 10
    stream.close()
    wait(address, lambda count: count == 0)


def leaving(address):
    """Clients that leave are noticed, whatever they leave in the middle of"""
    for n in range(200):
        stream = Connection(address)
        stream.send("GET /streams/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if n % 3 == 0:
            publish(address, size=n * 100)
        if n % 2:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        stream.close()
    wait(address, lambda count: count == 0)


def slow(address):
    """A client that does not read is cut off, and the others are not held up"""
    idle = Stream(address, receive_buffer=4096)
    wait(address, lambda count: count == 1)
    reader = Stream(address)
    wait(address, lambda count: count == 2)
    for _ in range(1000):
        publish(address, count=20, size=5000)
        for _ in range(20):
            assert reader.event()["data"] == "x" * 5000
        if counts(address) == 1:
            break
    assert counts(address) == 1
    try:
        while idle.event():
            pass
        raise AssertionError("a stream that was cut off ends as if it were whole")
    except (Closed, AssertionError) as error:
        assert isinstance(error, Closed), error
    reader.close()
    wait(address, lambda count: count == 0)


def ending(address):
    """A stream that the server ends is a whole answer, after which the connection goes on"""
    stream = Stream(address)
    wait(address, lambda count: count == 1)
    publish(address)
    assert once(address, "/streams/end", method="POST").status == 200
    assert stream.event()["data"] == "x" * 10 and stream.event() is None
    assert stream.request("/healthz").status == 200
    assert once(address, "/streams/events", method="HEAD").header("Content-Type") == "text/event-stream; charset=utf-8"
    stream.close()
    wait(address, lambda count: count == 0)


if __name__ == "__main__":
    main(many, sizes, heartbeats, leaving, slow, ending)
