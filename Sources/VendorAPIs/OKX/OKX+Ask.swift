import MarketModel
import OrderFlow
import Transport

extension OKX {
    enum Parameters {
        static let coin = Parameter("ccy", .text, required: true, example: "BTC", "The coin")
        static let kind = Parameter("instType", .choice(["SPOT", "CONTRACTS"]), required: true, example: "CONTRACTS", "Which trades")
        static let contract = Parameter("instId", .text, required: true, example: "BTC-USDT-SWAP", "The contract")
        static let begin = Parameter("begin", .integer(0...Int.max, clamped: true), example: "1763600000000", "Rows after that time, in ms")
        static let end = Parameter("end", .integer(0...Int.max, clamped: true), example: "1763690000000", "Rows before that time, in ms")
        static let limit = Parameter("limit", .integer(1...100, clamped: true), default: "100", example: "100", "How many rows at most")
        static let unit = Parameter("unit", .choice(["0", "1", "2"]), default: "1", example: "1", "0: coins, 1: contracts, 2: USD")
        static let shortPeriod = Parameter("period", .choice(Period.short.map(\.name)), default: "5m", example: "1H", "The length of a row")
        static let longPeriod = Parameter("period", .choice(Period.long.map(\.name)), default: "5m", example: "1H", "The length of a row")

        static let optionPeriod = Parameter(
            "period", .choice(OptionWindow.allCases.map(\.rawValue)), default: "8H", example: "1D", "The window")

        static let expiry = Parameter("expTime", .text, required: true, example: "20260327", "The day of expiry")

        static let optionWindows = [coin, optionPeriod]
        static let optionStrikes = [coin, expiry, optionPeriod]
        static let byCoin = [coin, begin, end, shortPeriod]
        static let takerVolume = [coin, kind, begin, end, shortPeriod]
        static let contractTakerVolume = [contract, longPeriod, unit, begin, end, limit]
        static let interestHistory = [contract, longPeriod, begin, end, limit]
    }

    /// What a request asks for, refused in the vendor's words.
    struct Ask: ~Copyable {
        private let query: Query
        let time: Int64

        init(_ request: borrowing Request) { (query, time) = (request.query, request.time) }

        /// A parameter's value.
        ///
        /// - Throws: ``Failure`` 50014 where it lacks.
        func required(_ name: String) throws(Failure) -> String {
            guard let text = query[name], !text.isEmpty else { throw Envelope.missing(name) }
            guard text.utf8.count <= 64 else { throw Envelope.wrong(name) }
            return text
        }

        func coin() throws(Failure) -> String { try required("ccy").uppercased() }

        func choice(_ name: String, _ values: [String], default usual: String? = nil) throws(Failure) -> String {
            guard let text = query[name], !text.isEmpty else {
                guard let usual else { throw Envelope.missing(name) }
                return usual
            }
            guard values.contains(text) else { throw Envelope.wrong(name) }
            return text
        }

        /// - Parameter periods: the usual one first.
        func period(_ periods: [Period]) throws(Failure) -> Period {
            guard let text = query["period"], !text.isEmpty else { return periods[0] }
            guard let period = periods.first(where: { $0.name == text }) else { throw Envelope.wrong("period") }
            return period
        }

        /// Milliseconds as microseconds.
        func moment(_ name: String) throws(Failure) -> Int64? {
            guard let text = query[name], !text.isEmpty else { return nil }
            guard let number = Int64(text), (0...9_000_000_000_000).contains(number) else { throw Envelope.wrong(name) }
            return number * 1000
        }

        func limit() throws(Failure) -> Int {
            guard let text = query["limit"], !text.isEmpty else { return 100 }
            guard let number = Int(text), number > 0 else { throw Envelope.wrong("limit") }
            return min(100, number)
        }
    }

    /// Which rows are wanted: those that begin within a time, the newest of them.
    struct Window: Sendable {
        let period: Period
        /// The first and last start, both inclusive, in microseconds.
        let starts: ClosedRange<Int64>
        let limit: Int
        let now: Int64

        /// The rows of the last `span`, or of the part of it that is asked for.
        init(_ ask: borrowing Ask, _ period: Period, within span: Int64) throws(Failure) {
            (self.period, now) = (period, ask.time)
            limit = .max
            let first = period.start(of: now - span)
            let begin = max(first, try ask.moment("begin") ?? first)
            starts = begin...max(begin, min(now, try ask.moment("end") ?? now))
        }

        /// A page of the last 1,440 rows: after `begin` and before `end`, both exclusive.
        init(page ask: borrowing Ask, _ period: Period) throws(Failure) {
            (self.period, now) = (period, ask.time)
            limit = try ask.limit()
            let oldest = period.start(of: now - period.span(1440))
            let end = min(now, (try ask.moment("end")).map { $0 - 1 } ?? now)
            let begin = max(oldest, (try ask.moment("begin")).map { $0 + 1 } ?? oldest)
            // Rows lack where nobody traded: what a page reads has an end all the same.
            let reach = period.start(of: end - period.span(Int64(limit) + 1))
            starts = max(begin, min(reach, end))...max(begin, end)
        }

        /// The rows that parts of them make, by start, the newest first; rows that are not over yet are left out.
        func rows<Part, Row>(_ parts: some Sequence<Part>, start: (Part) -> Int64, _ add: (inout Row?, Part) throws -> Void) rethrows
            -> [(start: Int64, row: Row)]
        {
            var rows: [Int64: Row] = [:]
            for part in parts {
                let place = period.start(of: start(part))
                guard starts.contains(place), period.end(of: place) <= now else { continue }
                try add(&rows[place], part)
            }
            return Array(rows.map { (start: $0.key, row: $0.value) }.sorted { $0.start > $1.start }.prefix(limit))
        }

        /// Which bars make the rows.
        var from: Int64 { period.start(of: starts.lowerBound) }
        var to: Int64 { min(now, period.end(of: period.start(of: starts.upperBound))) }
    }
}
