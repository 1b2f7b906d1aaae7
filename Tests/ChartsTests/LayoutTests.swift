import Charts
import MarketModel
import Testing

struct LayoutTests {
    /// Every letter as wide as six tenths of its height.
    private func width(_ text: String, _ font: Font) -> Double { Double(text.count) * font.size * 0.6 }

    private func layout(_ data: ChartData, width pixels: Int = 1280, height: Int = 720, title: String = "BTCUSDT") -> ChartLayout {
        let options = ChartOptions(
            title: title, subtitle: "binance-spot", priceUnit: "USDT", volumeUnit: "BTC", width: pixels, height: height)
        return ChartLayout(data, options, textWidth: width)
    }

    private func bars(_ count: Int, seed: UInt64 = 1, price: Double = 40_000, interval: Interval = .m1) -> [ChartBar] {
        var random = SeededNumbers(seed)
        var last = price
        return (0..<count).map { index in
            let open = last
            last = max(price * 0.2, last * (1 + Double(random.next(in: -100...100)) / 1e5))
            return ChartBar(
                time: 1_704_067_200_000_000 + Int64(index) * interval.microseconds, open: open,
                high: max(open, last) * (1 + Double(random.next(in: 0...50)) / 1e5),
                low: min(open, last) * (1 - Double(random.next(in: 0...50)) / 1e5), close: last,
                delta: Double(random.next(in: -1000...1000)) / 10, quality: .complete)
        }
    }

