public import MarketModel

/// What a chart is called and how large it is.
public struct ChartOptions: Sendable {
    /// What is written above, in bold: the symbol.
    public var title: String
    /// What is written beside it: the venue.
    public var subtitle: String
    /// The unit of prices: `USDT`.
    public var priceUnit: String
    /// The unit of volumes: `BTC`.
    public var volumeUnit: String
    /// How wide the picture is, in pixels; see ``widths``.
    public var width: Int
    /// How high it is, in pixels; see ``heights``.
    public var height: Int
    /// Its colours.
    public var theme: ChartTheme

    /// The widths in which a chart can be read.
    public static let widths = 320...10_000
    /// The heights in which a chart can be read.
    public static let heights = 240...10_000

    /// Creates options.
    public init(
        title: String, subtitle: String, priceUnit: String, volumeUnit: String, width: Int = 1280, height: Int = 720,
        theme: ChartTheme = .light
    ) {
        self.title = title
        self.subtitle = subtitle
        self.priceUnit = priceUnit
        self.volumeUnit = volumeUnit
        self.width = width
        self.height = height
        self.theme = theme
    }
}

/// How wide a text is in a font, in pixels: what only who draws it knows.
public typealias TextWidth = (_ text: String, _ font: Font) -> Double

/// What is where in a chart of price, cumulative delta and delta over one axis of time.
///
///     let layout = ChartLayout(data, options) { text, font in typeface.width(of: text, font) }
///     let picture = layout.picture
public struct ChartLayout: Sendable {
    /// A candle: a bar's prices.
    public struct Candle: Sendable, Hashable {
        /// The middle of its place.
        public var x: Double
        /// Where the highest price is.
        public var high: Double
        /// Where the lowest price is.
        public var low: Double
        /// From open to close; at least a pixel high.
        public var body: Rectangle
        /// Whether it closed at least where it opened.
        public var isUp: Bool
        /// Whether the tape inside was whole.
        public var quality: BarQuality
    }

    /// A bar of delta, up or down from zero.
    public struct DeltaBar: Sendable, Hashable {
        /// From zero to the delta.
        public var body: Rectangle
        /// Whether at least as much was bought as sold.
        public var isUp: Bool
        /// Whether the tape inside was whole.
        public var quality: BarQuality
    }

    /// A stretch of the line of cumulative delta.
    public struct Stretch: Sendable, Hashable {
        /// Its points, one in the middle of each bar; two at least.
        public var points: [Point]
        /// Whether trades are missing in it, so that its level is not known.
        public var isDoubtful: Bool
    }

    /// A stretch of time in which the tape is or was not whole.
    public struct Shade: Sendable, Hashable {
        /// Where it begins.
        public var left: Double
        /// Where it ends.
        public var right: Double
        /// Whether the trades were supplied later.
        public var isRepaired: Bool
    }

    /// What it was made with.
    public let options: ChartOptions
    /// The axis of time.
    public let time: TimeAxis
    /// Where prices are.
    public let pricePanel: Rectangle
    /// Where the cumulative delta is.
    public let cumulativePanel: Rectangle
    /// Where deltas are.
    public let deltaPanel: Rectangle
    /// The axis of prices.
    public let price: ValueScale
    /// The axis of cumulative delta.
    public let cumulative: ValueScale
    /// The axis of delta.
    public let delta: ValueScale
    /// The candles, in time order.
    public let candles: [Candle]
    /// The bars of delta, in time order.
    public let deltas: [DeltaBar]
    /// The line of cumulative delta, which begins at zero before the first bar.
    public let line: [Stretch]
    /// Where the tape is or was not whole, in time order.
    public let shades: [Shade]

    /// Where the parts are.
    let frame: ChartFrame
    /// What is drawn.
    let drawn: ChartData
    let lastPrice: Tag
    let lastCumulative: Tag

    /// The last value of an axis, which stands out among its numbers.
    struct Tag: Sendable {
        let y: Double
        let text: String

        init(_ value: Double, on scale: ValueScale, more: Int) {
            y = scale.y(value)
            text = scale.text(of: value, more: more)
        }
    }

    /// Lays a chart out; without a bar there is nothing in it.
    ///
    /// - Complexity: O(candles + holes × places they take).
    public init(_ data: ChartData, _ options: ChartOptions, textWidth: TextWidth) {
        self.options = options
        var frame = ChartFrame(options)
        // A candle takes three pixels at least, one of which parts it from the next.
        drawn = data.merged(toAtMost: max(1, Int(frame.roughWidth / 3)))
        let values = drawn.candles.reduce(into: [0.0]) { sums, bar in sums.append((sums.last ?? 0) + bar.delta) }
        let price = frame.scale(drawn.candles.flatMap { [$0.low, $0.high] }, in: frame.price)
        let cumulative = frame.scale(values, in: frame.cumulative)
        let delta = frame.scale(drawn.candles.map(\.delta) + [0], in: frame.delta)
        (self.price, self.cumulative, self.delta) = (price, cumulative, delta)
        lastPrice = Tag(drawn.candles.last?.close ?? 0, on: price, more: 3)
        lastCumulative = Tag(values.last ?? 0, on: cumulative, more: 1)
        let texts =
            [price, cumulative, delta].flatMap { scale in scale.ticks.map(\.text) }
            + [lastPrice.text, lastCumulative.text]
        frame.setGutter(texts.map { textWidth($0, frame.font) }.max() ?? 0)
        self.frame = frame
        (pricePanel, cumulativePanel, deltaPanel) = (frame.price, frame.cumulative, frame.delta)
        let time = TimeAxis(
            interval: drawn.length, first: drawn.candles.first?.time ?? 0, last: drawn.candles.last?.time ?? 0, left: frame.price.x,
            width: frame.price.width)
        self.time = time
        let wholeness = PlaceQualities(time, drawn)
        shades = wholeness.shades(time)
        let width = ChartLayout.bodyWidth(pitch: time.pitch, em: frame.em)
        (candles, deltas) = ChartLayout.bodies(drawn.candles, time, price, delta, width: width)
        line = ChartLayout.stretches(drawn.candles, time, values.map { cumulative.y($0) }, wholeness)
    }
}
