"""ccxt's exchanges, pointed at the simulator by their `urls`."""
import ccxt
import ccxt.pro


def pointed(simulator, name, streaming=False, **options):
    exchange = getattr(ccxt.pro if streaming else ccxt, name)({"enableRateLimit": False, **options})
    # A proxy of the machine's has no business on loopback.
    if not streaming:
        exchange.session.trust_env = False
    else:
        exchange.aiohttp_trust_env = False
    api = exchange.urls["api"]
    if name == "binance":
        for key in list(api):
            if isinstance(api[key], str):
                api[key] = "http://127.0.0.1:9/nowhere"
        api["public"] = simulator.rest("binance-spot") + "/api/v3"
        api["fapiPublic"] = simulator.rest("binance-futures") + "/fapi/v1"
        api["dapiPublic"] = simulator.rest("binance-coin-futures") + "/dapi/v1"
        if streaming:
            # It looks for "/stream" in the URL to know that it is spot.
            api["ws"]["spot"] = simulator.stream("binance-spot").replace("/binance-spot", "/stream.binance.com") + "/ws"
            api["ws"]["linear"] = simulator.stream("binance-futures") + "/ws"
            api["ws"]["inverse"] = simulator.stream("binance-coin-futures") + "/ws"
    elif name == "okx":
        api["rest"] = simulator.rest("okx")
        if streaming:
            api["ws"] = simulator.stream("okx") + "/ws/v5"
    elif name == "deribit":
        api["rest"] = simulator.rest("deribit-options")
    elif name == "bybit":
        for key in list(api):
            if isinstance(api[key], str):
                api[key] = simulator.rest("bybit")
        if streaming:
            for kind in ("spot", "linear", "inverse"):
                api["ws"]["public"][kind] = f"{simulator.stream('bybit')}/v5/public/{kind}"
    return exchange


MARKETS = {
    "binance": {
        "BTC/USDT": ("binance-spot", None), "ETH/USDT": ("binance-spot", None), "BTC/USDT:USDT": ("binance-futures", 1),
        "ETH/USDT:USDT": ("binance-futures", 1), "BTC/USD:BTC": ("binance-coin-futures", 100), "ETH/USD:ETH": ("binance-coin-futures", 10),
    },
    "okx": {
        "BTC/USDT": ("okx", None), "ETH/USDT": ("okx", None), "BTC/USDT:USDT": ("okx", 0.01), "ETH/USDT:USDT": ("okx", 0.1),
        "BTC/USD:BTC": ("okx", 100),
    },
    "bybit": {
        "BTC/USDT": ("bybit", None), "BTC/USDT:USDT": ("bybit", 1), "ETH/USDT:USDT": ("bybit", 1), "BTC/USD:BTC": ("bybit", 1),
    },
}
