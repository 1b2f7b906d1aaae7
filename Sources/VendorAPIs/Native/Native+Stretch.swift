import MarketModel
import Transport

extension Native {
    /// What of a tape a request asks for.
    struct Stretch: Sendable {
        let venue: Venue
        let symbol: String
        /// Nil for the newest rows.
        let from: Int64?
        let to: Int64
        /// Nil for all.
        let count: Int?
        /// The first time that the caller's plan opens.
        let opens: Int64?

        /// - Parameters:
        ///   - limit: the parameter that says how many rows.
        ///   - most: the most that it may say beside `all`.
        init(_ request: borrowing Request, _ grant: KeyGate.Grant, _ rows: Parameter, most: Int) throws(Failure) {
            let name = try Parameters.oneVenue.text(in: request) ?? ""
            guard let venue = Venue(name) else { throw Failure(.badRequest, "parameter 'venue' is not the name of a venue") }
            self.venue = venue
            symbol = try Parameters.oneSymbol.text(in: request) ?? ""
            to = try Native.time(Parameters.end, request) ?? .max
            let limit = try rows.text(in: request) ?? ""
            let number = Int(limit)
            guard limit == "all" || number.map({ (1...most).contains($0) }) == true else {
                throw Failure(.badRequest, "parameter 'limit' must be a whole number from 1 to \(most), or 'all'")
            }
            count = number
            let from = try Native.time(Parameters.begin, request)
            self.from = from
            guard from != nil || (count != nil && to == .max) else {
                throw Failure(.badRequest, "give 'from', which 'to' and limit=all need; without both the newest rows are given")
            }
            opens = grant.opens(at: request.time)
            if let from { try grant.check(from: from, at: request.time) }
        }
    }
}
