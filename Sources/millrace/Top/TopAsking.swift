import MarketModel
import MillraceClient
import Pipeline
import TopScreen

/// Asks a server again and again how it is, and remembers what it takes to tell rates.
struct TopAsking: Sendable {
    private let millrace: Millrace
    private var rates = TopRates()
    private var version: String?

    /// How old holes may be that are shown, in microseconds, and how many are looked through for the newest.
    private static let oldestHole: Int64 = 86_400_000_000
    private static let mostHoles = 5000

    init(_ millrace: Millrace) { self.millrace = millrace }

    /// How the server is now.
    ///
    /// - Throws: `MillraceError` where it does not say what it records; what else it keeps to itself is left out.
    mutating func ask(url: String) async throws -> TopModel {
        var model = TopModel(url: url)
        do {
            let instruments = try await millrace.instruments()
            let (now, clock) = (WallClock.microseconds(), MonotonicClock.nanoseconds() / 1000)
            let stale = (try? await millrace.staleFeeds()) ?? []
            model.feeds = instruments.map { feed(of: $0, stale: stale, now: now, clock: clock) }
            model.holes = try await holes(now: now)
            let figures = try? await millrace.figures()
            model.uptime = figures?["millrace_uptime_seconds"]
            model.memory = figures?["process_resident_memory_bytes"]
            if version == nil { version = try? await millrace.version() }
            model.version = version
        } catch {
            // A server that comes back may be another one.
            (version, rates) = (nil, TopRates())
            throw error
        }
        return model
    }

    private mutating func feed(of each: TapeInstrument, stale: [String], now: Int64, clock: Int64) -> TopFeed {
        let name = "\(each.venue) \(each.symbol)"
        let isRecorded = each.state != .imported
        let rate = rates.rate(of: name, each.trades, at: clock)
        // As the server says it at `/readyz`: `okx-perps BTC-USDT-SWAP: no trade for 400 s`.
        var reason = stale.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        if reason == nil, isRecorded, each.state != .live { reason = each.reason ?? "not begun" }
        return TopFeed(
            venue: each.venue.name, symbol: each.symbol, state: each.state.rawValue, stale: reason, rate: isRecorded ? rate : nil,
            lag: each.lag, age: each.lastTime.map { now - $0 },
            durable: isRecorded ? each.lastTime.flatMap { last in each.durableTime.map { last - $0 } } : nil, holes: each.openGaps,
            trades: each.trades)
    }

    private func holes(now: Int64) async throws -> [TopHole] {
        var gaps: [TapeGap] = []
        for try await gap in millrace.gaps(from: now - TopAsking.oldestHole) {
            gaps.append(gap)
            if gaps.count == TopAsking.mostHoles { break }
        }
        return gaps.sorted { $0.timeFrom > $1.timeFrom }.prefix(100).map { gap in
            TopHole(
                venue: gap.venue.name, symbol: gap.symbol, state: gap.state.rawValue, missing: gap.missing, age: now - gap.timeFrom,
                length: gap.timeTo - gap.timeFrom)
        }
    }
}
