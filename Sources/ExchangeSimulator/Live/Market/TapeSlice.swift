/// The orders of one slice of time, in the order in which they traded.
public final class TapeSlice: Sendable {
    /// Which slice it is.
    let index: Int64
    /// The orders; their numbers run on from those of the slice before.
    public let trades: [SimulatedTrade]

    init(index: Int64, trades: [SimulatedTrade]) {
        self.index = index
        self.trades = trades
    }

    /// How many orders are published at `now` or before.
    func published(at now: Int64) -> Int {
        var (low, high) = (0, trades.count)
        while low < high {
            let middle = (low + high) / 2
            if trades[middle].published <= now { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Draws the slices of one instrument's tape.
struct TapeDrawer: Sendable {
    let instrument: SimulatedInstrument
    let course: TapeCourse
    let path: PricePath
    let seed: UInt64
    /// Microseconds that times are a whole number of.
    let resolution: Int64
    private let sizeScale: Double

    init(instrument: SimulatedInstrument, course: TapeCourse, path: PricePath, seed: UInt64, resolution: Int64) {
        self.instrument = instrument
        self.course = course
        self.path = path
        self.seed = seed
        self.resolution = resolution
        let unit = (0..<instrument.quantityDecimals).reduce(1.0) { product, _ in product * 10 }
        sizeScale = PortableMath.log2(max(1, instrument.size * unit / Double(instrument.step)))
    }

    /// What is drawn of an order before its place in time is known.
    private struct Draft {
        var weight: Int64
        var nudge: Int64
        var level: Int64
        var isBuy: Bool
        var back: Int64
        var opensEvent: Bool
    }

    func draw(_ index: Int64) -> TapeSlice {
        let firstOrder = course.orders(before: index)
        let count = Int(course.orders(before: index + 1) - firstOrder)
        let firstFill = course.fills(before: index)
        let fillCount = Int(course.fills(before: index + 1) - firstFill)
        guard count > 0, fillCount >= count else { return TapeSlice(index: index, trades: []) }
        var random = SeededRandom(seed: seed, stream: UInt64(bitPattern: index))
        let drafts = drafts(count, at: index * course.sliceLength, &random)
        let offBook = instrument.hasOffBookPrints && fillCount > count && random.next() & 31 == 0 ? Int(random.next() % UInt64(count)) : nil
        let fills = deal(fillCount - count - (offBook == nil ? 0 : 1), over: count, &random)
        let trades = place(
            drafts, fills: fills, offBook: offBook, firstOrder: firstOrder, firstFill: firstFill, at: index * course.sliceLength, &random)
        return TapeSlice(index: index, trades: trades)
    }

    /// Events: each one taker order that may go through several prices at the same instant.
    private func drafts(_ count: Int, at start: Int64, _ random: inout SeededRandom) -> [Draft] {
        var drafts: [Draft] = []
        drafts.reserveCapacity(count)
        var chance = UInt64(0x8000)
        var isBuy = random.next() & 1 == 0
        while drafts.count < count {
            if drafts.count % 64 == 0 {
                let here = start + course.sliceLength * Int64(drafts.count) / Int64(count)
                chance = UInt64(0x8000 + path.pressure(at: here) * 0x3000)
            }
            let bits = random.next()
            // A run goes on in seven of ten cases.
            if bits & 0xFF >= 180 { isBuy = (bits >> 8) & 0xFFFF < chance }
            let isClustered = (bits >> 24) & 0xFF < 90
            let steps = instrument.stepsBack && (bits >> 32) & 0xFF < 4
            let levels = (bits >> 40) & 0xFF < 208 ? 1 : 2 + Int64((bits >> 48) & 3)
            let weight = isClustered ? 0 : Int64(PortableMath.log2(random.unit()) * -0x1p20) + 1
            let nudge = isClustered ? Int64((bits >> 50) & 0x1FF) : 0
            for level in 0..<levels where drafts.count < count {
                drafts.append(
                    Draft(
                        weight: level == 0 ? weight : 0, nudge: level == 0 ? nudge : 0, level: level, isBuy: isBuy,
                        back: steps ? 1000 * (1 + Int64(bits >> 60) & 3) : 0, opensEvent: level == 0))
            }
        }
        return drafts
    }

    /// How many fills each order has: one, and what is left dealt out in clumps.
    private func deal(_ extra: Int, over count: Int, _ random: inout SeededRandom) -> [Int32] {
        var fills = [Int32](repeating: 1, count: count)
        var left = extra
        while left > 0 {
            let bits = random.next()
            let clump = min(left, bits & 3 != 0 ? 1 : 1 + Int((bits >> 2) & 15))
            fills[Int((bits >> 32) % UInt64(count))] += Int32(clump)
            left -= clump
        }
        return fills
    }

    private func place(
        _ drafts: [Draft], fills: [Int32], offBook: Int?, firstOrder: Int64, firstFill: Int64, at start: Int64, _ random: inout SeededRandom
    ) -> [SimulatedTrade] {
        let total = Double(drafts.reduce(0) { $0 + $1.weight } + 0x40000)
        let length = course.sliceLength
        var (elapsed, time, fill) = (Int64(0), start, firstFill)
        var knot = -1
        var (from, to) = (0.0, 0.0)
        let ticks = (0..<instrument.priceDecimals).reduce(1.0) { product, _ in product * 10 } / Double(instrument.tick)
        return drafts.indices.map { index in
            let draft = drafts[index]
            if draft.opensEvent {
                elapsed += draft.weight
                let place = start + Int64(Double(elapsed) / total * Double(length))
                time = min(max(time + draft.nudge, draft.nudge > 0 ? time : place), start + length - 1)
            }
            let at = time / resolution * resolution
            let eighth = Int((time - start) * 8 / length)
            if eighth != knot {
                knot = eighth
                from = path.price(at: start + length * Int64(eighth) / 8) * ticks
                to = path.price(at: start + length * Int64(eighth + 1) / 8) * ticks
            }
            let within = Double((time - start) * 8 - Int64(eighth) * length) / Double(length)
            let level = draft.isBuy ? draft.level + 1 : -draft.level
            let price = max(1, Int64((from + (to - from) * within).rounded(.down)) + level)
            if index == offBook { fill += 1 }
            defer { fill += Int64(fills[index]) }
            return SimulatedTrade(
                order: firstOrder + Int64(index), firstFill: fill, lastFill: fill + Int64(fills[index]) - 1,
                time: max(start, at - draft.back), published: (at + 999 + instrument.latency) / 1000 * 1000,
                price: price * instrument.tick, quantity: quantity(atLeast: Int64(fills[index]), &random), isBuy: draft.isBuy,
                followsOffBookPrint: index == offBook)
        }
    }

    /// Log-normal around the instrument's usual size; one order in four is a round number.
    private func quantity(atLeast fills: Int64, _ random: inout SeededRandom) -> Int64 {
        let (normal, _) = random.normals()
        var lots = max(1, Int64(PortableMath.exp2(min(50, sizeScale + 2.1 * normal))))
        if random.next() & 3 == 0 {
            var unit: Int64 = 1
            while unit * 10 <= lots { unit *= 10 }
            lots = lots / unit * unit
        }
        return max(lots, fills) * instrument.step
    }
}
