import Lake
import MarketModel

/// What a tape holds of one month, as far as files of that month depend on it.
struct MonthTape: Sendable {
    let tape: TapeSummary
    let month: CivilMonth
    /// The days with trades in the month.
    let days: [TapeDay]
    /// The holes, open and repaired, that touch the month.
    let holes: [TapeHole]
    /// The times of which trades may be missing, or were, that touch the month.
    let losses: [TapeLoss]

    /// Returns nil if the tape has no trades in the month.
    init?(_ tape: TapeSummary, _ month: CivilMonth) {
        let times = month.times
        days = tape.days.filter { $0.firstTime < times.upperBound && $0.lastTime >= times.lowerBound }
        if days.isEmpty { return nil }
        // Event times may step back by a little from one id to the next.
        holes = tape.holes.filter {
            min($0.timeFrom, $0.timeTo) < times.upperBound && max($0.timeFrom, $0.timeTo) >= times.lowerBound
        }
        losses = tape.losses.filter { $0.timeFrom < times.upperBound && $0.timeTo >= times.lowerBound }
        self.tape = tape
        self.month = month
    }

    /// A hash of everything that a file of the month is made from: the month's trades, how they are valued, what is missing.
    func content(of product: MonthProduct, engine: String) -> String {
        let instrument = tape.instrument
        var lines = [
            "engine \(engine)", product.definition, "month \(month)",
            "instrument \(instrument.venue) \(instrument.symbol) \(instrument.kind.rawValue) \(instrument.tradeIDs.rawValue)",
            "scales \(tape.scales.price) \(tape.scales.quantity)",
        ]
        lines += days.map { "day \($0.date) \($0.contentHash) \($0.contractSize.normalized)" }
        lines += holes.map { "hole \($0.from) \($0.to) \($0.state.rawValue) \($0.timeFrom) \($0.timeTo)" }
        lines += losses.map { "loss \($0.state.rawValue) \($0.timeFrom) \($0.timeTo)" }
        return SHA256.hexadecimal(of: lines.joined(separator: "\n"))
    }

    /// What a file of the month says of itself.
    func metadata(of product: MonthProduct, engine: String) -> [(String, String)] {
        let instrument = tape.instrument
        return product.metadata + [
            ("millrace.venue", instrument.venue.name), ("millrace.symbol", instrument.symbol),
            ("millrace.instrument", instrument.atlas?.description ?? instrument.symbol), ("millrace.clock", product.clock.rawValue),
            ("millrace.engine", engine), ("millrace.coverage", coverage),
            ("millrace.tape", SHA256.hexadecimal(of: days.map(\.contentHash).joined(separator: "\n"))),
        ]
    }

    /// JSON: the first and last trade, the days that are there, how many trades, and what is known to be missing; of very many
    /// holes the first thousand.
    private var coverage: String {
        let first = days.map(\.firstTime).min() ?? 0
        let last = days.map(\.lastTime).max() ?? 0
        func text(_ time: Int64) -> String { "\"\(Timestamp.iso8601(time, fractionDigits: 6))\"" }
        let open =
            holes.filter { $0.state != .repaired }.map { (ids: "\"from\":\($0.from),\"to\":\($0.to)", $0.timeFrom, $0.timeTo) }
            + losses.filter { $0.state != .repaired }.map { (ids: "\"from\":null,\"to\":null", $0.timeFrom, $0.timeTo) }
        // A tape may have more holes than a footer should be long.
        let listed = open.prefix(MonthTape.listedHoles).map { ids, from, to in
            "{\(ids),\"time_from\":\(text(from)),\"time_to\":\(text(to))}"
        }
        return "{\"first\":\(text(first)),\"last\":\(text(last)),\"days\":[\(days.map { "\"\($0.date)\"" }.joined(separator: ","))],"
            + "\"rows\":\(days.reduce(0) { $0 + $1.rows }),\"open_holes\":\(open.count),\"holes\":[\(listed.joined(separator: ","))]}"
    }

    private static let listedHoles = 1000
}
