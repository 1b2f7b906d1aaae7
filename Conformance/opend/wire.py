"""OpenD's frames written by hand: what clients do not do, and how much a server bears."""
import hashlib
import resource
import select
import socket
import struct
import time

HEADER = struct.Struct("<2sIBBII20s8s")


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A field of protobuf: an integer, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(proto, body, serial=1, magic=b"FT", digest=None, form=0, length=None):
    digest = hashlib.sha1(body).digest() if digest is None else digest
    return HEADER.pack(magic, proto, form, 0, serial, len(body) if length is None else length, digest, bytes(8)) + body


HELLO = frame(1001, field(1, field(1, 300) + field(2, b"wire") + field(4, -1)))
ALIVE = frame(1004, field(1, field(1, 5)))
JUNE = field(1, field(1, 1) + field(2, 0) + field(3, b"2026-06-01 00:00:00") + field(4, b"2026-06-15 00:00:00"))


class Wire:
    def __init__(self, port, hello=True):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hello:
            self.send(HELLO)
            self.hear()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def hear(self):
        magic, proto, form, _, serial, length, digest, _ = HEADER.unpack(self.exactly(44))
        body = self.exactly(length)
        assert magic == b"FT" and body and hashlib.sha1(body).digest() == digest
        return proto, serial, body

    def is_closed(self, seconds=10):
        """Whether the server closes without another word."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()


def run(check, server_type, path, quick):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with server_type(path) as server:
        hostile(check, server)
        slow(check, server)
        if not quick:
            strangers(check, server)
    with server_type(path, "message=2") as server:
        dripping(check, server)
    with server_type(path, f"held={16 << 20}", "perclient=60") as server:
        crowded(check, server)
    with server_type(path, "perclient=12000") as server:
        idle(check, server, 500 if quick else 10_000)
    with server_type(path, "threads=2") as server:
        rate(check, server, quick)


def hostile(check, server):
    wrong = hashlib.sha1(b"something else").digest()
    for name, data in {
        "no magic": frame(1001, b"", magic=b"XX"),
        "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "another protocol first": ALIVE,
        "a wrong hash first": frame(1001, field(1, field(1, 300) + field(2, b"wire")), digest=wrong),
        "a long first message": frame(1001, b"", length=5000),
        "an unknown format": frame(1001, field(1, field(1, 300) + field(2, b"wire")), form=2),
        "no client": frame(1001, field(1, b"")),
    }.items():
        peer = Wire(server.port, hello=False)
        peer.send(data)
        check(f"{name} closes", peer.is_closed())
        peer.close()
    for name, data in {
        "a wrong hash": frame(1004, field(1, field(1, 5)), digest=wrong),
        "an endless body": frame(3301, b"", length=(1 << 20) + 1),
        "the greatest body": frame(3301, b"", length=0xFFFFFFFF),
        "a replayed beginning": HELLO,
    }.items():
        peer = Wire(server.port)
        peer.send(data)
        check(f"{name} closes", peer.is_closed())
        peer.close()
    peer = Wire(server.port)
    # As long a body as is taken, and nonsense; neither moves the frames behind it.
    peer.send(frame(3301, field(1, b"\xff" * ((1 << 20) - 4)), serial=1) + frame(3301, b"\xff\xff", serial=2) + frame(7777, b"", serial=3)
              + ALIVE)
    heard = [peer.hear() for _ in range(4)]
    check.equal("what cannot be read is refused and the rest answered", [(proto, serial) for proto, serial, _ in heard],
                [(3301, 1), (3301, 2), (7777, 3), (1004, 1)])
    check("refusals say -1", all(body.startswith(field(1, -1)) for _, _, body in heard[:3]))
    peer.close()


    # A message that comes twice is a question that is asked twice.
    peer = Wire(server.port)
    peer.send(frame(3301, JUNE, serial=9) * 2 + ALIVE + frame(3301, JUNE, serial=9))
    heard = [peer.hear() for _ in range(4)]
    check("a replayed question gets the same answer", heard[0] == heard[1] == heard[3] and heard[0][:2] == (3301, 9) and heard[2][0] == 1004)
    peer.close()
    # A peer that has closed its side reads on, however much it was that it asked.
    for name, asked, count in [("one question", frame(3301, JUNE, serial=9), 1), ("many questions", ALIVE * 20_000, 20_000),
                               ("half a question", ALIVE + ALIVE[:20], 1)]:
        peer = Wire(server.port)
        peer.send(asked)
        peer.socket.shutdown(socket.SHUT_WR)
        check.equal(f"{name} of a half-closed peer is answered", sum(peer.hear() is not None for _ in range(count)), count)
        check(f"{name}: the server closes too", peer.is_closed())
        peer.close()
    peer = Wire(server.port, hello=False)
    peer.socket.shutdown(socket.SHUT_WR)
    check("a peer that closes its side without a word is let go", peer.is_closed())
    peer.close()
    check.equal("nothing was ended that is not the session's to end", {name: count for name, count in server.ended().items() if name != "open" and count}, {})


def until(server, condition, seconds=10):
    """What the server says of its connections once it is as it is to be, or after a while."""
    end = time.monotonic() + seconds
    while not condition(ended := server.ended()) and time.monotonic() < end:
        time.sleep(0.02)
    return ended


def dripping(check, server):
    """A body that comes byte by byte has two seconds here; whole messages, however many, have as long as they like."""
    slow, steady = Wire(server.port), Wire(server.port)
    slow.send(frame(3301, JUNE)[:44])
    began, body = time.monotonic(), JUNE
    for place in range(0, 40):
        try:
            slow.send(body[place:place + 1])
        except OSError:
            break
        steady.send(ALIVE[:20] if place % 2 == 0 else ALIVE[20:])
        if place % 2:
            assert steady.hear()[0] == 1004
        time.sleep(0.1)
    check("a dripping body ends in its time", slow.is_closed() and 1.5 < time.monotonic() - began < 10, time.monotonic() - began)
    check.equal("it is told why", server.ended()["slowMessage"], 1)
    steady.send(ALIVE)
    check.equal("who sends whole messages stays", steady.hear()[0], 1004)
    slow.close()
    steady.close()


def crowded(check, server):
    """What all peers leave unfinished is bounded together, and so is how many connections one of them has."""
    before = server.memory()
    small = Wire(server.port)
    small.send(frame(3301, JUNE, serial=9)[:60])
    peers = [Wire(server.port) for _ in range(50)]
    for peer in peers:
        try:
            peer.send(frame(3301, b"", length=1 << 20) + bytes((1 << 20) - 1))
        except OSError:
            pass
    ended = until(server, lambda ended: ended["crowded"] >= 30)
    check("peers that hold much together are ended", 30 <= ended["crowded"] < 51, ended)
    check("memory stays near what all may hold", server.memory() - before < 64 << 20, server.memory() - before)
    small.send(frame(3301, JUNE, serial=9)[60:])
    check.equal("a peer that holds little is not", small.hear()[:2], (3301, 9))
    for peer in peers:
        peer.close()
    check.equal("those that go are no longer counted", until(server, lambda ended: ended["open"] == 1)["open"], 1)
    peers = [Wire(server.port) for _ in range(59)]
    one_more = Wire(server.port, hello=False)
    check("one connection too many is closed", one_more.is_closed())
    check.equal("it is told why that was", server.ended()["client"], 1)
    peers.pop().close()
    until(server, lambda ended: ended["open"] == 59)
    peers.append(Wire(server.port))
    for peer in [*peers, small, one_more]:
        peer.close()


def slow(check, server):
    peer = Wire(server.port, hello=False)
    for byte in HELLO + frame(3301, JUNE, serial=9):
        peer.send(bytes([byte]))
    check.equal("bytes one by one are frames", [peer.hear()[:2] for _ in range(2)], [(1001, 1), (3301, 9)])
    peer.close()
    # A peer that asks and does not read is not read from in the end, and others do not notice.
    peer = Wire(server.port)
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
    peer.socket.setblocking(False)
    asked, data = 0, ALIVE * 1_000_000
    try:
        while asked < len(data):
            asked += peer.socket.send(data[asked:asked + (1 << 20)])
    except BlockingIOError:
        pass
    other = Wire(server.port)
    other.send(ALIVE)
    check.equal("others are answered meanwhile", other.hear()[0], 1004)
    other.close()
    check("a peer that does not read is not read from", asked < len(data) and server.memory() < 200 << 20, (asked, server.memory()))
    peer.socket.setblocking(True)
    peer.socket.settimeout(30)
    try:
        count = 0
        while count < asked // len(ALIVE) - 1:
            assert peer.hear()[0] == 1004
            count += 1
    except (EOFError, OSError, AssertionError) as error:
        count = repr(error)
    check.equal("what was asked is answered once it reads", count, asked // len(ALIVE) - 1)
    peer.close()


def strangers(check, server):
    """Connections without a beginning end after half a minute, silent ones after forty seconds."""
    began = time.monotonic()
    strangers, silent = [Wire(server.port, hello=False) for _ in range(50)], Wire(server.port)
    dripping = Wire(server.port, hello=False)
    dripping.send(HELLO[:30])
    time.sleep(25)
    dripping.send(HELLO[30:50])
    check("a stranger has half a minute", not strangers[0].is_closed(1))
    check("strangers are let go", all(stranger.is_closed() for stranger in strangers + [dripping]) and time.monotonic() - began < 45,
          time.monotonic() - began)
    check("a silent client has longer", not silent.is_closed(1))
    check("a silent client is let go", silent.is_closed(30), time.monotonic() - began)


def idle(check, server, count):
    before = server.memory()
    peers = [Wire(server.port) for _ in range(count)]
    memory = server.memory()
    check(f"{count} idle connections stay below 200 MB", memory < 200_000_000, memory)
    print(f"opend: {count} idle connections: {memory / 1e6:.1f} MB resident, {(memory - before) / count:.0f} bytes each", flush=True)
    for peer in peers[::max(1, count // 50)]:
        peer.send(ALIVE)
        check("an idle connection is answered", peer.hear()[0] == 1004)
    for peer in peers:
        peer.close()


def rate(check, server, quick):
    """Questions of 50 connections kept open, each with its next question as soon as it is answered."""
    seconds, answers, times = 1 if quick else 5, 0, []
    peers = {}
    poll = select.epoll()
    for _ in range(50):
        peer = Wire(server.port)
        peer.socket.setblocking(False)
        peers[peer.socket.fileno()] = [peer, b"", 0.0]
        poll.register(peer.socket, select.EPOLLIN)
    for state in peers.values():
        state[2] = time.perf_counter()
        state[0].socket.send(ALIVE)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for number, _ in poll.poll(1):
            state = peers[number]
            state[1] += state[0].socket.recv(65536)
            if len(state[1]) >= 44 and len(state[1]) >= 44 + struct.unpack_from("<I", state[1], 12)[0]:
                now = time.perf_counter()
                times.append(now - state[2])
                answers += 1
                state[1], state[2] = b"", now
                state[0].socket.send(ALIVE)
    times.sort()
    print(f"opend: {answers / seconds:.0f} questions/s of 50 connections from one Python process, "
          f"99 of 100 within {times[len(times) * 99 // 100] * 1000:.2f} ms", flush=True)
    check("connections are answered all the while", answers > 0)
    for peer, _, _ in peers.values():
        peer.close()
