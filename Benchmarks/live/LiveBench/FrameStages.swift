import Feeds
import Glibc
import Lake
import MarketModel
import MarketService
import OrderFlow
import Pipeline
import Recorder
import TapeSequencer

/// Frames to bars on one thread, stage by stage: each stage does all that those before it do.
///
/// Bars are updated after every round of frames, as a recorder does after every read from its socket.
struct FrameStages {
    let frames: SimulatedFrames
    let round: Int

    init(count: Int, round: Int) throws {
        frames = try SimulatedFrames(count: count)
        self.round = round
    }

    func run() throws {
        // The second pass over all stages counts: the first one warms caches and the allocator.
        for isCounted in [false, true] {
            let parse = try parsing()
            let sequence = try sequencing()
            let bars = try barring()
            let book = try booking()
            guard isCounted else { continue }
            tell([
                "frames": Double(frames.count), "bytes": Double(frames.bytes.count), "round": Double(round), "parse": parse,
                "sequence": sequence, "bars": bars, "book": book,
            ])
        }
    }

    private func parsing() throws -> Double {
        var parser = FrameParser(adapter: BinanceFeed(.spot))
        let watch = Stopwatch()
        frames.forEach { _, frame in _ = parser.parse(frame) }
        let seconds = watch.processorSeconds
        guard parser.counts.trades == frames.count else { throw Mismatch("\(parser.counts.trades) trades were read") }
        return seconds
    }

    private func sequencing() throws -> Double {
        var line = Line(frames)
        let watch = Stopwatch()
        frames.forEach { index, frame in
            line.take(frame, at: Int64(index) * 1000)
            if index % round == round - 1 { line.clear() }
        }
        let seconds = watch.processorSeconds
        try line.check(frames)
        return seconds
    }

    private func barring() throws -> Double {
        var line = Line(frames)
        var batch = TradeColumns()
        guard let valuation = Valuation(kind: .spot, scales: frames.scales) else { throw BarError.valuation }
        let options = BarOptions(interval: .m1, parts: LiveOptions.everything)
        var series = try LiveSeries(
            options: options, valuation: valuation, wholeness: TapeWholeness(holes: []), grace: LiveOptions().grace)
        var finished = 0
        let watch = Stopwatch()
        try frames.forEach { index, frame in
            line.take(frame, at: Int64(index) * 1000)
            guard index % round == round - 1 || index == frames.count - 1 else { return }
            batch.removeAll()
            for case .release(let row) in line.actions { batch.append(row.trade) }
            let now = batch.time.last ?? 0
            try series.add(batch, 0..<batch.count)
            line.clear()
            _ = series.close(at: now)
            finished += series.takeRows().reduce(0) { $0 + Int($1.bar.flow.count) }
        }
        let seconds = watch.processorSeconds
        try line.check(frames)
        finished += series.openRows().reduce(0) { $0 + Int($1.bar.flow.count) }
        guard finished == frames.count else { throw Mismatch("the bars hold \(finished) trades") }
        return seconds
    }

    /// With all that a served instrument has: bars, its newest trades, and somebody who could ask.
    private func booking() throws -> Double {
        let folder = ScratchFolder()
        let market = LiveMarket(lake: try Lake(directory: folder.path, create: true)) { print($0) }
        defer { market.stop() }
        let sink = try market.begin(LiveTapeStart(instrument: frames.instrument, scales: frames.scales, tape: nil, settle: {}))
        var line = Line(frames)
        var rows: [LiveTrade] = []
        let watch = Stopwatch()
        frames.forEach { index, frame in
            line.take(frame, at: Int64(index) * 1000)
            guard index % round == round - 1 || index == frames.count - 1 else { return }
            rows.removeAll(keepingCapacity: true)
            for case .release(let row) in line.actions { rows.append(row) }
            sink.take(rows)
            line.clear()
        }
        let seconds = watch.processorSeconds
        try line.check(frames)
        return seconds
    }

    /// A parser and a tape, as a recorder puts them together.
    private struct Line {
        private var parser = FrameParser(adapter: BinanceFeed(.spot))
        private var tape = LiveTape()
        private(set) var actions: [LiveTape.Action] = []
        private let scales: Scales
        private var released = 0

        init(_ frames: SimulatedFrames) { scales = frames.scales }

        @inline(__always)
        mutating func take(_ frame: UnsafeRawBufferPointer, at now: Int64) {
            guard parser.parse(frame) == .trades else { return }
            for trade in parser.trades {
                guard let price = trade.price.rescaled(to: scales.price), let quantity = trade.quantity.rescaled(to: scales.quantity) else {
                    continue
                }
                let row = Trade(id: trade.id, time: trade.time, price: price, quantity: quantity, side: trade.side, fills: trade.fills)
                tape.take(LiveTrade(row, received: trade.time), at: now, &actions)
            }
        }

        mutating func clear() {
            released += actions.count
            actions.removeAll(keepingCapacity: true)
        }

        func check(_ frames: SimulatedFrames) throws {
            guard released + actions.count == frames.count, tape.openHoles.isEmpty, tape.duplicates == 0 else {
                throw Mismatch("\(released + actions.count) rows were released")
            }
        }
    }
}

/// A figure of a run that did not do its work is none.
struct Mismatch: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A folder that goes when it is let go of.
final class ScratchFolder {
    let path: String

    init() {
        var template = Array("/tmp/millrace-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no folder can be made in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "lock"] { unlink(path + "/" + name) }
        rmdir(path)
    }
}
