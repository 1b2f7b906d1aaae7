import MarketModel
import OrderFlow

/// Which bars are asked for, of which instrument and range, checked.
struct RowRequest {
    let instrument: Instrument
    let options: BarOptions
    let threads: Int
    let clock: TapeClock
    /// Inclusive, microseconds since the epoch; nil for the first trade.
    let from: Int64?
    /// Exclusive; nil for the last.
    let to: Int64?

    /// - Parameter columns: the columns whose values will be asked of the rows.
    init(_ arguments: Arguments, columns: [Column<BarRow>]) throws {
        guard arguments.has("input") != arguments.has("data") else { throw UsageError("give either --input FILE or --data DIR") }
        clock = arguments.value("clock") == "true" ? .arrival : .exchange
        guard clock == .exchange || arguments.has("data") else {
            throw CommandError("--clock true needs arrival times, and dumps have none; use --clock exchange")
        }
        instrument = try Instrument(venue: arguments.venue(), symbol: arguments.required("symbol"))
        options = try BarOptions(
            interval: arguments.interval(), columns: columns, mediumFrom: RowRequest.notional(arguments, "medium-from", default: 100),
            largeFrom: RowRequest.notional(arguments, "large-from", default: 1000))
        threads = try arguments.threads()
        from = try arguments.time("from")
        to = try arguments.time("to")
        if let from, let to, from >= to { throw UsageError("--from must be before --to") }
    }

    /// The options that say which tape is read and what of it.
    static let sources: [CommandOption] = [
        CommandOption("input", "FILE", .file, "A dump: zip, csv or csv.gz of Binance, Bybit, OKX, tardis, or any CSV with --columns"),
        .data(required: false),
        .venue(),
        .symbol(),
        .interval,
        .from,
        .to,
    ]

    private static func notional(_ arguments: Arguments, _ name: String, default fallback: Int64) throws -> FixedPoint {
        guard let text = arguments.value(name) else { return FixedPoint(mantissa: fallback) }
        guard let value = try? FixedPoint(text: text), value.mantissa > 0 else {
            throw UsageError("--\(name) \(text): a positive number is wanted")
        }
        return value
    }
}
