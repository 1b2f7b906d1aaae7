public import MarketModel

/// What is drawn: bars in time order, put together to candles where they are many, and where the tape misses trades.
///
///     var data = ChartData(interval: .m1)
///     for row in rows { data.append(bar(of: row)) }
///     data.holes = holes
public struct ChartData: Sendable {
    /// The length of the bars that are added.
    public let interval: Interval
    /// The length of a candle: that of a bar, or a whole number of bars.
    public private(set) var length: Interval
    /// The candles, ascending by time.
    public private(set) var candles: [ChartBar] = []
    /// How many bars were added.
    public private(set) var count = 0
    /// When the first bar begins.
    public private(set) var start: Int64 = 0
    /// When the last bar ends.
    public private(set) var end: Int64 = 0
    /// Where trades are missing, in any order.
    public var holes: [ChartHole] = []

    /// How many candles are kept: more than any picture has pixels.
    private static let most = 65_536

    /// Begins without a bar.
    public init(interval: Interval) {
        self.interval = interval
        length = interval
    }

    /// Creates data from bars, ascending by time.
    public init(interval: Interval, bars: [ChartBar], holes: [ChartHole] = []) {
        self.init(interval: interval)
        for bar in bars { append(bar) }
        self.holes = holes
    }

    /// Adds a bar that begins after all others.
    ///
    /// - Complexity: O(1) on average; memory does not grow beyond 65,536 candles.
    public mutating func append(_ bar: ChartBar) {
        if count == 0 { start = bar.time }
        end = bar.time + interval.microseconds
        count += 1
        add(bar)
        if candles.count > ChartData.most { self = merged(toAtMost: ChartData.most / 2) }
    }

    /// The same with candles of the shortest length that needs no more than so many places; those without trades count.
    ///
    /// Where weeks are too many as well, they stay weeks.
    ///
    /// - Complexity: O(candles).
    public func merged(toAtMost most: Int) -> ChartData {
        guard places(of: length) > most else { return self }
        let lengths = Interval.allCases.filter { $0 > length && $0.seconds % length.seconds == 0 }
        guard let longer = lengths.first(where: { places(of: $0) <= most }) ?? lengths.last else { return self }
        var merged = self
        merged.length = longer
        merged.candles = []
        for candle in candles { merged.add(candle) }
        return merged
    }

    /// How many places of a length the time from the first candle to the last takes.
    private func places(of length: Interval) -> Int {
        guard let first = candles.first, let last = candles.last else { return 0 }
        return Int((length.start(of: last.time) - length.start(of: first.time)) / length.microseconds) + 1
    }

    private mutating func add(_ bar: ChartBar) {
        var bar = bar
        bar.time = length.start(of: bar.time)
        if let last = candles.indices.last, candles[last].time == bar.time {
            candles[last].join(bar)
        } else {
            candles.append(bar)
        }
    }
}
