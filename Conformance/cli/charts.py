"""Charts: well-formed files of the size asked for, whose candles, line and bars stand where `millrace bars` says that they should."""
import glob
import json
import os
import re
import struct
import subprocess
import xml.etree.ElementTree
import zlib

import numpy

from harness import MILLRACE, ROOT, SHARED, millrace

# The colours of the light theme.
UP, DOWN, LINE, GAP = "12877a", "d64541", "2f6fde", "e08a00"
VENUE = ["--venue", "binance-futures", "--symbol", "BTCUSDT"]


def numbers(text):
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?", text)]


class Drawing:
    """What an SVG draws, by colour: rectangles and lines in their order."""

    def __init__(self, path):
        self.root = xml.etree.ElementTree.parse(path).getroot()
        # Glyphs are defined first, and are no part of what is counted.
        self.shapes = []
        for element in self.root.iter("{http://www.w3.org/2000/svg}path"):
            style = dict(part.strip().split(":", 1) for part in element.get("style").split(";") if ":" in part)
            kind = "fill" if style["stroke"] == "none" else "stroke"
            if kind not in style or not style[kind].startswith("rgb"):
                continue
            color = "".join(f"{round(part * 2.55):02x}" for part in numbers(style[kind]))
            points = numpy.array(numbers(element.get("d"))).reshape(-1, 2)
            self.shapes.append((kind, color, float(style[f"{kind}-opacity"]), "stroke-dasharray" in style, points))

    def of(self, kind, *colors):
        return [shape for shape in self.shapes if shape[0] == kind and shape[1] in colors]


def line_through(values, places):
    """The straight line from values to pixels, and how far the farthest place is off it."""
    values, places = numpy.array(values), numpy.array(places)
    slope, offset = numpy.polyfit(values, places, 1)
    return slope, numpy.abs(slope * values + offset - places).max()


def rows(words, dataset):
    done = millrace("bars", dataset, *words, "--format", "json", "--quiet")
    return [json.loads(line) for line in done.stdout.splitlines()]


def agrees(checks, name, words, path):
    """Compares a drawing, of a candle a bar, with the bars of the same words."""
    prices, flow = rows(words, "ohlcv"), rows(words, "flow")
    drawing = Drawing(path)
    # Two parts of a wick, then the body: filled, or its edge where trades are missing. Then bars of delta, which come first.
    strokes = [shape for shape in drawing.of("stroke", UP, DOWN) if not shape[3]]
    wicks = [shape for shape in strokes if len(shape[4]) == 2]
    if not checks.equal(f"{name}: two parts of a wick a bar", len(wicks), 2 * len(prices)):
        return
    high = [shape[4][0][1] for shape in wicks[0::2]]
    low = [shape[4][1][1] for shape in wicks[1::2]]
    x = [shape[4][0][0] for shape in wicks[0::2]]
    slope, off = line_through([bar["high"] for bar in prices] + [bar["low"] for bar in prices], high + low)
    checks(f"{name}: highs and lows stand where they should", slope < 0 and off < 0.02, (slope, off))
    tops = [shape[4][1][1] for shape in wicks[0::2]]
    bottoms = [shape[4][0][1] for shape in wicks[1::2]]
    # A body is a pixel high at least.
    bodies = [(max(bar["open"], bar["close"]), min(bar["open"], bar["close"]), top, bottom)
              for bar, top, bottom in zip(prices, tops, bottoms) if bottom - top > 1.01]
    _, off = line_through([body[0] for body in bodies] + [body[1] for body in bodies],
                          [body[2] for body in bodies] + [body[3] for body in bodies])
    checks(f"{name}: bodies go from open to close", off < 0.02, off)
    colors = [shape[1] for shape in wicks[0::2]]
    checks.equal(f"{name}: colours", colors, [UP if bar["close"] >= bar["open"] else DOWN for bar in prices])
    slope, off = line_through([bar["time"] for bar in prices], x)
    checks(f"{name}: bars stand at their times", slope > 0 and off <= 1, off)
    # The line of cumulative delta: its stretches share their ends.
    line = [shape[4] for shape in drawing.of("stroke", LINE) if not (len(shape[4]) == 2 and shape[4][0][1] == shape[4][1][1])]
    points = numpy.concatenate([line[0]] + [part[1:] for part in line[1:]])
    sums = numpy.concatenate([[0], numpy.cumsum([bar["volume_delta"] for bar in flow])])
    if checks.equal(f"{name}: points of the line", len(points), len(sums)):
        slope, off = line_through(sums, points[:, 1])
        checks(f"{name}: the line is the running sum of deltas", slope < 0 and off < 0.02, (slope, off))
    # Bars of delta begin or end at zero: their heights are the deltas. What is lower than a hundredth of a pixel is not drawn.
    below = max(low) + 1
    deltas = [shape for shape in drawing.shapes if shape[1] in (UP, DOWN) and shape[4][:, 1].min() > below and len(shape[4]) > 3
              and not shape[3] and numpy.ptp(shape[4][:, 1]) > 0.01]
    pixel = max(numpy.ptp(shape[4][:, 1]) for shape in deltas) / max(abs(bar["volume_delta"]) for bar in flow)
    shown = [bar for bar in flow if abs(bar["volume_delta"]) * pixel > 0.01]
    if checks.equal(f"{name}: bars of delta", len(deltas), len(shown)):
        checks.equal(f"{name}: colours of deltas", [shape[1] for shape in deltas],
                     [UP if bar["volume_delta"] >= 0 else DOWN for bar in shown])
        filled = [(bar["volume_delta"], numpy.ptp(shape[4][:, 1])) for bar, shape in zip(shown, deltas) if shape[0] == "fill"]
        slope, off = line_through([abs(delta) for delta, _ in filled], [height for _, height in filled])
        checks(f"{name}: heights of deltas", slope > 0 and off < 0.02, off)
    # Times in which trades are missing are tinted, and others are not.
    tints = [shape[4][:, 0] for shape in drawing.of("fill", GAP) if shape[2] == 0.13]
    doubted = [any(tint.min() <= place <= tint.max() for tint in tints) for place in x]
    checks.equal(f"{name}: doubtful bars look doubtful", doubted, [bar["quality"] == "gap" for bar in prices])
    return sum(doubted)


