#!/usr/bin/env python3
"""Draw docs/images/flow.svg: a day of taker buys, taker sells and CVD, from what `millrace bars flow` prints.

usage: docs/images/render.py > docs/images/flow.svg        (needs the built binary; the day is simulated, seed 7)
"""
import json
import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MILLRACE = os.path.join(ROOT, ".build", "release", "millrace")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, MIDDLE, BOTTOM = 960, 420, 64, 16, 44, 250, 388


def bars():
    with tempfile.TemporaryDirectory() as scratch:
        lines = subprocess.run([MILLRACE, "simulate", "market", "--day", "2025-06-02", "--seed", "7", "--output", scratch],
                               check=True, capture_output=True, text=True).stdout.splitlines()
        venue, symbol, path = lines[0].split("\t")
        text = subprocess.run([MILLRACE, "bars", "flow", "--input", path, "--venue", venue, "--symbol", symbol, "--interval", "15m",
                               "--format", "json", "--quiet"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def main():
    rows = bars()
    step = (WIDTH - LEFT - RIGHT) / len(rows)
    x = lambda i: LEFT + i * step
    most = max(max(row["taker_buy_volume"], row["taker_sell_volume"]) for row in rows)
    zero = (TOP + MIDDLE) / 2
    scale = (MIDDLE - TOP) / 2 / most
    running, cvd = 0, []
    for row in rows:
        running += row["volume_delta"]
        cvd.append(running)
    low, high = min(0, *cvd), max(0, *cvd)
    y = lambda value: BOTTOM - (value - low) / (high - low) * (BOTTOM - MIDDLE - 30)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif" font-size="12" '
           'role="img" aria-label="Taker buys, taker sells and cumulative volume delta of a simulated day of BTCUSDT, 15 minute bars">',
           "<style>text{fill:#444}.b{fill:#1a9c6b}.s{fill:#d1495b}.l{stroke:#9995;stroke-width:1}.c{fill:none;stroke:#2f6fde;stroke-width:2}"
           "@media(prefers-color-scheme:dark){text{fill:#bbb}.c{stroke:#6ea0ff}}</style>",
           f'<text x="{LEFT}" y="24" font-size="14">millrace bars flow · BTCUSDT, a simulated day, 15m: taker buys over taker sells (BTC)</text>',
           f'<line class="l" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{zero:.1f}" y2="{zero:.1f}"/>',
           f'<text x="{LEFT - 8}" y="{TOP + 10}" text-anchor="end">{most:.0f}</text>',
           f'<text x="{LEFT - 8}" y="{zero + 4:.1f}" text-anchor="end">0</text>',
           f'<text x="{LEFT - 8}" y="{MIDDLE}" text-anchor="end">{most:.0f}</text>']
    for i, row in enumerate(rows):
        buy, sell = row["taker_buy_volume"] * scale, row["taker_sell_volume"] * scale
        out.append(f'<rect class="b" x="{x(i) + 1:.1f}" y="{zero - buy:.1f}" width="{step - 2:.1f}" height="{buy:.1f}"/>'
                   f'<rect class="s" x="{x(i) + 1:.1f}" y="{zero:.1f}" width="{step - 2:.1f}" height="{sell:.1f}"/>')
    points = " ".join(f"{x(i) + step / 2:.1f},{y(value):.1f}" for i, value in enumerate(cvd))
    out += [f'<line class="l" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>',
            f'<polyline class="c" points="{points}"/>',
            f'<text x="{LEFT}" y="{MIDDLE + 20}">CVD, the running sum of buys − sells (BTC)</text>',
            f'<text x="{LEFT - 8}" y="{y(high) + 4:.1f}" text-anchor="end">{high:.0f}</text>',
            f'<text x="{LEFT - 8}" y="{y(low) + 4:.1f}" text-anchor="end">{low:.0f}</text>']
    for hour in range(0, 24, 3):
        out.append(f'<text x="{x(hour * 4):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{hour:02d}:00</text>')
    print("\n".join(out) + "\n</svg>")


main()
