"""The pages on tools: their minutes are those of the venue's own file, and `millrace bars flow` to the last bit."""
import datetime
from decimal import Decimal

import truth


def micros(minute):
    """Microseconds since 1970 of what a tool has for a minute."""
    if isinstance(minute, str):
        minute = datetime.datetime.fromisoformat(minute)
    if isinstance(minute, datetime.datetime):
        if minute.tzinfo is None:
            minute = minute.replace(tzinfo=datetime.timezone.utc)
        return round(minute.timestamp()) * 1_000_000
    return int(minute)


def rows(page, names):
    """The bars that a page left behind, as (µs, buy, sell, delta, CVD)."""
    if page == "duckdb":
        found = names["connection"].execute("SELECT epoch_us(minute), buy, sell, delta, cvd FROM bars ORDER BY minute").fetchall()
    elif page == "polars":
        found = names["bars"].rows()
    elif page == "pandas":
        found = names["bars"].itertuples(name=None)
    else:
        found = names["bars"]
    return [(micros(row[0]), *row[1:]) for row in found]


def check(check, page, names, lake, market, trades):
    """`names` are what the page left behind; `market` is (venue, symbol, start, until)."""
    label = f"{page}, {market[1]}"
    found, exact = rows(page, names), truth.bars(trades)
    check(f"{label}: there are bars", len(exact) > 1000, len(exact))
    check(f"{label}: decimals, not floats", all(type(cell) is Decimal for row in found for cell in row[1:]), found[:1])
    wrong = next((pair for pair in zip(found, exact) if pair[0] != pair[1]), None)
    check(f"{label}: minutes are exact", found == exact, wrong or (len(found), len(exact)))
    ours = truth.flow(lake, *market)
    check.equal(f"{label}: as many bars as `millrace bars flow`", len(ours), len(found))
    for name, column in (("taker_buy_volume", 1), ("taker_sell_volume", 2), ("volume_delta", 3)):
        wrong = next(((row["time"], row[name], bar[column]) for row, bar in zip(ours, found) if float(row[name]) != float(bar[column])), None)
        check(f"{label}: {name} is that of `millrace bars flow`", wrong is None, wrong)


def notionals(check, lake, names, market, trades):
    """The notional delta of a page is that of all bars of `millrace bars flow` in a day each, and of the trades where they are given."""
    delta = names["delta"]
    if trades:
        check.equal(f"pyarrow, {market[1]}: notional delta of the trades", delta, sum(t.side * t.price * t.quantity for t in trades))
    days = truth.flow(lake, *market, interval="1d")
    ours = sum(Decimal(row["volume_delta_notional"]) for row in days)
    check(f"pyarrow, {market[1]}: notional delta of `millrace bars flow`", abs(ours - delta) <= Decimal("1e-6"), (ours, delta))
