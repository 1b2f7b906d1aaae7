"""A client of `/trades.arrow` written from flowsurface's contract, byte by byte: HTTP from the socket, the Arrow stream from its chunks.

It walks a time span as the app does: asks for `limit=400000`, goes on at the last time plus one millisecond, gives up where a page does not
advance, and stops at an empty page.
"""
import socket

import pyarrow.ipc


class Stuck(Exception):
    pass


def fetch(address, path, key=None):
    """Status, headers in lower case, and the body of one GET, from the bytes of a connection of its own."""
    with socket.create_connection(address, timeout=60) as connection:
        bearer = f"Authorization: Bearer {key}\r\n" if key else ""
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{bearer}Connection: close\r\n\r\n".encode())
        data = b""
        while piece := connection.recv(1 << 20):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("transfer-encoding") == "chunked":
        whole, rest = b"", body
        while True:
            size, _, rest = rest.partition(b"\r\n")
            count = int(size, 16)
            if count == 0:
                break
            if len(rest) < count + 2:
                raise Stuck("the body is cut off")
            whole, rest = whole + rest[:count], rest[count + 2:]
        body = whole
    elif len(body) != int(headers["content-length"]):
        raise Stuck("the body is cut off")
    return int(lines[0].split()[1]), headers, body


def page(address, market, symbol, begin, end, limit, key=None):
    venue, kind = market.split("/")
    status, headers, body = fetch(address, f"/trades.arrow?venue={venue}&market={kind}&symbol={symbol.lower()}&from={begin}&to={end}&limit={limit}", key)
    if status != 200 or headers["content-type"] != "application/vnd.apache.arrow.stream":
        raise Stuck(f"{status} {headers.get('content-type')} {body[:200]}")
    table = pyarrow.ipc.open_stream(body).read_all()
    kinds = [str(table.schema.field(name).type) for name in ("ts", "price", "qty", "is_sell")]
    if kinds != ["int64", "double", "double", "bool"]:
        raise Stuck(f"columns are {kinds}")
    return list(zip(*(table.column(name).to_pylist() for name in ("ts", "price", "qty", "is_sell"))))


def walk(address, market, symbol, begin, end, limit, key=None):
    rows, last = [], begin - 1
    while last < end:
        found = page(address, market, symbol, last + 1, end, limit, key)
        if not found:
            break
        times = [row[0] for row in found]
        if times != sorted(times):
            raise Stuck("times do not ascend")
        if times[-1] <= last:
            raise Stuck("a page does not advance")
        rows, last = rows + found, times[-1]
    return rows


def run(check, server, tapes, draw):
    for tape in tapes:
        wanted = [(time // 1000, float(price), float(quantity * tape.size), side == "sell") for time, _, side, price, quantity in tape.trades]
        begin, end = wanted[0][0] - draw.randint(0, 5000), wanted[-1][0] + draw.randint(0, 5000)
        for limit in (400_000, 5000, 999):
            try:
                rows = walk(server.address, tape.market, tape.symbol, begin, end, limit)
                check(f"flowsurface walks {tape.venue} by {limit}", rows == wanted, (len(rows), len(wanted), rows[:2], wanted[:2]))
            except Stuck as stuck:
                check(f"flowsurface walks {tape.venue} by {limit}", False, stuck)
        check.equal(f"{tape.venue}: an empty answer has its columns", page(server.address, tape.market, tape.symbol, 1, 2, 100), [])
    status, _, body = fetch(server.address, "/trades.arrow?venue=mexc&market=spot&symbol=btcusdt&from=0&to=1")
    check("an exchange without a tape is 404", status == 404 and b"no tape" in body, (status, body))
    for query in ("venue=binance&market=spot&symbol=btcusdt&from=5&to=1", "venue=elsewhere&market=spot&symbol=btcusdt&from=0&to=1",
                  "venue=binance&market=spot&symbol=btcusdt&from=-1&to=1", "venue=binance&market=spot&from=0&to=1"):
        check.equal(f"{query} is refused", fetch(server.address, "/trades.arrow?" + query)[0], 400)
