#!/usr/bin/env python3
"""WebSockets as the `websockets` package speaks them: a thousand subscribers at once, its pings, and its ways of leaving."""
import asyncio
import sys
import urllib.request

import websockets

PORT = int(sys.argv[1])
FEED = f"ws://127.0.0.1:{PORT}/streams/feed"
ECHO = f"ws://127.0.0.1:{PORT}/streams/echo"
SUBSCRIBERS, MESSAGES = 1000, 50


def ask(path, method="GET"):
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", method=method), timeout=60).read()


async def wait(wanted):
    async with asyncio.timeout(120):
        while int(await asyncio.to_thread(ask, "/streams/count")) != wanted:
            await asyncio.sleep(0.01)


async def echo():
    async with websockets.connect(ECHO, ping_interval=0.05) as client:
        for size in [0, 1, 125, 126, 65535, 65536, 250_000]:
            await client.send("x" * size)
            assert await client.recv() == "x" * size
            await client.send(b"\xff" * size)
            assert await client.recv() == b"\xff" * size
        await client.send(["in ", "several ", "frames"])
        assert await client.recv() == "in several frames"
        waiter = await client.ping()
        await waiter
        await asyncio.sleep(0.3)
    assert client.close_code == 1000
    try:
        async with websockets.connect(ECHO) as client:
            await client.send("x" * 300_000)
            await client.recv()
        raise AssertionError("too big a message was taken")
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd.code == 1009, closed
    try:
        await websockets.connect(f"ws://127.0.0.1:{PORT}/streams/guarded")
        raise AssertionError("the gate is open")
    except websockets.InvalidStatus as refused:
        assert refused.response.status_code == 401 and refused.response.body == b"a key is required\n", refused.response


async def subscriber(started):
    async with websockets.connect(FEED, open_timeout=120, ping_interval=None) as client:
        started.release()
        first = int((await client.recv()).split()[0])
        for offset in range(1, MESSAGES):
            assert int((await client.recv()).split()[0]) == first + offset


async def subscribers():
    started = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(subscriber(started)) for _ in range(SUBSCRIBERS)]
    for _ in range(SUBSCRIBERS):
        await started.acquire()
    await wait(SUBSCRIBERS)
    for _ in range(MESSAGES // 10):
        await asyncio.to_thread(ask, "/streams/publish?count=10&size=200", "POST")
    await asyncio.gather(*tasks)
    await wait(0)


asyncio.run(echo())
asyncio.run(subscribers())
print("ok")
