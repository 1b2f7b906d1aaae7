"""The keys of the WebSocket, made and ended by `millrace keys` while `millrace serve` runs; messages as the JavaScript client sends them."""
import asyncio
import contextlib
import csv
import hashlib
import json
import os
import re
import tempfile
import time

import websockets

from harness import millrace
from serving import Serving
from wire import JUNE, field

LOGIN, VOLUME, STATE = 1, 3301, 1002
PLANS = """{ plans: [
  { vendor: 'opend', name: 'two', calls_per_month: 2 },
  { vendor: 'opend', name: 'tight', limits: [{ calls: %d, seconds: 3600 }] },
] }
"""
TOO_OFTEN = "获取期权市场统计频率太高，请求失败，每{}秒最多{}次。"


def shown(key):
    """What the client makes of its key."""
    return hashlib.md5(key.encode()).hexdigest()


class Client:
    """One connection."""

    def __init__(self, socket):
        self.socket, self.section = socket, 0

    async def ask(self, command, body=b""):
        """The header's error, its words, and the body."""
        self.section += 1
        await self.socket.send(b"ft-v1.0\0" + command.to_bytes(4, "big") + self.section.to_bytes(8, "big") + body)
        answer = await asyncio.wait_for(self.socket.recv(), 20)
        assert answer[:20] == b"ft-v1.0\0" + command.to_bytes(4, "big") + self.section.to_bytes(8, "big"), answer
        return int.from_bytes(answer[20:24], "big"), answer[24:44].rstrip(b"\0").decode(), answer[44:]

    async def log_in(self, text):
        """Whether what is shown of a key is good."""
        error, words, _ = await self.ask(LOGIN, field(1, field(4, text.encode()) + field(6, b"JavaScript")))
        return words or not error

    async def volume(self):
        """How a question is answered: its rows, or what it is refused with."""
        error, words, body = await self.ask(VOLUME, JUNE)
        # Field 1 is a retType of -1, field 2 the words.
        refused = re.fullmatch(rb"\x08\xff{9}\x01\x12.(.*)\x18\0", body, re.DOTALL)
        return words or (refused[1].decode() if refused else b"2026-06-12" in body)

    async def closed(self):
        """The close code, and how long it took."""
        began = time.monotonic()
        await asyncio.wait_for(self.socket.wait_closed(), 20)
        return self.socket.close_code, time.monotonic() - began


class OpenD(Serving):
    """A server, and its WebSocket."""

    def __init__(self, data, *options):
        super().__init__(data, "--opend-port", "none", "--opend-ws-port", "0", "--log-level", "debug", *options)
        self.web_port = int(re.search(r"OpenD's WebSocket \S+:(\d+)", self.log())[1])

    @contextlib.asynccontextmanager
    async def client(self, origin=None):
        async with websockets.connect(f"ws://127.0.0.1:{self.web_port}/", origin=origin, proxy=None) as socket:
            yield Client(socket)


class Keys:
    """The keys of a data directory."""

    def __init__(self, check, lake):
        self.check, self.lake, self.made = check, lake, []

    def create(self, plan="standard", vendor="opend", *options):
        done = millrace("keys", "create", "--data", self.lake, "--vendor", vendor, "--plan", plan, "--quiet", *options)
        self.check(f"a key of {vendor}'s {plan} is made", done.status == 0, done.stderr)
        self.made.append(done.stdout.strip())
        return self.made[-1]

    def name(self, key):
        listed = millrace("keys", "list", "--data", self.lake, "--format", "json").stdout.splitlines()
        return next(each["id"] for each in map(json.loads, listed) if key.startswith(each["key"].rstrip("…")))

    def revoke(self, key):
        self.check("a key is revoked", millrace("keys", "revoke", "--data", self.lake, "--key", self.name(key)).status == 0)

    def rotate(self, key):
        self.made.append(millrace("keys", "rotate", "--data", self.lake, "--key", self.name(key), "--quiet").stdout.strip())
        return self.made[-1]


async def opened(check, server, keys):
    """The first key of the vendor closes what was open to all, and opens it to pages of all origins."""
    foreign = "https://elsewhere.example.com"

    async def status(origin):
        try:
            async with server.client(origin):
                return 101
        except websockets.InvalidStatus as error:
            return error.response.status_code

    check.equal("without a key pages of other origins are refused", await status(foreign), 403)
    async with server.client() as early:
        check.equal("without a key anybody is let in", (await early.log_in(""), await early.volume()), (True, True))
        key = keys.create()
        code, seconds = await early.closed()
        check("the first key closes who had none", code == 4001 and seconds < 2, (code, seconds))
    async with server.client() as client:
        check.equal("then a key is wanted", (await client.log_in(""), (await client.closed())[0]), ("invalid key", 1008))
    check.equal("and pages of other origins may try theirs", await status(foreign), 101)
    return key


