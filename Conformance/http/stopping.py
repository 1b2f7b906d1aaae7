"""Signals under load: what a client sees of a server that stops, or reads its plans again, while many ask.

What is promised, and judged here:

- A request that had arrived when the signal came is answered, and wholly: also if its connection had not been accepted yet, if it was one of
  many in a row, if its answer is long or still being made, and if its client reads slowly.
- Any other request is answered wholly, or its connection closes before a byte of an answer: clients ask again, as RFC 9112 has it.
- No request is answered twice, and nothing follows an answer that says `Connection: close`.
- SIGHUP with a file of plans loses nothing at all and closes no connection.
"""
import os
import random
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from client import Closed, Connection
from serving import Serving

FLOW = "/orderflow-api/v1/flow?symbol=BTCUSDT&trades={}"
# More than a socket holds for a client that reads slowly.
LONG = "/openapi.json"
# Made by the threads beside the event loops.
LATE = "/metrics"


class Peer(Connection):
    """A connection that knows whether it has a part of an answer."""

    def __init__(self, *words, **options):
        self.got = 0
        super().__init__(*words, **options)

    def more(self):
        before = len(self.pending)
        super().more()
        self.got += len(self.pending) - before

    def answer(self):
        began = self.got - len(self.pending)
        try:
            return self.response()
        except (Closed, ConnectionResetError, TimeoutError) as error:
            silent = isinstance(error, TimeoutError)
            raise Lost("silent" if silent else "cut" if self.got > began else "closed") from None


class Lost(Exception):
    pass


