import MarketModel
import SQLite
import TapeSequencer

/// An instrument as the catalogue keeps it.
package struct CatalogueEntry: Sendable {
    /// Its number in the catalogue.
    package var number: Int64
    /// The venue.
    package var venue: Venue
    /// The native symbol.
    package var symbol: String
    /// What its ids are.
    package var tradeIDs: TradeIDKind
    /// What its rows are, where the venue has several tapes: `aggTrades`, `trades`; empty where not known.
    package var stream: String
    /// The scales of all its files.
    package var scales: Scales
    /// Ids that are present without being trades.
    package var present: [ClosedRange<Int64>]

    /// Creates an entry.
    package init(
        number: Int64, venue: Venue, symbol: String, tradeIDs: TradeIDKind, stream: String, scales: Scales, present: [ClosedRange<Int64>]
    ) {
        self.number = number
        self.venue = venue
        self.symbol = symbol
        self.tradeIDs = tradeIDs
        self.stream = stream
        self.scales = scales
        self.present = present
    }
}

extension Catalogue {
    /// All instruments, by venue and symbol.
    package func entries() throws -> [CatalogueEntry] {
        try database.query(
            "SELECT id, venue, symbol, trade_ids, stream, price_scale, quantity_scale, present FROM instruments ORDER BY venue, symbol"
        ) { row in
            guard let venue = Venue(row.text(1)), let ids = TradeIDKind(rawValue: row.text(3)), let present = TapeRun.decode(row.bytes(7))
            else { throw LakeError(.damaged, self.database.path, "instrument \(row.integer(0)) is not readable: restore a backup") }
            return CatalogueEntry(
                number: row.integer(0), venue: venue, symbol: row.text(2), tradeIDs: ids, stream: row.text(4),
                scales: Scales(price: Int(row.integer(5)), quantity: Int(row.integer(6))),
                present: present.map { $0.first...$0.last })
        }
    }

    /// One instrument, or nil if the lake does not have it.
    package func entry(venue: Venue, symbol: String) throws -> CatalogueEntry? {
        try entries().first { $0.venue == venue && $0.symbol == symbol }
    }

    /// The sealed days of an instrument, oldest first.
    package func days(_ instrument: Int64) throws -> [TapeDay] {
        try database.query(
            """
            SELECT day, rows, first_time, last_time, contract_mantissa, contract_scale, content_sha256, file_sha256, bytes,
                arrivals, first_arrival, last_arrival, runs
            FROM days WHERE instrument = ? ORDER BY day
            """, instrument
        ) { try self.day($0) }
    }

    func day(_ row: borrowing Row) throws -> TapeDay {
        guard let runs = TapeRun.decode(row.bytes(12)) else {
            throw LakeError(.damaged, database.path, "a day is not readable: restore a backup")
        }
        return TapeDay(
            date: CivilDate(epochDay: Int(row.integer(0))), rows: Int(row.integer(1)), firstTime: row.integer(2), lastTime: row.integer(3),
            contractSize: FixedPoint(mantissa: row.integer(4), scale: Int(row.integer(5))), contentHash: row.text(6),
            fileHash: row.text(7), bytes: Int(row.integer(8)),
            arrivals: ArrivalSpan(rows: Int(row.integer(9)), first: row.integer(10), last: row.integer(11)), runs: runs)
    }

    /// The holes of an instrument by id, open and repaired.
    package func holes(_ instrument: Int64) throws -> [TapeHole] {
        try database.query(
            "SELECT first_id, last_id, state, time_from, time_to FROM holes WHERE instrument = ? ORDER BY first_id, last_id", instrument
        ) { row in
            TapeHole(
                from: row.integer(0), to: row.integer(1), state: TapeHole.State(rawValue: row.text(2)) ?? .open, timeFrom: row.integer(3),
                timeTo: row.integer(4))
        }
    }

    /// The times of which trades of an instrument may be missing, as they were noted, and those that dumps have told of.
    package func losses(_ instrument: Int64) throws -> (noted: [TapeLoss], covered: IDRanges) {
        let noted = try database.query("SELECT time_from, time_to, state FROM losses WHERE instrument = ?", instrument) { row in
            TapeLoss(timeFrom: row.integer(0), timeTo: row.integer(1), state: TapeLoss.State(rawValue: row.text(2)) ?? .open)
        }
        let covers = try database.query("SELECT time_from, time_to FROM covers WHERE instrument = ?", instrument) { row in
            row.integer(0)...max(row.integer(0), row.integer(1))
        }
        return (noted, IDRanges(covers))
    }
}
