import MarketModel

/// How whole the tape is at each place of an axis of time.
struct PlaceQualities: Sendable {
    private var qualities: [BarQuality]
    /// How many places before each have trades missing.
    private var gapsBefore: [Int] = [0]

    init(_ time: TimeAxis, _ data: ChartData) {
        qualities = Array(repeating: .complete, count: time.count)
        for hole in data.holes {
            // Event times may step back by a little from one id to the next.
            guard let places = time.places(from: min(hole.from, hole.to), to: max(hole.from, hole.to)) else { continue }
            for place in places { qualities[place] = max(qualities[place], hole.isRepaired ? .repaired : .gap) }
        }
        for bar in data.candles {
            guard let place = time.places(from: bar.time, to: bar.time)?.first else { continue }
            qualities[place] = max(qualities[place], bar.quality)
        }
        for quality in qualities { gapsBefore.append((gapsBefore.last ?? 0) + (quality == .gap ? 1 : 0)) }
    }

    /// Whether trades are missing anywhere in a range of places.
    func isDoubtful(_ places: ClosedRange<Int>) -> Bool { gapsBefore[places.upperBound + 1] > gapsBefore[places.lowerBound] }

    /// The stretches that are not whole.
    func shades(_ time: TimeAxis) -> [ChartLayout.Shade] {
        var shades: [ChartLayout.Shade] = []
        var before = BarQuality.complete
        for (place, quality) in qualities.enumerated() {
            let left = time.left + Double(place) * time.pitch
            if quality != .complete {
                if quality == before {
                    shades[shades.count - 1].right = left + time.pitch
                } else {
                    shades.append(ChartLayout.Shade(left: left, right: left + time.pitch, isRepaired: quality == .repaired))
                }
            }
            before = quality
        }
        return shades
    }
}

extension ChartLayout {
    /// How wide the body of a candle is: an odd number of pixels, so that its wick is in the middle; two where there is no room for three.
    static func bodyWidth(pitch: Double, em: Double) -> Double {
        if pitch < 4 { return pitch < 3 ? 1 : 2 }
        let widest = min(pitch * 0.72, em * 1.6)
        return max(3, ((widest - 1) / 2).rounded(.down) * 2 + 1)
    }

    /// The candles and the bars of delta.
    static func bodies(
        _ bars: [ChartBar], _ time: TimeAxis, _ price: ValueScale, _ delta: ValueScale, width: Double
    ) -> (candles: [Candle], deltas: [DeltaBar]) {
        var candles: [Candle] = []
        var deltas: [DeltaBar] = []
        let zero = delta.y(0)
        // Of two pixels the first is the wick's.
        let before = width == 2 ? 0.5 : width / 2
        for bar in bars {
            // On the middle of a pixel, so that what is a pixel wide is drawn on one.
            let x = time.middle(bar.time).rounded(.down) + 0.5
            let (open, close) = (price.y(bar.open), price.y(bar.close))
            let height = max(1, abs(open - close))
            let top = min(open, close) - (height - abs(open - close)) / 2
            candles.append(
                Candle(
                    x: x, high: price.y(bar.high), low: price.y(bar.low),
                    body: Rectangle(x: x - before, y: top, width: width, height: height), isUp: bar.close >= bar.open,
                    quality: bar.quality))
            let end = delta.y(bar.delta)
            deltas.append(
                DeltaBar(
                    body: Rectangle(x: x - before, y: min(zero, end), width: width, height: abs(end - zero)), isUp: bar.delta >= 0,
                    quality: bar.quality))
        }
        return (candles, deltas)
    }

    /// The line through the sums: `heights` has one before the first bar, and one after each.
    static func stretches(_ bars: [ChartBar], _ time: TimeAxis, _ heights: [Double], _ wholeness: PlaceQualities) -> [Stretch] {
        var stretches: [Stretch] = []
        var last = Point(time.left, heights.first ?? 0)
        var lastPlace = 0
        for (bar, height) in zip(bars, heights.dropFirst()) {
            let point = Point(time.middle(bar.time), height)
            let place = time.places(from: bar.time, to: bar.time)?.first ?? lastPlace
            let isDoubtful = wholeness.isDoubtful(lastPlace...place)
            if let stretch = stretches.last, stretch.isDoubtful == isDoubtful {
                stretches[stretches.count - 1].points.append(point)
            } else {
                stretches.append(Stretch(points: [last, point], isDoubtful: isDoubtful))
            }
            (last, lastPlace) = (point, place)
        }
        return stretches
    }
}
