"""Judges bytes that a server answered damaged requests with: is it HTTP, is the status one that a client deserves, does it tell too much?"""
import gzip
import re

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [ -~]*")
FIELD = re.compile(rb"([A-Za-z0-9-]+): ([\t -~]*)")
# Where the machine keeps things, and what only the source calls so.
SECRETS = re.compile(
    rb"/(?:tmp|work|home|root|usr|opt|var|proc)/|root:x:0|\.swift\b|Fatal error|Optional\(|\bSwift\.[A-Z]|Error\(|Failure\(|"
    rb"\b(?:Transport|Lake|Access|VendorAPIs|MarketService|MarketModel|Recorder|SQLite|Pipeline|OrderFlow|Feeds)\.[A-Z]|SQLite format 3")
# What libmicrohttpd says by itself of what is no request to anybody, before our code hears of it: the one kind of answer without an id.
LIBRARY = b"<html><head><title>"


class Fault(Exception):
    """What an answer must not be."""


class Partial(Exception):
    """An answer that is not whole."""


def chunks(data):
    """The body of chunks at the start of some bytes, and what follows it."""
    body = b""
    while True:
        line, found, rest = data.partition(b"\r\n")
        if not found:
            raise Partial
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
            raise Fault(f"a chunk begins with {line[:40]!r}")
        size = int(line, 16)
        if len(rest) < size + 2:
            raise Partial
        if rest[size:size + 2] != b"\r\n":
            raise Fault("a chunk is longer than it says")
        body, data = body + rest[:size], rest[size + 2:]
        if size == 0:
            return body, data


judged = set()


def judge_body(status, fields, body):
    # Many answers are alike, and looking for secrets takes time.
    if (known := hash(body)) in judged:
        return
    judged.add(known)
    if fields.get(b"content-encoding") == b"gzip":
        body = gzip.decompress(body)
    kind = fields.get(b"content-type", b"")
    if kind.startswith((b"text/", b"application/json")) or not kind:
        found = SECRETS.search(body)
        if found:
            raise Fault(f"an answer of {status} tells {body[max(0, found.start() - 60):found.end() + 60]!r}")


def one(data, may_be_head):
    """Takes one answer off the start of some bytes; returns its status and the rest."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        if not b"HTTP/1.1 ".startswith(data[:9]):
            raise Fault(f"no answer: {data[:60]!r}")
        raise Partial
    first, *lines = head.split(b"\r\n")
    match = STATUS.fullmatch(first)
    if not match:
        raise Fault(f"no status line: {first[:80]!r}")
    status = int(match[1])
    fields = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if not field:
            raise Fault(f"no header: {line[:80]!r}")
        name = field[1].lower()
        if name in fields and name in (b"content-length", b"content-type", b"x-request-id", b"date", b"transfer-encoding", b"connection"):
            raise Fault(f"{name.decode()} is sent twice")
        fields[name] = field[2]
    if status == 100:
        return status, rest
    if not (status < 500 or status in (501, 503, 505)):
        raise Fault(f"status {status}: {rest[:200]!r}")
    if status == 503 and b"retry-after" not in fields:
        raise Fault("503 without Retry-After")
    if rest.startswith(head + b"\r\n\r\n" + LIBRARY) and fields.get(b"connection") == b"close":
        # libmicrohttpd 0.9.75 puts the head of such an answer before its body once more; it closes behind it.
        return status, b""
    by_library = rest.startswith(LIBRARY) or (b"x-request-id" not in fields and may_be_head and status >= 400)
    if not by_library:
        if not re.fullmatch(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fields.get(b"x-request-id", b"")):
            raise Fault(f"an answer of {status} without a request id: {data[:300]!r}")
        if fields.get(b"x-content-type-options") != b"nosniff":
            raise Fault(f"an answer of {status} whose kind browsers may guess")
    if status == 101 or status in (204, 304):
        return status, (b"" if status == 101 else rest)
    if fields.get(b"transfer-encoding") == b"chunked":
        # Streams of events, which end when their client leaves.
        if may_be_head and (not rest or rest.startswith(b"HTTP/1.1 ")):
            return status, rest
        body, rest = chunks(rest)
    else:
        if not re.fullmatch(rb"\d{1,12}", fields.get(b"content-length", b"")):
            raise Fault(f"no length: {data[:300]!r}")
        size = int(fields[b"content-length"])
        if may_be_head and (not rest or rest.startswith(b"HTTP/1.1 ")):
            return status, rest
        if len(rest) < size:
            raise Partial
        body, rest = rest[:size], rest[size:]
    judge_body(status, fields, body)
    return status, rest


def judge(data, sent, ended):
    """The statuses of all answers to what was sent; `ended` says that the server closed, so that the last one has to be whole."""
    statuses = []
    while data:
        try:
            status, data = one(data, b"HEAD" in sent)
        except Partial:
            if ended and b"text/event-stream" not in data:
                raise Fault(f"an answer is cut off: {data[:300]!r}, {len(data)} bytes") from None
            break
        statuses.append(status)
    return statuses