    @Test(arguments: [(1, 1280, 720), (7, 320, 240), (96, 1280, 720), (300, 1280, 720), (100_000, 1280, 720), (5000, 10_000, 10_000)])
    func `All is inside its panel, at any size and of any number of bars`(count: Int, pixels: Int, height: Int) {
        for price in [1e-8, 1, 1e6] {
            let layout = layout(ChartData(interval: .m1, bars: bars(count, price: price)), width: pixels, height: height)
            let panel = layout.pricePanel
            #expect(!layout.candles.isEmpty && layout.candles.count <= count && layout.candles.count == layout.deltas.count)
            for candle in layout.candles {
                #expect(candle.body.x >= panel.x - 1 && candle.body.right <= panel.right + 1)
                #expect(candle.high >= panel.y && candle.low <= panel.bottom && candle.high <= candle.low)
                #expect(candle.body.y >= candle.high - 0.51 && candle.body.bottom <= candle.low + 0.51)
            }
            for bar in layout.deltas { #expect(bar.body.y >= layout.deltaPanel.y && bar.body.bottom <= layout.deltaPanel.bottom) }
            for point in layout.line.flatMap(\.points) {
                #expect((layout.cumulativePanel.y...layout.cumulativePanel.bottom).contains(point.y))
                #expect((panel.x...panel.right).contains(point.x))
            }
            // Panels stand above each other and share their edges.
            #expect(panel.bottom < layout.cumulativePanel.y && layout.cumulativePanel.bottom < layout.deltaPanel.y)
            #expect(Set([panel, layout.cumulativePanel, layout.deltaPanel].map(\.x)).count == 1)
            #expect(Set([panel, layout.cumulativePanel, layout.deltaPanel].map(\.right)).count == 1)
            #expect(panel.width > Double(pixels) / 2 && layout.deltaPanel.bottom < Double(height))
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Candles of many bars hold what their bars hold`(seed: UInt64) throws {
        let bars = bars(20_000, seed: seed)
        let merged = ChartData(interval: .m1, bars: bars).merged(toAtMost: 400)
        #expect(merged.length == .h1 && merged.count == 20_000 && merged.candles.count == 334)
        for candle in merged.candles {
            let within = bars.filter { Interval.h1.start(of: $0.time) == candle.time }
            #expect(candle.open == within.first?.open && candle.close == within.last?.close, "seed \(seed)")
            #expect(candle.high == within.map(\.high).max() && candle.low == within.map(\.low).min(), "seed \(seed)")
            #expect(abs(candle.delta - within.map(\.delta).reduce(0, +)) < 1e-9, "seed \(seed)")
        }
    }

    @Test func `Memory does not grow with the bars`() {
        var data = ChartData(interval: .s1)
        for index in 0..<1_000_000 {
            data.append(
                ChartBar(
                    time: Int64(index) * 1_000_000, open: 1, high: 2, low: 1, close: 1, delta: 1,
                    quality: index == 777_777 ? .gap : .complete))
        }
        #expect(data.count == 1_000_000 && data.candles.count <= 65_536)
        #expect(data.candles.map(\.delta).reduce(0, +) == 1_000_000)
        #expect(data.candles.filter { $0.quality == .gap }.count == 1)
        #expect(data.start == 0 && data.end == 1_000_000_000_000)
    }

    @Test func `A bar that is not whole is hollow, shaded and its line is dashed`() throws {
        var bars = bars(60)
        bars[20].quality = .gap
        bars[40].quality = .repaired
        let layout = layout(ChartData(interval: .m1, bars: bars))
        #expect(layout.shades.map(\.isRepaired) == [false, true])
        let shade = try #require(layout.shades.first)
        #expect(abs(shade.left - layout.time.x(bars[20].time)) < 1e-6 && abs(shade.right - layout.time.x(bars[21].time)) < 1e-6)
        #expect(layout.line.map(\.isDoubtful) == [false, true, false])
        // From the middle of the bar before it to that of the bar after it.
        #expect(layout.line[1].points.count == 3)
        let shapes = layout.picture(textWidth: width).shapes
        let outlines = shapes.filter { if case .outline = $0 { true } else { false } }
        #expect((1...2).contains(outlines.count))
        let texts = shapes.compactMap { if case .text(let label) = $0 { label.text } else { nil } }
        #expect(texts.contains("trades missing") && texts.contains("trades repaired"))
    }

    @Test func `A hole without bars is shaded over all the time it takes`() throws {
        let bars = bars(60)
        let hole = ChartHole(from: bars[10].time + 5, to: bars[30].time + 5, isRepaired: false)
        let some = Array(bars[...10] + bars[30...])
        let layout = layout(ChartData(interval: .m1, bars: some, holes: [hole]))
        #expect(layout.candles.count == some.count)
        #expect(layout.shades.count == 1)
        let shade = try #require(layout.shades.first)
        #expect(abs(shade.left - layout.time.x(bars[10].time)) < 1e-6 && abs(shade.right - layout.time.x(bars[31].time)) < 1e-6)
    }

    @Test func `A hole outside of the time shown is not`() {
        let bars = bars(10)
        let holes = [ChartHole(from: 0, to: 5, isRepaired: false), ChartHole(from: .max - 5, to: .max, isRepaired: true)]
        let layout = layout(ChartData(interval: .m1, bars: bars, holes: holes))
        #expect(layout.shades.isEmpty && layout.line.count == 1)
    }

    @Test func `The line is the running sum of the deltas, from zero on`() throws {
        let bars = bars(96)
        let layout = layout(ChartData(interval: .m1, bars: bars))
        let points = try #require(layout.line.first).points
        #expect(points.count == 97 && points[0].y == layout.cumulative.y(0))
        var sum = 0.0
        for (bar, point) in zip(bars, points.dropFirst()) {
            sum += bar.delta
            #expect(abs(point.y - layout.cumulative.y(sum)) < 1e-6 && abs(point.x - layout.time.middle(bar.time)) < 1e-6)
        }
    }

    @Test(arguments: [
        "\u{0}\u{1B}[31m\nA\rB", "\u{202E}DESREVER\u{2066}", String(repeating: "很长的名字", count: 100), "<script>&\"']]>", "",
    ])
    func `A title is one line without controls that fits`(title: String) throws {
        let layout = layout(ChartData(interval: .m1, bars: bars(5)), width: 320, height: 240, title: title)
        for case .text(let label) in layout.picture(textWidth: width).shapes {
            #expect(label.text.unicodeScalars.allSatisfy { $0.value >= 32 && !(0x2028...0x202E).contains($0.value) })
            #expect(label.anchor != .start || label.place.x + width(label.text, label.font) <= 321, "\(label)")
        }
    }

    @Test func `Bars of trades whose sides are not known have deltas of zero`() {
        let flat = bars(30).map { bar in
            var bar = bar
            bar.delta = 0
            return bar
        }
        let layout = layout(ChartData(interval: .m1, bars: flat))
        #expect(layout.pricePanel.width > 1000 && layout.deltas.allSatisfy { $0.body.height == 0 })
        #expect(layout.delta.ticks.contains { $0.value == 0 && $0.text.count < 5 })
    }

    @Test func `The same bars give the same picture`() {
        let data = ChartData(interval: .m1, bars: bars(500))
        #expect(layout(data).picture(textWidth: width) == layout(data).picture(textWidth: width))
    }
}
