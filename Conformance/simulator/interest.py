"""ccxt reads the open interest of every venue that it knows it of; by plain HTTP, venues agree on what a coin costs and misbehave as told."""
import json
import time
import urllib.request

import ccxt

from clients import pointed

# What ccxt says of a contract: its amount in the venue's unit, its worth, or both. A market is made by hand where the simulator lists none.
VENUES = {
    "deribit": ("deribit", "BTC-PERPETUAL", "BTC/USD:BTC", True),
    "hyperliquid": ("hyperliquid", "BTC", "BTC/USDC:USDC", False),
    "bitget": ("bitget", "BTCUSDT", "BTC/USDT:USDT", False),
    "htx": ("htx", "BTC-USDT", "BTC/USDT:USDT", False),
    "kucoinfutures": ("kucoin", "XBTUSDTM", "BTC/USDT:USDT", False),
}


def run(check, simulator):
    for name, symbols in {"binance": ["BTC/USDT:USDT", "BTC/USD:BTC"], "okx": ["BTC/USDT:USDT", "BTC/USD:BTC"],
                          "bybit": ["BTC/USDT:USDT", "BTC/USD:BTC"]}.items():
        exchange = pointed(simulator, name)
        exchange.load_markets()
        for symbol in symbols:
            reads(check, exchange, name, symbol)
    for name, (host, native, symbol, inverse) in VENUES.items():
        reads(check, made(simulator, name, host, native, symbol, inverse), name, symbol)
    agree(check, simulator)


def reads(check, exchange, name, symbol):
    try:
        found = exchange.fetch_open_interest(symbol)
    except ccxt.BaseError as error:
        check(f"{name} {symbol} open interest is read", False, repr(error))
        return
    figure = found["openInterestAmount"] or found["openInterestValue"]
    check(f"{name} {symbol} open interest", found["symbol"] == symbol and figure and figure > 0, found)
    if found["timestamp"] is not None:
        # Bybit's is a history, of which ccxt takes the last whole hour.
        drift = abs(found["timestamp"] - time.time() * 1000)
        check(f"{name} {symbol} open interest is of now", drift < (3_700_000 if name == "bybit" else 10_000), found)


def made(simulator, name, host, native, symbol, inverse):
    """ccxt's exchange with one market that it did not have to load."""
    exchange = getattr(ccxt, name)({"enableRateLimit": False})
    exchange.session.trust_env = False
    base = simulator.rest(host)
    exchange.urls["api"] = {key: base for key in exchange.urls["api"]}
    exchange.hostname = base.removeprefix("http://")
    coin, rest = symbol.split("/")
    quote, settle = rest.split(":")
    exchange.set_markets([exchange.safe_market_structure({
        "id": native, "symbol": symbol, "base": coin, "quote": quote, "settle": settle, "baseId": coin, "quoteId": quote, "settleId": settle,
        "type": "swap", "spot": False, "swap": True, "future": False, "option": False, "contract": True, "active": True, "linear": not inverse,
        "inverse": inverse, "contractSize": 1, "info": {},
    })])
    return exchange


def agree(check, simulator):
    """Each venue's coins times its mark are its dollars, and all marks of a bitcoin are near each other."""
    okx = get(simulator.rest("okx") + "/api/v5/public/open-interest?instType=SWAP&instId=BTC-USDT-SWAP")["data"][0]
    price = float(okx["oiUsd"]) / float(okx["oiCcy"])
    kraken = get(simulator.rest("kraken-futures") + "/derivatives/api/v3/tickers")["tickers"]
    mark = next(row["markPrice"] for row in kraken if row["symbol"] == "PF_XBTUSD")
    check("a bitcoin costs the same on two venues", abs(price / mark - 1) < 0.01, (price, mark))
    htx = get(simulator.rest("htx") + "/linear-swap-api/v1/swap_open_interest")["data"][0]
    check("htx counts both sides of contracts of 0.001", abs(htx["amount"] / (htx["volume"] * 0.001) - 1) < 1e-9, htx)
    bybit = get(simulator.rest("bybit") + "/v5/market/tickers?category=linear")["result"]["list"][0]
    check.equal("bybit counts both sides and one", float(bybit["openInterest"]), 2 * float(bybit["singleOpenInterest"]))
    history = get(simulator.rest("binance-coin-futures") + "/futures/data/openInterestHist?pair=BTCUSD&contractType=PERPETUAL&period=5m&limit=12")
    check.equal("binance's history has as many rows as were asked for", len(history), 12)
    for row in history:
        price = float(row["sumOpenInterest"]) * 100 / float(row["sumOpenInterestValue"])
        check("coin-margined history is in contracts and coins", 10_000 < price < 1_000_000, row)


def faults(check, simulator):
    """Of the simulator with FAULTS, some seconds after its start."""
    url = simulator.rest("okx") + "/api/v5/public/open-interest?instType=SWAP"
    frozen = get(url)
    time.sleep(0.05)
    check.equal("a frozen venue says the same for ever", get(url), frozen)
    rows = get(simulator.rest("kraken-futures") + "/derivatives/api/v3/tickers")["tickers"]
    strange = [row.get("openInterest") for row in rows]
    check("a venue talks nonsense", all(value in (None, "NaN", -15, 1e308) for value in strange), strange)
    single = get(simulator.rest("gate") + "/api/v4/futures/usdt/tickers")[0]["total_size"]
    check("another is sane", float(single) > 0, single)


FAULTS = ["--fault", "+0s freeze venue=okx", "--fault", "+0s nonsense venue=kraken"]


def get(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return json.load(answer)
