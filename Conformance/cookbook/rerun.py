"""What the checks of recipes share: a page once more with other settings, and the markets that it runs on."""
import math
import os
from typing import NamedTuple

import page
from harness import MILLRACE, ROOT


class Context(NamedTuple):
    """The made-up lake, that of recordings, a folder, (venue, symbol, start, until) of both, their trades, and files that are recorded."""
    lake: str
    recorded: str
    scratch: str
    made_up: tuple
    real: tuple
    trades: list
    light_coin: list | None
    found: dict


def settings(name, lake):
    return {"LAKE": lake} | ({"MILLRACE": MILLRACE} if name == "flow-toxicity" else {})


def again(name, lake, **others):
    """Runs a page with other settings, and returns its names."""
    return page.run(os.path.join(ROOT, "docs", "cookbook", f"{name}.md"), **settings(name, lake), **others)[0]


def micros(moment):
    return round(moment.timestamp() * 1e6)


def markets(name, names, context):
    """The page's names and the trades they are to come from: of the made-up market, and of LTCUSDT where it is recorded."""
    yield "made up", names, context.trades, context.lake, context.made_up
    if context.light_coin:
        others = dict(zip(("VENUE", "SYMBOL", "START", "UNTIL"), context.real))
        yield "LTCUSDT", again(name, context.recorded, **others), context.light_coin, context.recorded, context.real


def close_to(a, b, tolerance=1e-9):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
