"""ccxt.pro's watch_trades on all venues, and what it sees against REST; and how clients learn of refusals and storms."""
import asyncio
import time

import aiohttp

from clients import MARKETS, pointed

STREAMED = {
    "binance": ["BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"],
    "okx": ["BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"],
    "bybit": ["BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"],
}


async def watch(check, exchange, venue, symbol, wanted=20, **parameters):
    seen = []
    limit = time.monotonic() + 20
    while len(seen) < wanted and time.monotonic() < limit:
        known = {trade["id"] for trade in seen}
        try:
            news = await asyncio.wait_for(exchange.watch_trades(symbol, params=parameters), 20)
        except asyncio.TimeoutError:
            break
        seen += [trade for trade in news if trade["id"] not in known]
    what = f"{venue} {symbol} {parameters}"
    if not check(f"{what} is streamed", len(seen) >= wanted, len(seen)):
        return seen
    good = all(t["side"] in ("buy", "sell") and t["price"] > 0 and t["amount"] > 0 and t["symbol"] == symbol for t in seen)
    check(f"{what} trades are whole", good, seen[:1])
    lag = time.time() * 1000 - seen[-1]["timestamp"]
    check(f"{what} is live", -2000 < lag < 20_000, lag)
    return seen


async def one(check, simulator, name):
    exchange = pointed(simulator, name, streaming=True, newUpdates=True)
    try:
        await exchange.load_markets()
        # One after another: a venue's clients share one exchange object, and Binance counts messages.
        for symbol in STREAMED[name]:
            seen = await watch(check, exchange, name, symbol)
            if not seen:
                continue
            if name == "okx":
                raw = await exchange.publicGetMarketHistoryTrades(
                    {"instId": exchange.market(symbol)["id"], "type": 1, "after": int(seen[-1]["id"]) + 1, "limit": 100})
                ids = {row["tradeId"] for row in raw["data"]}
                check(f"{name} {symbol}: REST has the stream's ids", seen[-1]["id"] in ids)
            if name == "bybit":
                rows = (await exchange.publicGetV5MarketRecentTrade(
                    {"category": {"BTC/USDT": "spot", "BTC/USDT:USDT": "linear"}.get(symbol, "inverse"),
                     "symbol": exchange.market(symbol)["id"], "limit": 1000}))["result"]["list"]
                known = {row["execId"] for row in rows}
                check(f"{name} {symbol}: REST has the stream's ids", symbol == "BTC/USDT" or any(t["id"] in known for t in seen))
    finally:
        await exchange.close()


async def aggregates(check, simulator):
    """Binance's aggTrade streams against its REST; by an exchange object of their own, since ccxt keeps one stream a symbol."""
    exchange = pointed(simulator, "binance", streaming=True, newUpdates=True)
    try:
        await exchange.load_markets()
        for symbol, get in (("BTC/USDT", exchange.publicGetAggTrades), ("BTC/USDT:USDT", exchange.fapiPublicGetAggTrades),
                            ("BTC/USD:BTC", exchange.dapiPublicGetAggTrades)):
            seen = await watch(check, exchange, "binance", symbol, name="aggTrade")
            if not seen:
                continue
            ids = sorted({int(trade["id"]) for trade in seen})
            check.equal(f"binance {symbol} aggregates have ids in a row", ids, list(range(ids[0], ids[0] + len(ids))))
            rows = await get({"symbol": exchange.market(symbol)["id"], "fromId": ids[0], "limit": 1000})
            by_id = {int(row["a"]): row for row in rows}
            different = [trade["info"] for trade in seen if not same(trade, by_id.get(int(trade["id"])))]
            check(f"binance {symbol}: REST and stream agree", not different, different[:1])
    finally:
        await exchange.close()


def same(trade, row):
    return (row is not None and float(row["p"]) == trade["price"] and float(row["q"]) == trade["amount"]
            and (row["m"] is True) == (trade["side"] == "sell") and int(row["T"]) == trade["timestamp"])


async def run(check, simulator):
    await asyncio.gather(*(one(check, simulator, name) for name in MARKETS), aggregates(check, simulator))


async def faults(check, simulator):
    """Refused for two seconds, then a storm of cuts."""
    began = time.monotonic()
    async with aiohttp.ClientSession() as session:
        refused = cuts = 0
        retry = None
        while time.monotonic() < began + 8 and (refused == 0 or cuts < 3):
            async with session.get(simulator.rest("binance-spot") + "/api/v3/time") as answer:
                if answer.status == 429:
                    refused += 1
                    retry = answer.headers.get("Retry-After")
            if time.monotonic() > began + 4:
                try:
                    async with session.ws_connect(simulator.stream("binance-spot") + "/ws/btcusdt@aggTrade") as socket:
                        while True:
                            message = await asyncio.wait_for(socket.receive(), 3)
                            if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE):
                                cuts += 1
                                break
                except (aiohttp.ClientError, asyncio.TimeoutError):
                    cuts += 1
            await asyncio.sleep(0.1)
        check("REST was refused with Retry-After", refused > 0 and retry == "2", (refused, retry))
        check("connections were cut again and again", cuts >= 3, cuts)
