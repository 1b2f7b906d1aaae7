#!/usr/bin/env python3
"""Byte ranges of a file, its validators, and a large file whole."""
import hashlib

from client import main, once


def expected(size):
    return bytes((index * 31 + index // 251) % 256 for index in range(size))


def single_ranges(address):
    """Every form of one range gives exactly those bytes"""
    whole = once(address, "/file")
    size = len(whole.body)
    assert whole.status == 200 and whole.header("Accept-Ranges") == "bytes" and whole.body[:5000] == expected(5000)
    cases = {
        "bytes=0-0": (0, 1), "bytes=0-99": (0, 100), "bytes=100-": (100, size), "bytes=-1": (size - 1, size),
        "bytes=-100": (size - 100, size), f"bytes=-{size * 2}": (0, size), f"bytes=5-{size * 10}": (5, size),
        "bytes=7-99999999999999999999999": (7, size), f"bytes={size - 1}-": (size - 1, size),
    }
    for value, (start, end) in cases.items():
        part = once(address, "/file", headers=[("Range", value)])
        assert part.status == 206 and part.body == whole.body[start:end], value
        assert part.header("Content-Range") == f"bytes {start}-{end - 1}/{size}", value
        head = once(address, "/file", method="HEAD", headers=[("Range", value)])
        assert head.header("Content-Length") == str(end - start), value


def bad_ranges(address):
    """Beyond the end is 416; what is no range is ignored"""
    size = int(once(address, "/file", method="HEAD").header("Content-Length"))
    for value in (f"bytes={size}-", "bytes=-0", f"bytes={size + 5}-{size + 9}", "bytes=99999999999999999999999-"):
        response = once(address, "/file", headers=[("Range", value)])
        assert response.status == 416 and response.header("Content-Range") == f"bytes */{size}", value
    for value in ("bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes 0-1", "bytes=1--2", "bytes=+1-2",
                  "bytes=0x1-2", "bytes= 1-2"):
        response = once(address, "/file", headers=[("Range", value)])
        assert response.status == 200 and len(response.body) == size, value
    assert once(address, "/hello", headers=[("Range", "bytes=0-1")]).status == 200


def validators(address):
    """If-None-Match gives 304; If-Range gives the range of the same file only"""
    whole = once(address, "/file")
    tag, modified = whole.header("ETag"), whole.header("Last-Modified")
    for value in (tag, f'"other", {tag}', "*"):
        response = once(address, "/file", headers=[("If-None-Match", value)])
        assert response.status == 304 and response.header("ETag") == tag, value
    assert once(address, "/file", headers=[("If-None-Match", '"other"')]).status == 200
    for value, status in ((tag, 206), (modified, 206), ('"other"', 200), ("Thu, 01 Jan 1970 00:00:00 GMT", 200)):
        assert once(address, "/file", headers=[("Range", "bytes=0-9"), ("If-Range", value)]).status == status, value


def large_file(address):
    """A file larger than every buffer arrives whole, and so do its parts"""
    whole = once(address, "/big")
    size = len(whole.body)
    assert size >= 64 << 20
    pieces = hashlib.sha256()
    step = size // 3
    for start in range(0, size, step):
        pieces.update(once(address, "/big", headers=[("Range", f"bytes={start}-{start + step - 1}")]).body)
    assert pieces.hexdigest() == hashlib.sha256(whole.body).hexdigest()


if __name__ == "__main__":
    main(single_ranges, bad_ranges, validators, large_file)
