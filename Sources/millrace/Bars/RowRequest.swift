import MarketModel
import MarketService
import OrderFlow

/// Which bars are asked for, of which instrument and range, checked.
struct RowRequest {
    let instrument: Instrument
    let clock: TapeClock
    let range: RowRange

    /// - Parameter columns: the columns whose values will be asked of the rows.
    init(_ arguments: Arguments, columns: [Column<BarRow>]) throws {
        guard arguments.has("input") != arguments.has("data") else { throw UsageError("give either --input FILE or --data DIR") }
        try ArchiveIntake.requireInput(arguments)
        guard !arguments.has("config") else {
            throw UsageError("--config says which instruments a basket has: write --venue \(Basket.venue), or leave it out")
        }
        clock = arguments.value("clock") == "true" ? .arrival : .exchange
        guard clock == .exchange || arguments.has("data") else {
            throw CommandError("--clock true needs arrival times, and dumps have none; use --clock exchange")
        }
        instrument = try Instrument(venue: arguments.venue(), symbol: arguments.required("symbol"))
        range = try RowRange(arguments, columns: columns)
    }

    /// The options that say which tape is read and what of it.
    static let sources: [CommandOption] = [
        CommandOption("input", "FILE", .file, "A dump: zip, csv or csv.gz of Binance, Bybit, OKX, tardis, or any CSV with --columns"),
        .data(required: false),
        .venueOrBasket,
        CommandOption(
            "symbol", "NATIVE", "The symbol as the venue spells it: BTCUSDT, BTCUSD_PERP, BTC-USDT-SWAP; or the basket's name",
            required: true),
        CommandOption("config", "FILE", .file, "The file that declares baskets, as of 'millrace serve --config'"),
        .interval,
        .from,
        .to,
    ]
}
