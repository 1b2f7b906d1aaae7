"""ccxt's REST side: markets with their contract sizes, trades by id and by time, bars that add up, refusals it understands."""
import time

import ccxt

from clients import MARKETS, pointed


def run(check, simulator):
    for name, wanted in MARKETS.items():
        exchange = pointed(simulator, name)
        markets = exchange.load_markets()
        for symbol, (_, size) in wanted.items():
            market = markets.get(symbol)
            if not check(f"{name} lists {symbol}", market is not None, sorted(markets)):
                continue
            check.equal(f"{name} {symbol} contract size", market["contractSize"], size)
            check(f"{name} {symbol} is active", market["active"] is not False)
            trades(check, exchange, name, symbol)
        drift = abs(exchange.fetch_time() - time.time() * 1000)
        check(f"{name} has the time", drift < 5000, drift)
        try:
            exchange.markets["NO/SUCH"] = dict(exchange.markets["BTC/USDT"], id="NOSUCH" if name != "okx" else "NO-SUCH", symbol="NO/SUCH")
            exchange.fetch_trades("NO/SUCH")
            check(f"{name} refuses an unknown symbol", False)
        except ccxt.BadRequest:
            check(f"{name} refuses an unknown symbol", True)
        except ccxt.BaseError as error:
            check(f"{name} refuses an unknown symbol in its own words", False, repr(error))
    pages(check, simulator)
    bars(check, simulator)


def trades(check, exchange, name, symbol):
    found = exchange.fetch_trades(symbol, limit=50)
    check(f"{name} {symbol} has trades", 1 <= len(found) <= 60, len(found))
    market = exchange.market(symbol)
    for trade in found:
        good = (trade["side"] in ("buy", "sell") and trade["price"] > 0 and trade["amount"] > 0 and trade["id"] and trade["symbol"] == symbol
                and abs(trade["timestamp"] - time.time() * 1000) < 3_600_000)
        if not check(f"{name} {symbol} trade", good, trade):
            break
    if market["inverse"] and name != "bybit":
        trade = found[-1]
        check(f"{name} {symbol} counts contracts", float(trade["amount"]).is_integer() or name == "okx", trade)
    check(f"{name} {symbol} ids are unique", len({t["id"] for t in found}) == len(found))


def pages(check, simulator):
    exchange = pointed(simulator, "binance")
    exchange.load_markets()
    first = exchange.publicGetAggTrades({"symbol": "BTCUSDT", "limit": 1000})
    start = int(first[0]["a"]) - 2000
    ids, after = [], start
    while after < start + 3000:
        page = exchange.publicGetAggTrades({"symbol": "BTCUSDT", "fromId": after, "limit": 1000})
        ids += [int(row["a"]) for row in page]
        after = ids[-1] + 1
    check.equal("binance pages by id without a hole", ids, list(range(start, start + len(ids))))
    weight = exchange.last_response_headers.get("X-Mbx-Used-Weight-1m") or exchange.last_response_headers.get("x-mbx-used-weight-1m")
    check("binance says how much weight is used", weight and int(weight) > 0, exchange.last_response_headers)
    old = exchange.publicGetAggTrades({"symbol": "BTCUSDT", "fromId": 1, "limit": 2})
    check.equal("binance has its first trades", [int(row["a"]) for row in old], [1, 2])
    okx = pointed(simulator, "okx")
    newest = int(okx.publicGetMarketTrades({"instId": "BTC-USDT-SWAP", "limit": 1})["data"][0]["tradeId"])
    ids, after = [], newest
    for _ in range(5):
        rows = okx.publicGetMarketHistoryTrades({"instId": "BTC-USDT-SWAP", "type": 1, "after": after, "limit": 100})["data"]
        ids += [int(row["tradeId"]) for row in rows]
        after = ids[-1]
    check.equal("okx pages back by id without a hole", ids, list(range(newest - 1, newest - 501, -1)))


def bars(check, simulator):
    """A minute's bar is the sum of its trades."""
    exchange = pointed(simulator, "binance")
    exchange.load_markets()
    for symbol, get, key in (("BTCUSDT", exchange.publicGetAggTrades, exchange.publicGetKlines),
                             ("BTCUSD_PERP", exchange.dapiPublicGetAggTrades, exchange.dapiPublicGetKlines)):
        start = int(time.time() // 60 - 3) * 60_000
        bar = key({"symbol": symbol, "interval": "1m", "startTime": start, "limit": 1})[0]
        rows = get({"symbol": symbol, "startTime": start - 2000, "limit": 1000})
        while int(rows[-1]["T"]) < start + 62_000:
            rows += get({"symbol": symbol, "fromId": int(rows[-1]["a"]) + 1, "limit": 1000})
        inside = [row for row in rows if start <= int(row["T"]) < start + 60_000]
        volume = sum(round(float(row["q"]) * 1e5) for row in inside)
        check.equal(f"{symbol} volume of a minute", round(float(bar[5]) * 1e5), volume)
        buys = sum(round(float(row["q"]) * 1e5) for row in inside if row["m"] is False)
        check.equal(f"{symbol} taker buys of a minute", round(float(bar[9]) * 1e5), buys)
        check.equal(f"{symbol} fills of a minute", int(bar[8]), sum(int(row["l"]) - int(row["f"]) + 1 for row in inside))
