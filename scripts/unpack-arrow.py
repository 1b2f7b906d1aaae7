#!/usr/bin/env python3
"""Unpack Arrow's and Parquet's headers and shared objects from a pyarrow wheel.

usage: unpack-arrow.py WHEEL DIR        leaves DIR/include and DIR/lib

The wheel's libparquet carries a private OpenSSL and exports its C symbols without versions, so the dynamic linker would bind the system's
libssl and libcrypto to them. Every exported symbol that is not C++ (mangled `_Z…`) is therefore marked STV_HIDDEN in .dynsym: references
inside the library still resolve to it, those from outside no longer do. `scripts/check-bindings` shows that none crosses.
"""
import mmap
import os
import re
import struct
import sys
import zipfile

LIBRARIES = ("libarrow", "libparquet")
SHT_DYNSYM = 11
STV_HIDDEN = 2


def unpack(wheel, out):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("pyarrow/include/") and not name.endswith("/"):
                target = os.path.join(out, "include", name[len("pyarrow/include/"):])
            elif re.fullmatch(r"pyarrow/(%s)\.so\.\d+" % "|".join(LIBRARIES), name):
                target = os.path.join(out, "lib", os.path.basename(name))
            else:
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as sink:
                sink.write(source.read())
    libraries = sorted(os.listdir(os.path.join(out, "lib")))
    if len(libraries) != len(LIBRARIES):
        sys.exit(f"{wheel}: expected {LIBRARIES}, found {libraries}")
    for library in libraries:
        path = os.path.join(out, "lib", library)
        os.chmod(path, 0o755)
        link = path[: path.index(".so") + 3]
        if not os.path.lexists(link):
            os.symlink(library, link)
        if library.startswith("libparquet"):
            print(f"{library}: hid {hide_c_symbols(path)} symbols")


def hide_c_symbols(path):
    """Mark every defined, non-C++ dynamic symbol of the 64-bit little-endian ELF file hidden, and return how many."""
    hidden = 0
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as elf:
        if elf[:6] != b"\x7fELF\x02\x01":
            sys.exit(f"{path}: not a 64-bit little-endian ELF file")
        table, = struct.unpack_from("<Q", elf, 0x28)
        size, count = struct.unpack_from("<HH", elf, 0x3A)
        sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + i * size) for i in range(count)]
        for section in sections:
            if section[1] != SHT_DYNSYM:
                continue
            strings = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, info, other, index = struct.unpack_from("<IBBH", elf, at)
                if index == 0 or name == 0 or elf[strings + name: strings + name + 2] == b"_Z":
                    continue
                elf[at + 5] = (other & ~3) | STV_HIDDEN
                hidden += 1
    return hidden


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    unpack(*sys.argv[1:])
