public import Lake
public import MarketModel
public import Notices
import Pipeline
import Synchronization

/// The option statistics of a lake, in memory: what publishers say of markets and underlyings, and what the lake's own tapes say of coins.
///
///     let book = OptionStatisticBook(lake: lake, exchanges: ["OKX"])
///     book.follow { print($0) }
///     …
///     book.stop()
///
/// Where several sources speak of a day the first of ``OptionStatisticSource`` is believed. What is written to the lake, by whatever process,
/// shows within two seconds.
public final class OptionStatisticBook: OptionStatistics {
    private let reader: OptionStatementReader
    private let coins: CoinOptionDays
    private let table = Mutex(OptionStatisticTable([]))
    private let known: Mutex<Known>
    private let worker = SerialWorker()

    private struct Known: Sendable {
        var statements: [HeldOptionStatement] = []
        var coins: [OptionUnderlying: [UnderlyingOptionStatistic]] = [:]
        var lastProblem = ""
    }

    /// How long after a change it shows at the latest, in milliseconds.
    private static let pause = 2000
    /// How often the tapes of coins are looked at, in rounds of ``pause``.
    private static let coinRounds = 300

    /// Reads what publishers say; the tapes of coins are read by ``follow(report:)``.
    ///
    /// - Parameter exchanges: whose options count as those on coins.
    public init(lake: Lake, exchanges: Set<String>) {
        reader = OptionStatementReader(lake)
        coins = CoinOptionDays(lake: lake, exchanges: exchanges)
        known = Mutex(Known())
    }

    deinit { stop() }

    /// Reads what is new, now and every two seconds, until ``stop()``.
    ///
    /// - Parameter report: told in one line of what cannot be read, once until it changes.
    public func follow(report: @escaping @Sendable (Notice) -> Void) {
        refresh(report)
        worker.submit { [weak self] in self?.turn(round: 0, report) }
    }

    /// Ends the reading.
    public func stop() { worker.stop() }

    private func turn(round: Int, _ report: @escaping @Sendable (Notice) -> Void) {
        refresh(report)
        if round % OptionStatisticBook.coinRounds == 0 { readCoins(report) }
        worker.submit(afterMilliseconds: OptionStatisticBook.pause) { [weak self] in self?.turn(round: round + 1, report) }
    }

    /// Takes over what publishers say, if it changed.
    private func refresh(_ report: (Notice) -> Void) {
        do {
            guard let statements = try reader.changes() else { return }
            update { $0.statements = statements }
        } catch {
            say(.error("what publishers say of options cannot be read: \(error)"), report)
        }
    }

    private func readCoins(_ report: (Notice) -> Void) {
        do {
            // The newest days show first: a long tape takes a while.
            try coins.read(at: WallClock.microseconds()) {
                update { $0.coins = self.coins.statistics }
                return !worker.isStopped
            }
        } catch {
            say(.error("the options of coins cannot be counted: \(error)"), report)
        }
    }

    private func update(_ change: (inout Known) -> Void) {
        let fresh = known.withLock { known in
            change(&known)
            known.lastProblem = ""
            return OptionStatisticTable(held: known.statements, coins: known.coins)
        }
        table.withLock { $0 = fresh }
    }

    private func say(_ notice: Notice, _ report: (Notice) -> Void) {
        let isNew = known.withLock { known in
            defer { known.lastProblem = notice.text }
            return known.lastProblem != notice.text
        }
        if isNew { report(notice) }
    }

    // MARK: - Answers

    /// What is held of a market, by one look at the table of the moment.
    public func rows(of market: OptionStatisticMarket, _ measure: OptionMeasure, in days: ClosedRange<CivilDate>)
        -> ArraySlice<OptionStatistic>
    {
        table.withLock { $0 }.rows(of: market, measure, in: days)
    }

    /// What is held of an underlying, by one look at the table of the moment.
    public func rows(of underlying: OptionUnderlying, in days: ClosedRange<CivilDate>) -> ArraySlice<UnderlyingOptionStatistic>? {
        table.withLock { $0 }.rows(of: underlying, in: days)
    }
}

extension OptionStatisticTable {
    /// How many days may lie between a day and the open interest that it began with: the longest holidays of Hong Kong, and some.
    private static let longestClosure = 10

    /// Puts together what was said, of several sources of a day the best one.
    ///
    /// - Parameters:
    ///   - statements: by subject, measure and day.
    ///   - coins: what tapes say of coins.
    init(held statements: [HeldOptionStatement], coins: [OptionUnderlying: [UnderlyingOptionStatistic]] = [:]) {
        var markets: [OptionStatistic] = []
        var counts: [OptionUnderlying: [OptionMeasure: [(day: CivilDate, count: PutCallCount)]]] = [:]
        var index = statements.startIndex
        while index < statements.endIndex {
            var best = statements[index].statement
            index += 1
            while index < statements.endIndex, statements[index].statement.isRival(of: best) {
                if statements[index].statement.source < best.source { best = statements[index].statement }
                index += 1
            }
            switch best.subject {
            case .market(let market):
                markets.append(
                    OptionStatistic(
                        market: market, day: best.day, measure: best.measure, count: best.count, source: best.source.rawValue))
            case .underlying(let underlying):
                counts[underlying, default: [:]][best.measure, default: []].append((best.day, best.count))
            }
        }
        var underlyings = coins
        for (underlying, measures) in counts {
            underlyings[underlying] = OptionStatisticTable.joined(measures[.volume] ?? [], measures[.openInterest] ?? [])
        }
        self.init(markets, underlyings: underlyings)
    }

    /// The volume of each day with what was open at the end of the trading day before it; both by day.
    private static func joined(
        _ volumes: [(day: CivilDate, count: PutCallCount)], _ open: [(day: CivilDate, count: PutCallCount)]
    ) -> [UnderlyingOptionStatistic] {
        var rows: [UnderlyingOptionStatistic] = []
        var next = 0
        for volume in volumes {
            while next < open.count, open[next].day < volume.day { next += 1 }
            let before = next > 0 ? open[next - 1] : nil
            let isNear = before.map { volume.day.epochDay - $0.day.epochDay <= longestClosure } ?? false
            rows.append(UnderlyingOptionStatistic(day: volume.day, volume: volume.count, openInterest: isNear ? before?.count : nil))
        }
        return rows
    }
}

extension OptionStatement {
    /// Whether another statement is about the same, whoever makes it.
    fileprivate func isRival(of other: OptionStatement) -> Bool {
        day == other.day && measure == other.measure && subject == other.subject
    }
}
