#!/usr/bin/env python3
"""The peers that the tests of Transport's clients talk to, all on loopback and free ports: a good WebSocket server (the `websockets`
library), one that misbehaves by the path asked for, an HTTP server, two CONNECT proxies, and nginx with certificates in front of them.

Prints one line of JSON that says where they are, and ends when its input does."""
import asyncio
import gzip
import http.server
import json
import logging
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import threading
import urllib.parse

import websockets
import websockets.asyncio.server
from websockets.utils import accept_key

sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import nginx

logging.disable(logging.CRITICAL)

counts = {"connects": 0, "authorized": 0}


# A good server.

async def talk(connection):
    path = urllib.parse.urlsplit(connection.request.path)
    query = {key: values[0] for key, values in urllib.parse.parse_qs(path.query).items()}
    if path.path == "/push":
        size = int(query.get("size", 100))
        for number in range(int(query["n"])):
            text = f"{number} "
            await connection.send(text + "x" * max(0, size - len(text)))
        await connection.wait_closed()
    elif path.path == "/sizes":
        for size in map(int, query["of"].split(",")):
            await connection.send(bytes(index % 251 for index in range(size)) if size < 1 << 16 else os.urandom(1) * size)
        await connection.wait_closed()
    elif path.path == "/parts":
        await connection.send(f"{index}," for index in range(int(query["n"])))
        await connection.send("whole")
        await connection.send(iter([b"a" * 70000, b"", b"b" * 70000]))
        await connection.wait_closed()
    elif path.path == "/close":
        await connection.close(int(query["code"]), query.get("reason", ""))
    elif path.path == "/agent":
        await connection.send(json.dumps({key: connection.request.headers.get(key) for key in ("User-Agent", "Host", "Sec-WebSocket-Extensions")}))
        await connection.wait_closed()
    else:
        async for message in connection:
            await connection.send(message)


def refuse(connection, request):
    if request.path.startswith("/refuse/"):
        return connection.respond(int(request.path.split("/")[2]), "no\n")


# A server that misbehaves.

def frame(opcode, payload, final=True, bits=0):
    head = bytes([(0x80 if final else 0) | bits | opcode])
    length = len(payload)
    if length < 126:
        head += bytes([length])
    elif length < 65536:
        head += b"\x7e" + struct.pack(">H", length)
    else:
        head += b"\x7f" + struct.pack(">Q", length)
    return head + payload


async def read_frame(reader):
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length == 126:
        length, = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        length, = struct.unpack(">Q", await reader.readexactly(8))
    mask = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    return first & 15, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


async def misbehave(reader, writer):
    try:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = request.split(" ")[1]
        headers = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
        answer = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Accept: {accept_key(headers['Sec-WebSocket-Key'])}\r\n\r\n").encode()
        await misbehaviours[path.split("?")[0]](reader, writer, answer)
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


async def opened(writer, answer, *frames):
    writer.write(answer + b"".join(frames))
    await writer.drain()


async def until_left(reader):
    while await reader.read(65536):
        pass


async def stall(reader, writer, answer):
    await until_left(reader)


async def mute(reader, writer, answer):
    """Opens, and neither reads nor writes any more."""
    await opened(writer, answer)
    await asyncio.sleep(600)


async def silent(reader, writer, answer):
    """Opens, reads and never answers."""
    await opened(writer, answer)
    await until_left(reader)


