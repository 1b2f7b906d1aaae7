"""What oanor's orderflow-api should answer, worked out from a dump's text with exact fractions and nothing of Millrace's."""
import csv
import io
import zipfile
from decimal import Decimal
from fractions import Fraction


class Trade:
    __slots__ = ("time", "price", "base", "notional", "buy")

    def __init__(self, time, price, base, notional, buy):
        self.time, self.price, self.base, self.notional, self.buy = time, price, base, notional, buy


def half_even(value, places):
    scaled = value * 10**places
    return Fraction(round(scaled), 10**places)


def read(path, contract_size=None, newest=5000):
    """The newest trades of a Binance aggTrades dump, oldest first. A contract size makes it inverse. Times are fractions of a second."""
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
    else:
        with open(path) as file:
            text = file.read()
    trades = []
    for row in csv.reader(io.StringIO(text)):
        if not row[0].isdigit():
            continue
        price, quantity, stamp = Fraction(row[1]), Fraction(row[2]), int(row[5])
        if contract_size is None:
            base, notional = quantity, price * quantity
        else:
            notional = quantity * contract_size
            base = half_even(notional / price, 12)
        trades.append(Trade(Fraction(stamp, 10**6 if stamp >= 10**14 else 10**3), price, base, notional, row[6].lower() == "false"))
    return trades[-newest:]


def nearest(value, places):
    """To so many places, ties away from zero."""
    scaled = abs(value) * 10**places
    whole = int(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**places)


def flow(trades, wanted=1000):
    window = trades[-max(100, min(5000, wanted)):]
    buys, sells = [t for t in window if t.buy], [t for t in window if not t.buy]
    buy_base, sell_base = sum(t.base for t in buys), sum(t.base for t in sells)
    buy_quote, sell_quote = sum(t.notional for t in buys), sum(t.notional for t in sells)
    share = buy_base / (buy_base + sell_base)
    return {
        "trades_scanned": len(window), "buy_trades": len(buys), "sell_trades": len(sells),
        "taker_buy_base": nearest(buy_base, 8), "taker_sell_base": nearest(sell_base, 8),
        "taker_buy_quote": nearest(buy_quote, 2), "taker_sell_quote": nearest(sell_quote, 2),
        "delta_base": nearest(buy_base - sell_base, 8), "delta_quote": nearest(buy_quote - sell_quote, 2),
        "cvd_quote": nearest(buy_quote - sell_quote, 2),
        "buy_sell_ratio": nearest(buy_base / sell_base, 4) if sell_base else None, "buy_volume_share": nearest(share, 4),
        "pressure": "buying" if share >= Fraction(55, 100) else "selling" if share <= Fraction(45, 100) else "balanced",
        "last_price": window[-1].price, "window_seconds": nearest(window[-1].time - window[0].time, 1),
    }


def large(trades, minimum=Fraction(100_000)):
    order = sorted(range(len(trades)), key=lambda i: (-trades[i].notional, -i))
    prints = [trades[i] for i in order if trades[i].notional >= minimum]
    buys, sells = sum(t.notional for t in prints if t.buy), sum(t.notional for t in prints if not t.buy)
    return {
        "largest": [
            {"qty": nearest(t.base, 8), "side": "buy" if t.buy else "sell", "time": int(t.time * 1000), "price": t.price,
             "notional_usd": nearest(t.notional, 2)}
            for t in prints[:50]
        ],
        "large_trades": len(prints), "min_notional": minimum, "trades_scanned": len(trades),
        "buy_notional_usd": nearest(buys, 2), "sell_notional_usd": nearest(sells, 2), "net_notional_usd": nearest(buys - sells, 2),
    }


def same(answer, expected):
    """Whether a JSON value, its numbers read as decimals, is exactly the expected one."""
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(same(answer.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(answer, list) and len(answer) == len(expected) and all(map(same, answer, expected))
    if isinstance(expected, (int, Fraction)) and not isinstance(expected, bool):
        return isinstance(answer, (int, Decimal)) and Fraction(answer) == expected
    return answer == expected
