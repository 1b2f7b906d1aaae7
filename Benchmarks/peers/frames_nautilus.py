#!/usr/bin/env python3
"""Parse and normalise recorded frames with nautilus_trader: frames_nautilus.py FILE TIMES

The handlers of its USD-M client are given each frame's bytes, and hand on a TradeTick. They run on a stand-in for the client itself, which
would want a message bus, a cache and a venue.
"""
import json
import sys
import time
from types import SimpleNamespace

import msgspec
from nautilus_trader.adapters.binance.common.enums import BinanceAccountType
from nautilus_trader.adapters.binance.common.schemas import market
from nautilus_trader.adapters.binance.data import BinanceCommonDataClient
from nautilus_trader.adapters.binance.futures.data import BinanceFuturesDataClient
from nautilus_trader.adapters.binance.futures.schemas.market import BinanceFuturesTradeMsg
from nautilus_trader.common.component import LiveClock
from nautilus_trader.model.identifiers import Venue

path, times = sys.argv[1], int(sys.argv[2])
with open(path, "rb") as file:
    frames = file.read().splitlines()
seen = 0


def count(tick):
    global seen
    seen += 1


def fail(text, fault=None):
    raise fault or RuntimeError(text)


client = SimpleNamespace(
    venue=Venue("BINANCE"), _binance_account_type=BinanceAccountType.USDT_FUTURES, _instrument_ids={}, _clock=LiveClock(),
    _handle_data=count, _log=SimpleNamespace(error=fail, exception=fail, debug=fail),
    _decoder_data_msg_wrapper=msgspec.json.Decoder(market.BinanceDataMsgWrapper),
    _decoder_agg_trade_msg=msgspec.json.Decoder(market.BinanceAggregatedTradeMsg),
    _decoder_futures_trade_msg=msgspec.json.Decoder(BinanceFuturesTradeMsg))
client._get_cached_instrument_id = lambda symbol: BinanceCommonDataClient._get_cached_instrument_id(client, symbol)
# It looks for each of its channels in the name of the stream.
channels = ("@bookTicker", "@ticker", "@kline", "@trade", "@aggTrade", "@depth@", "@depth5", "@depth10", "@depth20", "@markPrice", "!markPrice@arr")
client._ws_handlers = {channel: fail for channel in channels}
client._ws_handlers["@aggTrade"] = lambda raw: BinanceCommonDataClient._handle_agg_trade(client, raw)
client._ws_handlers["@trade"] = lambda raw: BinanceFuturesDataClient._handle_trade(client, raw)
began, worked = time.perf_counter(), time.process_time()
for _ in range(times):
    for frame in frames:
        BinanceCommonDataClient._handle_ws_message(client, frame)
print(json.dumps({"trades": seen, "seconds": time.perf_counter() - began, "processor": time.process_time() - worked}))
