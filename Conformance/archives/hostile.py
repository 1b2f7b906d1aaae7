"""Files that nobody should send, and places that cannot be written: one line, status 1, bounded memory, nothing half-written."""
import gzip
import os
import struct
import subprocess
import zipfile
import zlib

from harness import millrace

WHO = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]
HEADER = b"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"


def rows(count, start=1):
    return b"".join(b"%d,42000.%d,0.0%d,%d,%d,%d,%s\n" % (i, i % 10, i % 9 + 1, i, i, 1704067200000 + i, b"true" if i % 3 else b"false")
                    for i in range(start, start + count))


def bomb(path, text, times):
    """A zip whose one member is `text` repeated; the same compressed blocks again and again, so that it is made in no time."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    name = b"BTCUSDT-aggTrades-2024-01-01.csv"
    packed, size = len(block) * times + len(end), len(text) * times
    wide = struct.pack("<HHQQ", 1, 16, size, packed)
    member = struct.pack("<HHHHIII", 0, 8, 0, 0x21, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    with open(path, "wb") as file:
        file.write(b"PK\3\4" + struct.pack("<H", 45) + member + struct.pack("<HH", len(name), len(wide)) + name + wide)
        for _ in range(times):
            file.write(block)
        file.write(end)
        start = file.tell()
        file.write(b"PK\1\2" + struct.pack("<HH", 45, 45) + member + struct.pack("<HHHHHII", len(name), len(wide), 0, 0, 0, 0, 0) + name + wide)
        file.write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, file.tell() - start, start, 0))


def files(scratch):
    """Name and path of each file that must be refused."""
    def put(name, data):
        path = os.path.join(scratch, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    good = os.path.join(scratch, "good.zip")
    with zipfile.ZipFile(good, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BTCUSDT-aggTrades-2024-01-01.csv", HEADER + rows(20_000))
    packed = open(good, "rb").read()
    noise = os.urandom(200_000)
    yield "an empty csv", put("empty.csv", b"")
    yield "an empty zip", put("empty.zip", b"")
    yield "a directory", scratch
    yield "a missing file", os.path.join(scratch, "nowhere.zip")
    yield "noise as csv", put("noise.csv", noise)
    yield "noise as zip", put("noise.zip", noise)
    yield "noise after a zip's first bytes", put("noise2.zip", b"PK\3\4" + noise)
    yield "noise after a gzip's first bytes", put("noise.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3" + noise)
    for length in (3, 29, 60, len(packed) // 2, len(packed) - 30, len(packed) - 1):
        yield f"a zip cut at {length} bytes", put(f"cut-{length}.zip", packed[:length])
    for place in (200, len(packed) // 2):
        yield f"a zip with byte {place} changed", put(f"flip-{place}.zip", packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1:])
    text = gzip.compress(HEADER + rows(20_000))
    yield "a gzip cut in half", put("cut.csv.gz", text[: len(text) // 2])
    yield "a gzip without its last byte", put("cut2.csv.gz", text[:-1])
    yield "a text that is no table", put("prose.csv", b"once upon a time\n" * 1000)
    with zipfile.ZipFile(os.path.join(scratch, "two.zip"), "w") as archive:
        archive.writestr("a.txt", "not trades")
    yield "a zip of something else", os.path.join(scratch, "two.zip")
    wrong = put("wrong.zip", packed)
    put("wrong.zip.CHECKSUM", b"0" * 64 + b"  wrong.zip\n")
    yield "a file whose checksum is another", wrong
    for name, text in (("zeros", bytes(1 << 26)), ("one endless line", b"1" * (1 << 26))):
        path = os.path.join(scratch, name.replace(" ", "-") + ".zip")
        bomb(path, text, 160)
        yield f"a zip of 10 GB of {name}", path


def leftovers(directory):
    """Files of a data directory that are no part of a settled state."""
    found = []
    for place, _, names in os.walk(directory):
        found += [os.path.join(place, name) for name in names if name.endswith((".partial", ".tmp", ".new")) or "incoming" in place]
    return found


def refused(check, what, done, limit=400_000):
    check.equal(f"{what}: status", done.status, 1)
    check(f"{what}: one line on stderr", done.stderr.count("\n") == 1 and done.stderr.startswith("millrace"), done.stderr)
    check(f"{what}: nothing on stdout", done.stdout == "", done.stdout)
    check(f"{what}: memory", done.peak < limit, f"{done.peak} KB")


def bad_files(check, scratch):
    lake = os.path.join(scratch, "lake")
    for what, path in files(scratch):
        out = os.path.join(scratch, "out.csv")
        done = millrace("bars", "flow", "--input", path, *WHO, "--interval", "1m", "--output", out, "--quiet", timeout=300)
        refused(check, f"bars of {what}", done)
        check(f"bars of {what}: no output is left", not os.path.exists(out))
        done = millrace("import", path, "--data", lake, *WHO, "--quiet", timeout=300)
        refused(check, f"import of {what}", done)
        check(f"import of {what}: nothing half-written is left", not leftovers(lake), leftovers(lake))
    done = millrace("import", os.path.join(scratch, "good.zip"), "--data", lake, *WHO, "--quiet")
    check.equal("a good file after all the bad ones: status", done.status, 0)
    check.equal("and verify is content", millrace("verify", "--data", lake).status, 0)


def bad_places(check, scratch):
    good = os.path.join(scratch, "good.zip")
    with open("/dev/full", "w") as full:
        from harness import MILLRACE
        done = subprocess.run([MILLRACE, "bars", "flow", "--input", good, *WHO, "--interval", "1m", "--quiet"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    check.equal("bars to a full device: status", done.returncode, 1)
    check("bars to a full device: one line", done.stderr.count("\n") == 1, done.stderr)
    done = millrace("bars", "flow", "--input", good, *WHO, "--interval", "1m", "--quiet", "--output", "/nonexistent/out.csv")
    check("bars to a missing directory", done.status == 1 and done.stderr.count("\n") == 1, done.stderr)
    done = millrace("import", good, "--data", "/proc/lake", *WHO, "--quiet")
    check("import to a place without permission", done.status == 1 and done.stderr.count("\n") == 1, done.stderr)
    full_disk(check, scratch)


def full_disk(check, scratch):
    if os.geteuid() != 0:
        return check.skip("a full disk: only root may mount a small one")
    disk = os.path.join(scratch, "disk")
    os.makedirs(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        return check.skip("a full disk: mount is refused here")
    try:
        lake = os.path.join(disk, "lake")
        path = millrace("simulate", "archives", "--rows", 300_000, "--output", scratch, "--format", "csv").stdout.strip()
        done = millrace("import", path, "--data", lake, *WHO, "--quiet")
        check("import to a full disk", done.status == 1 and done.stderr.count("\n") == 1, (done.status, done.stderr))
        done = millrace("bars", "flow", "--input", path, *WHO, "--interval", "1s", "--format", "json", "--output", os.path.join(disk, "out"), "--quiet")
        check("bars to a full disk", done.status == 1 and done.stderr.count("\n") == 1, done.stderr)
        check("bars to a full disk: no output is left", not os.path.exists(os.path.join(disk, "out")))
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        done = millrace("import", path, "--data", lake, *WHO, "--quiet")
        check.equal("import once there is room again: status", done.status, 0)
        check.equal("and verify is content", millrace("verify", "--data", lake).status, 0)
    finally:
        subprocess.run(["umount", disk])