def pixels(path):
    """A PNG's pixels, by the specification alone."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, kinds = 8, b"", []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + length]
        assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        kinds.append(kind)
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", chunk[:10])
            assert (depth, color) == (8, 2)
        body += chunk if kind == b"IDAT" else b""
        at += 12 + length
    raw, result, above = zlib.decompress(body), [], bytearray(width * 3)
    for row in range(height):
        start = row * (width * 3 + 1)
        rule, line = raw[start], bytearray(raw[start + 1:start + 1 + width * 3])
        for i in range(width * 3):
            a, b, c = line[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0
            if rule == 1:
                line[i] = (line[i] + a) & 255
            elif rule == 2:
                line[i] = (line[i] + b) & 255
            elif rule == 3:
                line[i] = (line[i] + (a + b) // 2) & 255
            elif rule == 4:
                p = a + b - c
                nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
                line[i] = (line[i] + nearest) & 255
        result.append(line)
        above = line
    return kinds, numpy.array([list(line) for line in result], dtype=numpy.uint8).reshape(height, width, 3)


def simulated(checks, scratch):
    dump = millrace("simulate", "archives", *VENUE, "--rows", 100_000, "--seed", 9, "--output", scratch, "--quiet").stdout.strip()
    lake = os.path.join(scratch, "lake")
    millrace("import", dump, "--data", lake, *VENUE, "--quiet")
    words = ["--input", dump, *VENUE, "--interval", "15m"]
    svg, png = os.path.join(scratch, "day.svg"), os.path.join(scratch, "day.png")
    size = ["--width", 640, "--height", 400]
    for path in (svg, png):
        done = millrace("chart", *words, *size, "--output", path, "--quiet")
        checks(f"chart {os.path.basename(path)}", done.status == 0 and not done.stdout and not done.stderr, done.stderr)
    root = Drawing(svg).root
    checks.equal("an SVG of the size asked for", (root.get("width"), root.get("height"), root.get("viewBox")),
                 ("640px", "400px", "0 0 640 400"))
    kinds, image = pixels(png)
    checks.equal("a PNG of the size asked for", image.shape, (400, 640, 3))
    checks("a PNG without times and texts", set(kinds) <= {b"IHDR", b"bKGD", b"IDAT", b"IEND"}, kinds)
    agrees(checks, "a simulated day", words, svg)
    # The same drawing in both: the middle of each body has its colour.
    bodies = [shape for shape in Drawing(svg).of("fill", UP, DOWN) if numpy.ptp(shape[4][:, 0]) >= 3 and numpy.ptp(shape[4][:, 1]) >= 3]
    middles = [image[int(points[:, 1].mean()), int(points[:, 0].mean())].tobytes().hex() for *_, points in bodies]
    checks("bodies to look at", len(bodies) > 50, len(bodies))
    # The dotted line of the last price may pass through a body.
    checks("the PNG shows what the SVG draws", sum(a == shape[1] for a, shape in zip(middles, bodies)) >= len(bodies) - 8, middles[:5])
    same = {}
    for name, more in (("again", words), ("one thread", words + ["--threads", "1"]), ("five threads", words + ["--threads", "5"]),
                       ("of the tape", ["--data", lake, *words[2:]])):
        for form in ("svg", "png"):
            path = os.path.join(scratch, f"other.{form}")
            millrace("chart", *more, *size, "--output", path, "--quiet")
            with open(path, "rb") as one, open(os.path.join(scratch, f"day.{form}"), "rb") as other:
                same[name, form] = one.read() == other.read()
    checks("the same bytes again, by any number of threads, and of the tape", all(same.values()), same)
    with open(svg, "rb") as file:
        expected = file.read()
    for command in (["chart"], ["bars", "flow"], ["bars", "ohlcv"]):
        done = subprocess.run([MILLRACE, *map(str, command + words + size), "--format", "svg", "--quiet"], capture_output=True)
        checks(f"millrace {' '.join(command)} --format svg to stdout", done.returncode == 0 and done.stdout == expected, done.stderr)
    dark = millrace("chart", *words, *size, "--theme", "dark", "--format", "svg", "--quiet").stdout
    checks("a dark one is another", dark.startswith("<?xml") and dark.encode() != expected)
    merged = os.path.join(scratch, "merged.svg")
    millrace("chart", *words[:-1], "1s", "--output", merged, "--quiet")
    wicks = [shape for shape in Drawing(merged).of("stroke", UP, DOWN) if len(shape[4]) == 2 and not shape[3]]
    checks("more bars than room become longer candles", 200 < len(wicks) < 900, len(wicks))
    return dump, words


def refusals(checks, words, scratch):
    out = os.path.join(scratch, "none.svg")
    cases = [
        (["chart", *words, "--output", os.path.join(scratch, "day.jpg")], 2, "--format svg or --format png"),
        (["chart", *words], 2, "--format svg or --format png"),
        (["chart", *words, "--output", out, "--width", "10"], 2, "from 320 to 10000"),
        (["chart", *words, "--output", out, "--theme", "lihgt"], 2, "Did you mean light?"),
        (["bars", "impact", *words, "--format", "svg"], 2, "flow or ohlcv"),
        (["bars", "flow,ohlcv", *words, "--format", "svg", "--output", scratch], 2, "flow or ohlcv"),
        (["bars", "flow", *words, "--format", "png", "--fields", "volume_delta"], 2, "--fields"),
        (["chart", *words, "--output", out, "--from", "2030-01-01"], 1, "no trade of binance-futures BTCUSDT in that range"),
        (["chart", *words, "--output", os.path.join(scratch, "no/such/day.svg")], 1, "cannot write"),
    ]
    for line, status, hint in cases:
        done = millrace(*line, "--quiet")
        checks(f"refused: {' '.join(map(str, line[len(words) + 1:]))}",
               done.status == status and hint in done.stderr and done.stderr.count("\n") == 1 and not done.stdout, done.stderr)
    checks("what was refused left no file", not [name for name in os.listdir(scratch) if "none" in name or "partial" in name])


def extremes(checks, quick, scratch):
    """Tapes as nobody expects them; each has to give a picture that can be read as XML, with its candles in it."""
    def draw(name, lines, *more, symbol="BTCUSDT", venue="binance-spot"):
        source, path = os.path.join(scratch, "odd.csv"), os.path.join(scratch, "odd.svg")
        with open(source, "w", encoding="utf-8") as file:
            file.write("t,p,q,s,i\n" + "\n".join(lines) + "\n")
        done = millrace("chart", "--input", source, "--venue", venue, "--symbol", symbol, "--columns",
                        "timestamp=t,price=p,quantity=q,side=s,id=i", "--output", path, "--force", "--quiet", *more)
        if not checks(f"a chart of {name}", done.status == 0, done.stderr):
            return []
        shapes = Drawing(path).of("stroke", UP, DOWN)
        return [shape for shape in shapes if len(shape[4]) == 2 and not shape[3]]

    start = 1_704_067_200_000

    def trades(count, price, step=1000):
        return [f"{start + i * step},{price(i)},{1 + i % 7}.5,{'buy' if i % 3 else 'sell'},{i + 1}" for i in range(count)]

    checks.equal("one bar is one candle", len(draw("one trade", trades(1, lambda i: "42000.5"), "--interval", "1m")), 2)
    checks.equal("prices of 1e-8", len(draw("prices of 1e-8", trades(300, lambda i: f"0.0000000{i % 9 + 1}"), "--interval", "5s")), 120)
    checks.equal("prices of 1e6", len(draw("prices of 1e6", trades(300, lambda i: f"{1_000_000 + i}.25"), "--interval", "5s")), 120)
    checks.equal("one price", len(draw("one price", trades(300, lambda i: "1"), "--interval", "5s")), 120)
    sides = [line.replace("sell", "buy") for line in trades(60, lambda i: "2")]
    checks.equal("one side", len(draw("one side", sides, "--interval", "1s")), 120)
    level = [line.replace("sell", "none").replace("buy", "none") for line in trades(60, lambda i: "2")]
    draw("trades without sides", level, "--interval", "1s")
    far = [f"{start},1,1,buy,1", f"{start + 40 * 365 * 86_400_000},2,1,sell,2"]
    checks.equal("forty years apart", len(draw("two trades forty years apart", far, "--interval", "1s")), 4)
    for symbol in ("\x1b[31mA\nB", "<&\"'>]]>", "\u202eUSD", "x" * 200, "很长"):
        draw(f"the symbol {symbol!r}"[:60], trades(10, lambda i: "3"), "--interval", "1s", symbol=symbol)
    count = 20_000 if quick else 200_000
    wicks = draw(f"{count} bars", trades(count, lambda i: f"{100 + i % 50}"), "--interval", "1s")
    checks(f"{count} bars become some hundred candles", 100 < len(wicks) < 1000, len(wicks))


def recorded(checks, scratch):
    files = sorted(glob.glob(os.path.join(SHARED, "binance-spot-ltcusdt", "LTC*.csv.gz")))
    coin = glob.glob(os.path.join(SHARED, "binance-coinm-aggtrades", "*.zip"))
    if not files or not coin:
        return checks.skip(f"charts of recordings: none in {SHARED}")
    lake, path = os.path.join(scratch, "ltc"), os.path.join(scratch, "ltc.svg")
    columns = "timestamp=timestamp,price=price,quantity=quantity,side=side,id=tradeId"
    venue = ["--venue", "binance-spot", "--symbol", "LTCUSDT"]
    millrace("import", *files, "--data", lake, *venue, "--columns", columns, "--quiet")
    for interval in ("5m", "30m"):
        words = ["--data", lake, *venue, "--interval", interval]
        done = millrace("chart", *words, "--output", path, "--quiet")
        checks(f"a chart of the LTCUSDT tape, {interval}", done.status == 0, done.stderr)
        doubted = agrees(checks, f"the LTCUSDT tape, {interval}", words, path)
        checks(f"the LTCUSDT tape, {interval}: has doubtful bars", doubted and doubted >= 10, doubted)
    words = ["--input", coin[0], "--venue", "binance-coin-futures", "--symbol", "BTCUSD_PERP", "--interval", "5m"]
    done = millrace("chart", *words, "--output", path, "--quiet")
    checks("a chart of the COIN-M day", done.status == 0, done.stderr)
    agrees(checks, "the COIN-M day", words, path)


def documented(checks, scratch):
    """The picture in docs/cli.md is what the commands beside it draw."""
    with open(os.path.join(ROOT, "docs", "cli.md"), encoding="utf-8") as file:
        program = re.search(r"## Charts\n\n```sh\n(.*?)```", file.read(), re.S).group(1)
    path = {**os.environ, "PATH": f"{os.path.dirname(MILLRACE)}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-ec", program], cwd=scratch, env=path, capture_output=True, text=True)
    checks("the commands of docs/cli.md", done.returncode == 0, done.stderr)
    drawn, shown = os.path.join(scratch, "chart.png"), os.path.join(ROOT, "docs", "images", "chart.png")
    with open(drawn, "rb") as one, open(shown, "rb") as other:
        same = one.read() == other.read()
    # Another zlib may pack the same pixels otherwise.
    checks("docs/images/chart.png is what its commands draw", same or numpy.array_equal(pixels(drawn)[1], pixels(shown)[1]))


def check(checks, quick, scratch):
    _, words = simulated(checks, scratch)
    refusals(checks, words, scratch)
    extremes(checks, quick, scratch)
    documented(checks, scratch)
    recorded(checks, scratch)
