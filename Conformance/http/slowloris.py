"""Thousands of clients that take their time, and a good one that must not notice: headers that drip, bodies that drip, answers that are
hardly read.

Each kind of a thousand is kept up by a process of its own, which replaces those that the server cuts off. The good client asks for /flow,
one question after the other over four connections at a modest pace; rounds with and without the slow ones alternate, and what is told is
the ratio of the medians of the rounds' p99.
"""
import multiprocessing
import os
import resource
import socket
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from client import Connection, once

FLOW = "/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000"
LONG = "/openapi.json"
KINDS = ("headers", "bodies", "readers")
# How long a slow client waits between two bytes, in seconds.
PASS = 1.5
# Each kind is at home at an address of its own, as the connections of one address are limited.
HOMES = {kind: f"127.0.0.{place + 2}" for place, kind in enumerate(KINDS)}
FIRST = {"headers": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-", "readers": f"GET {LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
         "bodies": b"POST /orderflow-api/v1/flow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"}


def slow(address, kind, count, attack, filled, lost, end):
    """Keeps up so many slow clients of one kind while `attack` is set, and lets them go when it is not."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    while not end.is_set():
        if not attack.wait(0.2):
            continue
        members = []

        def another():
            member = socket.socket()
            if kind == "readers":
                member.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            member.bind((HOMES[kind], 0))
            member.connect(address)
            member.sendall(FIRST[kind])
            member.setblocking(False)
            return member

        while attack.is_set():
            while len(members) < count and attack.is_set():
                members.append(another())
            filled.set()
            started = time.monotonic()
            for place, member in enumerate(members):
                # Spread over the pass: a thousand at once would be a burst of work on this machine, which no slow client has.
                wait = started + PASS * place / count - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                if not attack.is_set():
                    break
                try:
                    if kind == "readers":
                        member.recv(2048)
                    else:
                        # Answers are for the good ones: it is closed here.
                        member.send(b"a")
                        if member.recv(1, socket.MSG_PEEK) == b"":
                            raise OSError
                except BlockingIOError:
                    continue
                except OSError:
                    member.close()
                    lost.value += 1
                    try:
                        members[place] = another()
                    except OSError:
                        time.sleep(0.01)
            while attack.is_set() and time.monotonic() < started + PASS:
                time.sleep(0.05)
        for member in members:
            member.close()
        filled.clear()


def good(address, seconds, pace=0.004):
    """How long each question of a good client took, in milliseconds; all have to be answered."""
    connections = [Connection(address) for _ in range(4)]
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for connection in connections:
            began = time.perf_counter()
            assert connection.request(FLOW).status == 200
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(pace)
    for connection in connections:
        connection.close()
    return times


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))]


def run(check, address, pid, quick):
    """Quick: a few hundred of each kind for a moment, and all good questions are answered. Full: a thousand of each, and the ratio."""
    count, rounds, seconds = (150, 1, 1) if quick else (1000, 7, 6)
    context = multiprocessing.get_context("fork")
    attack, end = context.Event(), context.Event()
    filled, lost = [context.Event() for _ in KINDS], [context.Value("l", 0) for _ in KINDS]
    processes = [context.Process(target=slow, args=(address, kind, count, attack, filled[place], lost[place], end), daemon=True)
                 for place, kind in enumerate(KINDS)]
    for process in processes:
        process.start()
    calm, stormy = [], []
    try:
        good(address, 0.5)
        for _ in range(rounds):
            calm.append(good(address, seconds))
            attack.set()
            for each in filled:
                check("slow clients are there", each.wait(60))
            stormy.append(good(address, seconds))
            held = sum(1 for _ in os.scandir(f"/proc/{pid}/fd"))
            check("they are held meanwhile", held > 2 * count, held)
            attack.clear()
            time.sleep(0.5 if quick else 1.5)
    finally:
        end.set()
        attack.clear()
        for process in processes:
            process.join(10)
            if process.is_alive():
                process.kill()
    check("the server is well afterwards", once(address, "/healthz").status == 200)
    before, during = (statistics.median(percentile(times, 0.99) for times in each) for each in (calm, stormy))
    middle = [statistics.median(percentile(times, 0.5) for times in each) for each in (calm, stormy)]
    print(f"http: {count} of each kind of slow client: p99 of /flow {before:.2f} ms without, {during:.2f} ms with them, ratio {during / before:.2f} "
          f"(p50 {middle[0]:.2f}, {middle[1]:.2f} ms; medians of {rounds} rounds in turn); cut off and replaced "
          + ", ".join(f"{kind} {value.value}" for kind, value in zip(KINDS, lost)), flush=True)
    return during / before
