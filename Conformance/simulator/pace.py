"""How much of a core the simulator takes to send trades over loopback: printed, not judged."""
import base64
import os
import socket
import time
from urllib.parse import urlsplit


def count_frames(data, start):
    """Whole frames from `start`, and where they end."""
    frames, at, end = 0, start, len(data)
    while at + 10 <= end:
        size = data[at + 1]
        if size < 126:
            head = 2
        elif size == 126:
            head, size = 4, data[at + 2] << 8 | data[at + 3]
        else:
            head, size = 10, int.from_bytes(data[at + 2:at + 10], "big")
        if at + head + size > end:
            break
        at += head + size
        frames += 1
    return frames, at


def run(check, simulator, path, rate, seconds=5):
    url = urlsplit(simulator.stream("binance-spot"))
    with socket.create_connection((url.hostname, url.port)) as client:
        key = base64.b64encode(os.urandom(16)).decode()
        client.sendall(f"GET {url.path}{path} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(1 << 16)
        data = data.split(b"\r\n\r\n", 1)[1]
        frames = size = 0
        began, used = time.monotonic(), simulator.seconds()
        while time.monotonic() < began + seconds:
            news = client.recv(1 << 20)
            size += len(news)
            data += news
            whole, at = count_frames(data, 0)
            frames += whole
            data = data[at:]
        spent = time.monotonic() - began
        share = (simulator.seconds() - used) / spent
    print(f"simulator: {frames / spent:,.0f} frames/s of {rate:,}/s wanted, {size / spent / 1e6:.0f} MB/s, {share:.2f} of a core, "
          f"peak {simulator.peak()} MiB")
    check(f"{rate} frames/s are sent", frames > 0)
