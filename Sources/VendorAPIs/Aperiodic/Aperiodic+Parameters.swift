import MarketModel
import MarketService
import OrderFlow
import Transport

extension Aperiodic {
    /// The intervals that the vendor's API knows.
    static let intervals: [Interval] = [.s1, .s15, .s30, .m1, .m5, .m15, .m30, .h1, .h4, .d1]

    enum Parameters {
        static let timestamp = Parameter(
            "timestamp", .choice(["exchange", "true"]), required: true, example: "exchange",
            "The clock that cuts bars: the exchange's; true, the time of arrival, where it was recorded")
        static let interval = Parameter(
            "interval", .choice(intervals.map(\.name)), required: true, example: "1m", "The length of a bar")
        static let exchange = Parameter("exchange", .text, required: true, example: "binance-futures", "The venue")
        static let symbol = Parameter("symbol", .text, required: true, example: "perpetual-BTC-USDT:USDT", "The symbol in Atlas' spelling")
        static let start = Parameter("start_date", .text, required: true, example: "2025-05-01", "The first day, UTC")
        static let end = Parameter("end_date", .text, required: true, example: "2025-05-31", "The last day, UTC, included")
        static let bars = [timestamp, interval, exchange, symbol, start, end]
        static let raw = [exchange, symbol, start, end]
        static let link = [
            Parameter("expires", .text, required: true, "When the link ends, in seconds since 1970"),
            Parameter("signature", .text, required: true, "What makes the link good"),
        ]
    }

    /// Reads the parameters of one request, and keeps every fault for one answer.
    struct Reading {
        private(set) var faults: [String] = []
        private let api: Aperiodic
        private let query: Query

        init(_ api: Aperiodic, _ request: borrowing Request) {
            self.api = api
            query = request.query
        }

        /// Ends with all faults, if there are any.
        func finish(code: String? = nil) throws(Refusal) {
            if !faults.isEmpty { throw .faults(faults, code: code) }
        }

        mutating func fault(_ text: String) { faults.append(text) }

        mutating func text(_ parameter: Parameter) -> String? {
            guard let text = query[parameter.name], !text.isEmpty else {
                fault("\(parameter.name) is missing" + (parameter.example.map { ": for example \(parameter.name)=\($0)" } ?? ""))
                return nil
            }
            guard text.utf8.count <= 64 else {
                fault("\(parameter.name) is longer than any value it can have")
                return nil
            }
            return text
        }

        mutating func interval() -> Interval? {
            guard let text = text(Parameters.interval) else { return nil }
            if let interval = Interval(name: text), intervals.contains(interval) { return interval }
            fault("interval must be one of \(intervals.map(\.name).joined(separator: ", "))")
            return nil
        }

        mutating func exchange() -> Venue? {
            guard let text = text(Parameters.exchange) else { return nil }
            let venues = api.venues
            if let venue = venues.first(where: { $0.name == text }) { return venue }
            fault("exchange must be one of \(venues.map(\.name).joined(separator: ", "))")
            return nil
        }

        mutating func instrument(on venue: Venue?) -> Instrument? {
            guard let text = text(Parameters.symbol) else { return nil }
            guard let symbol = AtlasSymbol(text) else {
                fault("symbol must be written like spot-BTC-USDT, perpetual-BTC-USDT:USDT or future-BTC-USDT:USDT-20260327")
                return nil
            }
            guard let venue else { return nil }
            if let instrument = api.market.instruments(venue: venue).first(where: { $0.atlas == symbol }) { return instrument }
            fault("symbol \(symbol) is not on the tape of \(venue): /metadata/symbols?exchange=\(venue) lists those that are")
            return nil
        }

        /// Reads the clock; it is judged when symbol and dates are known.
        mutating func clock(_ instrument: Instrument?, _ dates: (first: CivilDate, last: CivilDate)?) throws -> TapeClock {
            guard let text = text(Parameters.timestamp) else { return .exchange }
            switch text {
            case "exchange": return .exchange
            case "true": break
            default:
                fault("timestamp must be exchange or true")
                return .exchange
            }
            guard let instrument, let dates else { return .arrival }
            do {
                _ = try api.months(of: instrument, from: dates.first, to: dates.last, clock: .arrival)
            } catch is MonthFilesError {
                let name = "\(instrument.atlas?.description ?? instrument.symbol) on \(instrument.venue)"
                fault(
                    "timestamp=true: no arrival times are recorded for \(name), or not for all trades of these months: imported tape has none; "
                        + "use timestamp=exchange")
            }
            return .arrival
        }

        mutating func dates() -> (first: CivilDate, last: CivilDate)? {
            let first = date(Parameters.start)
            let last = date(Parameters.end)
            guard let first, let last else { return nil }
            guard first <= last else {
                fault("start_date \(first) is after end_date \(last)")
                return nil
            }
            return (first, last)
        }

        private mutating func date(_ parameter: Parameter) -> CivilDate? {
            guard let text = text(parameter) else { return nil }
            if let date = CivilDate(text) { return date }
            fault("\(parameter.name) must be a date of the calendar, written YYYY-MM-DD")
            return nil
        }
    }

    /// The exchanges that can be asked for: the vendor's, and those that have a tape here.
    var venues: [Venue] {
        Set(market.venues + [.binanceFutures, .okxPerps, .hyperliquidPerps]).sorted()
    }

    /// The dataset of a path.
    static func dataset(_ request: borrowing Request, _ name: String) throws(Refusal) -> Dataset<BarRow> {
        let bucket = request.pathParameters[name] ?? ""
        if let dataset = Dataset<BarRow>.named(bucket) { return dataset }
        throw Refusal(
            status: .notFound, error: "Unknown dataset",
            details: ["'\(bucket)' is not one of \(Dataset<BarRow>.all.map(\.name).joined(separator: ", "))"])
    }
}