class Client(threading.Thread):
    """Asks, a batch at a time, until its server has gone; notes when each request had been sent, and what became of it."""

    def __init__(self, address, kind, draw, stop):
        super().__init__()
        self.address, self.kind, self.draw, self.stop = address, kind, draw, stop
        self.fates, self.ids, self.faults = [], [], []

    def batch(self):
        if self.kind == "pipelined":
            choices = [FLOW.format(self.draw.randint(1, 5000)), LONG, LATE, "/healthz", "/nothing"]
            return [self.draw.choice(choices) for _ in range(self.draw.randint(2, 24))]
        return [{"slow": LONG, "long": LONG, "late": LATE}.get(self.kind, FLOW.format(2000))]

    def run(self):
        while not self.stop.is_set():
            try:
                options = {"receive_buffer": 4096} if self.kind == "slow" else {}
                with Peer(self.address, timeout=20, **options) as peer:
                    while self.ask(peer) and self.kind != "new" and not self.stop.is_set():
                        pass
            except (ConnectionRefusedError, ConnectionResetError):
                # Nobody listens any more.
                return

    def ask(self, peer):
        """Whether the connection can go on."""
        targets = self.batch()
        data = "".join(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n" for target in targets)
        try:
            peer.send(data)
        except OSError:
            self.fates += [(float("inf"), "closed")] * len(targets)
            return False
        sent = time.monotonic()
        for place, target in enumerate(targets):
            try:
                if self.kind == "slow":
                    time.sleep(0.1)
                answer = peer.answer()
            except Lost as lost:
                self.fates += [(sent, str(lost))] + [(sent, "closed")] * (len(targets) - place - 1)
                return False
            expected = 404 if target == "/nothing" else 200
            if answer.status != expected or (target != LATE and expected == 200 and answer.body[-1:] not in b"}\n"):
                self.faults.append((target, answer.status, answer.body[:200]))
            self.ids.append(answer.header("X-Request-Id"))
            self.fates.append((sent, "answered"))
            if answer.header("Connection") == "close":
                self.fates += [(sent, "closed")] * (len(targets) - place - 1)
                if not peer.ends() or peer.pending:
                    self.faults.append(("something follows the last answer", peer.pending[:100]))
                return False
        return True


def crowd(address, draw, stop, count):
    kinds = ["kept", "new", "pipelined", "long", "slow", "late"]
    return [Client(address, kinds[place % len(kinds)], random.Random(draw.getrandbits(32)), stop) for place in range(count)]


def queued(address, count):
    """Connections with a request each that may not even have been accepted when the signal comes."""
    peers = []
    for _ in range(count):
        peer = Peer(address, timeout=20)
        peer.send(f"GET {FLOW.format(100)} HTTP/1.1\r\nHost: localhost\r\n\r\n")
        peers.append(peer)
    return peers


def judge(check, what, clients, since):
    """Checks the fates of all requests, and returns how many had been sent by then, came later, and were answered."""
    fates = [fate for client in clients for fate in client.fates]
    lost = [fate for sent, fate in fates if sent < since and fate != "answered"]
    broken = [fate for sent, fate in fates if sent >= since and fate not in ("answered", "closed")]
    ids = [each for client in clients for each in client.ids]
    faults = [fault for client in clients for fault in client.faults]
    check(f"{what}: what had arrived is answered", not lost, (len(lost), sorted(set(lost))))
    check(f"{what}: nothing is cut off", not broken, (len(broken), sorted(set(broken))))
    check(f"{what}: nothing is answered twice", len(ids) == len(set(ids)))
    check(f"{what}: answers are those asked for", not faults, faults[:3])
    return [sum(sent < since for sent, _ in fates), sum(sent >= since for sent, _ in fates), sum(fate == "answered" for _, fate in fates)]


def ending(check, lake, number, draw):
    """One server that is ended under load."""
    stop = threading.Event()
    with Serving(lake) as server:
        clients = crowd(server.address, draw, stop, 12)
        for client in clients:
            client.start()
        time.sleep(draw.uniform(0.2, 0.6))
        early = queued(server.address, 40)
        signalled = time.monotonic()
        status = server.stop(number)
        took = time.monotonic() - signalled
        name = signal.Signals(number).name
        check(f"{name} ends it in order and soon", status == 0 and took < 8, (status, took))
        stop.set()
        lost = 0
        for peer in early:
            try:
                lost += peer.answer().status != 200
            except Lost:
                lost += 1
            peer.close()
        check.equal(f"{name}: connections that were made before are served", lost, 0)
        for client in clients:
            client.join(30)
        check(f"{name}: the server said nothing but that it stops", server.log().count("\n") <= 2, server.log())
        return judge(check, name, clients, signalled)


def plans(check, lake, folder, draw, seconds):
    """SIGHUP again and again: nothing is lost, no connection closes."""
    path = os.path.join(folder, "plans.json5")
    stop = threading.Event()
    with open(path, "w") as file:
        file.write("{ plans: [] }")
    with Serving(lake, "--config", path) as server:
        clients = crowd(server.address, draw, stop, 12)
        for client in clients:
            client.start()
        end, hung = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            server.process.send_signal(signal.SIGHUP)
            hung += 1
            time.sleep(0.02)
        stop.set()
        for client in clients:
            client.join(30)
        counts = judge(check, "SIGHUP", clients, float("inf"))
        check.equal("SIGHUP: every request is answered", counts[2], counts[0] + counts[1])
        said = server.log().count("plans are in force")
        check("SIGHUP is heard", 0 < said <= hung, (said, hung))
        return counts


def run(check, lake, folder, quick):
    seed = random.SystemRandom().randrange(1 << 32)
    draw = random.Random(seed)
    print(f"http: stopping under load, seed {seed}", flush=True)
    # Under nohup it is ignored, and a server that was started so ignores it too.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP] * (1 if quick else 10)
    total = [0, 0, 0]
    for number in numbers:
        total = [old + new for old, new in zip(total, ending(check, lake, number, draw))]
    calm = plans(check, lake, folder, draw, 1 if quick else 10)
    print(f"http: {len(numbers)} ends under load: {total[0]} requests before the signal, {total[1]} after it, {total[2]} answered; "
          f"{calm[0]} while plans were read again, {calm[2]} answered", flush=True)