async def half(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"), frame(1, b"x" * 1000)[:500])


async def half_header(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"), b"\x81\x7e\x10")


async def reset(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"))
    await asyncio.sleep(0.05)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang_up(reader, writer, answer):
    """Closes instead of answering the upgrade."""


async def redirect(reader, writer, answer):
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def wrong_accept(reader, writer, answer):
    await opened(writer, answer.replace(b"Accept: ", b"Accept: AAAA"))
    await until_left(reader)


async def no_http(reader, writer, answer):
    writer.write(b"\x00\x01\x02 what is this\r\n\r\n" * 4)
    await writer.drain()
    await until_left(reader)


async def endless_header(reader, writer, answer):
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\n")
    while True:
        writer.write(b"X-Header: " + b"y" * 1000 + b"\r\n")
        await writer.drain()


async def deflated(reader, writer, answer):
    """Compresses although nobody offered to."""
    await opened(writer, answer.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
                 frame(1, b"\xf2\x48\xcd\xc9\xc9\x07\x00", bits=0x40))
    await until_left(reader)


async def reserved_bits(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"), frame(1, b"x", bits=0x40))
    await until_left(reader)


async def unknown_opcode(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"), frame(5, b"x"))
    await until_left(reader)


async def lost_continuation(reader, writer, answer):
    await opened(writer, answer, frame(1, b"whole"), frame(0, b"x"))
    await until_left(reader)


async def endless_parts(reader, writer, answer):
    await opened(writer, answer, frame(1, b"x", final=False))
    while True:
        writer.write(frame(0, b"y" * 60000, final=False))
        await writer.drain()


async def vast_length(reader, writer, answer):
    await opened(writer, answer, b"\x82\x7f" + struct.pack(">Q", (1 << 63) - 1))
    while True:
        writer.write(b"z" * 65536)
        await writer.drain()


async def drip(reader, writer, answer):
    """Everything a byte at a time, parts and a ping between them."""
    text = frame(1, b"one ", final=False) + frame(9, b"between") + frame(0, b"two", final=True) + frame(1, b"three")
    for byte in answer + text:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    await until_left(reader)


async def pinger(reader, writer, answer):
    """Pings, and says what came back."""
    await opened(writer, answer, frame(9, b"payload"))
    opcode, payload = await read_frame(reader)
    await opened(writer, b"", frame(1, f"{opcode} {payload.decode()}".encode()))
    await until_left(reader)


async def at_once(reader, writer, answer):
    """Messages in the same segment as the answer to the upgrade, then a close frame."""
    await opened(writer, answer, *(frame(1, str(index).encode()) for index in range(1000)), frame(8, struct.pack(">H", 4012) + b"restart"))
    await until_left(reader)


async def flood(reader, writer, answer):
    """Trades without end."""
    trade = (b'{"e":"aggTrade","E":1672515782136,"s":"BTCUSDT","a":1234567890,"p":"61804.80","q":"0.00120","f":1234567890,'
             b'"l":1234567895,"T":1672515782136,"m":true,"M":true}')
    await opened(writer, answer)
    while True:
        writer.write(frame(1, trade) * 500)
        await writer.drain()


async def latin(reader, writer, answer):
    """A text that is not UTF-8 is handed on as it is."""
    await opened(writer, answer, frame(1, b"\xff\xfe"))
    await until_left(reader)


async def closing_words(reader, writer, answer):
    """Says what code it was closed with, on a second connection's behalf: by its own close frame's reason."""
    await opened(writer, answer)
    opcode, payload = await read_frame(reader)
    counts["closed_with"] = struct.unpack(">H", payload[:2])[0] if opcode == 8 and len(payload) >= 2 else -1
    await opened(writer, b"", frame(8, payload))


misbehaviours = {"/" + name.replace("_", "-"): function for name, function in list(globals().items())
                 if asyncio.iscoroutinefunction(function) and name not in ("talk", "misbehave", "read_frame", "opened", "until_left")}


# A proxy.

async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def proxy(secret):
    async def serve(reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split("\r\n")[0].split(" ")
            if secret and f"Basic {secret}".lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            counts["authorized" if secret else "connects"] += 1
            if method == "CONNECT":
                host, port = target.rsplit(":", 1)
            else:
                parts = urllib.parse.urlsplit(target)
                host, port = parts.hostname, parts.port or 80
            there = await asyncio.open_connection("127.0.0.1", int(port))
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                there[1].write(head.replace(f"{parts.scheme}://{parts.netloc}", "", 1).encode())
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
        except (ConnectionError, OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()
    return serve


# An HTTP server.

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path)
        words = path.path.split("/")[1:]
        if words[0] == "status":
            self.answer(b"%d" % int(words[1]), int(words[1]), Retry_After="7", x_mbx_used_weight_1m="12")
        elif words[0] == "headers":
            self.answer(json.dumps({"peer": self.client_address[1], **{key.lower(): value for key, value in self.headers.items()}}).encode())
        elif words[0] == "size":
            self.answer(b"x" * int(words[1]))
        elif words[0] == "gzip":
            self.answer(gzip.compress(b"x" * int(words[1])), Content_Encoding="gzip")
        elif words[0] == "chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for index in range(int(words[1])):
                part = b"%d," % index
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        elif words[0] == "counts":
            self.answer(json.dumps(counts).encode())
        elif words[0] == "half":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 500)
            self.close_connection = True
        elif words[0] == "never":
            release.wait()
        elif words[0] == "headers-without-end":
            self.send_response(200)
            try:
                while True:
                    self.wfile.write(b"X-Header: " + b"y" * 10000 + b"\r\n")
            except OSError:
                self.close_connection = True
        elif words[0] == "nonsense":
            self.wfile.write(b"\x00\x01\x02 what is this\r\n\r\n")
            self.close_connection = True
        elif words[0] == "redirect":
            self.answer(b"", 302, Location="/status/200")
        else:
            self.answer(b"nothing here", 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(body, Content_Type=self.headers.get("Content-Type", ""), X_Expect=self.headers.get("Expect", "none"))


release = threading.Event()


class HTTPServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


# nginx.

def secure(folder, ws, raw, plain):
    body = f"""
        location / {{ proxy_pass http://127.0.0.1:{plain}; }}
        location /ws/ {{ proxy_pass http://127.0.0.1:{ws}/; {nginx.UPGRADE} }}
        location /raw/ {{ proxy_pass http://127.0.0.1:{raw}/; {nginx.UPGRADE} }}"""
    process, ports = nginx.start(folder, {"here": body, "elsewhere": body})
    return process, ports["here"], ports["elsewhere"]


async def main():
    loop = asyncio.get_running_loop()
    good = await websockets.asyncio.server.serve(
        talk, "127.0.0.1", 0, process_request=refuse, ping_interval=None, max_size=None, backlog=2048)
    raw = await asyncio.start_server(misbehave, "127.0.0.1", 0)
    open_proxy = await asyncio.start_server(proxy(None), "127.0.0.1", 0)
    shut_proxy = await asyncio.start_server(proxy("dXNlcjpzZWNyZXQ="), "127.0.0.1", 0)
    plain = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    port = lambda server: server.sockets[0].getsockname()[1]
    ports = {"ws": port(good), "raw": port(raw), "http": plain.server_address[1], "proxy": port(open_proxy), "shutProxy": port(shut_proxy)}
    folder, process = tempfile.mkdtemp(prefix="millrace-peers-"), None
    try:
        if "tls" in sys.argv[1:]:
            process, ports["tls"], ports["elsewhere"] = await loop.run_in_executor(
                None, secure, folder, ports["ws"], ports["raw"], ports["http"])
            ports["folder"] = folder
        print(json.dumps(ports), flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
    finally:
        release.set()
        if process:
            process.send_signal(signal.SIGTERM)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


asyncio.run(main())