async def judged(check, server, keys, key):
    """What is shown of a good key, and what is not."""
    other, gone = keys.create("unlimited", "oanor"), keys.create()
    keys.revoke(gone)
    await asyncio.sleep(1)
    good = shown(key)
    for what, text, said in (
        ("the MD5 of a key", good, True), ("another case of it", good.upper(), "invalid key"), ("a part of it", good[:31], "invalid key"),
        ("more than it", good + "0", "invalid key"), ("the key itself", key, "invalid key"), ("nothing", "", "invalid key"),
        ("another vendor's key", other, "invalid key"), ("the MD5 of another vendor's key", shown(other), "invalid key"),
        ("a revoked key", shown(gone), "invalid key"), ("the MD5 of the MD5", shown(good), "invalid key"),
    ):
        async with server.client() as client:
            check.equal(f"{what} shown", await client.log_in(text), said)
            if said is True:
                check.equal(f"{what} opens", await client.volume(), True)
            else:
                check.equal(f"{what} closes", (await client.closed())[0], 1008)
    async with server.client() as client:
        check.equal("a question before the login", await client.volume(), "log in first")


async def ended(check, server, keys, key):
    """A key that is revoked or rotated ends its open sessions within a second; others go on."""
    mine, turned = keys.create("unlimited"), keys.create("unlimited")
    await asyncio.sleep(1)
    async with server.client() as asking, server.client() as idle, server.client() as turning, server.client() as staying:
        for client, each in ((asking, mine), (idle, mine), (turning, turned), (staying, key)):
            check.equal("a key logs in", await client.log_in(shown(each)), True)
        keys.revoke(mine)
        began = time.monotonic()
        # It asks without a pause; the other has asked nothing since it logged in.
        while (said := await asking.volume()) is True and time.monotonic() - began < 10:
            await asyncio.sleep(0.02)
        seconds = time.monotonic() - began
        check("who asks with a revoked key is refused within a second", said == "invalid key" and seconds < 2, (said, seconds))
        check.equal("and closed", (await asking.closed())[0], 4001)
        code, _ = await idle.closed()
        check("who asks nothing is closed as well", code == 4001 and time.monotonic() - began < 2.5, (code, time.monotonic() - began))
        fresh = keys.rotate(turned)
        code, seconds = await turning.closed()
        check("a rotated key closes its sessions within a second", code == 4001 and seconds < 2, (code, seconds))
        check.equal("another key's session goes on", await staying.volume(), True)
        async with server.client() as client:
            check.equal("the old key is bad", await client.log_in(shown(turned)), "invalid key")
        async with server.client() as client:
            check.equal("the new one is good", (await client.log_in(shown(fresh)), await client.volume()), (True, True))


async def limited(check, server, keys, config):
    """Plans: the vendor's, none, one's own with its month, and one that is changed under an open session."""
    standard, unlimited = keys.create(), keys.create("unlimited")
    two, tight = keys.create("two", "opend", "--config", config), keys.create("tight", "opend", "--config", config)
    await asyncio.sleep(1)
    async with server.client() as one, server.client() as other, server.client() as free, server.client() as month, server.client() as window:
        for client, key in ((one, standard), (other, standard), (free, unlimited), (month, two), (window, tight)):
            check.equal("a key logs in", await client.log_in(shown(key)), True)
        answers = [await client.volume() for _ in range(30) for client in (one, other)]
        check.equal("sixty questions of a key are answered", answers, [True] * 60)
        check.equal("the 61st is refused on both its connections", [await one.volume(), await other.volume()], [TOO_OFTEN.format(30, 60)] * 2)
        check.equal("a question that does not count is answered", (await one.ask(STATE, field(1, b"")))[0], 0)
        check.equal("without a limit all are", [await free.volume() for _ in range(200)], [True] * 200)
        check.equal("a month's calls", [await month.volume() for _ in range(3)], [True, True, "本月请求次数已用完"])
        check.equal("a limit of one's own", [await window.volume() for _ in range(4)], [True] * 3 + [TOO_OFTEN.format(3600, 3)])
        with open(config, "w") as file:
            file.write(PLANS % 5)
        server.process.send_signal(1)
        await asyncio.sleep(0.5)
        check.equal("a limit that is raised holds at once", [await window.volume() for _ in range(3)], [True] * 2 + [TOO_OFTEN.format(3600, 5)])


async def all_of(check, server, keys, config):
    key = await opened(check, server, keys)
    await judged(check, server, keys, key)
    await ended(check, server, keys, key)
    await limited(check, server, keys, config)


def run(check, june):
    with tempfile.TemporaryDirectory() as folder:
        lake, config, rows = (os.path.join(folder, name) for name in ("lake", "plans.json5", "june.csv"))
        with open(config, "w") as file:
            file.write(PLANS % 3)
        with open(rows, "w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["date", "market", "call_volume", "put_volume", "call_oi", "put_oi"])
            table.writerows([day, "US_SECURITY", calls, puts, "", ""] for day, calls, puts in june)
        check.equal("rows are imported", millrace("import-options", rows, "--data", lake).status, 0)
        keys = Keys(check, lake)
        with OpenD(lake, "--config", config) as server:
            asyncio.run(all_of(check, server, keys, config))
            check.equal("clean end", server.stop(), 0)
            log = server.log()
            told = [key for key in keys.made if key in log or shown(key) in log or shown(key).upper() in log]
            check("the log has no key, and no MD5 of one", not told and "also there" in log, log)
            check("nothing failed inside", not re.search(r" (warning|error) ", log), log)
