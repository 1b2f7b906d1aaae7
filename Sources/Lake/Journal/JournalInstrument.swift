import MarketModel
import TapeSequencer

/// An instrument in the journal of a day: what it is, and what the journal holds of it.
struct JournalInstrument: Sendable, Hashable {
    /// The instrument; its contract size is that of the day.
    var instrument: Instrument
    /// The scales of its rows in this journal.
    var scales: Scales
    /// The number of its newest batch; 0 before the first.
    var lastBatch: Int64 = 0
    /// How many rows were appended, repetitions included.
    var rows = 0
    /// The earliest event time.
    var firstTime = Int64.max
    /// The latest event time.
    var lastTime = Int64.min
    /// The id of the row appended last.
    var lastID = TradeID(0)
    /// The ids of trades that are there, where they are contiguous.
    var runs = IDRuns()
    /// Ids that the venue gave out for something that is no trade.
    var present = IDRuns()
    /// What is known of arrival times.
    var arrivals = ArrivalSpan()

    init(_ instrument: Instrument, scales: Scales) {
        self.instrument = instrument
        self.scales = scales
    }

    /// Takes the rows of a batch into account.
    mutating func note(_ rows: borrowing [JournalRow], batch: Int64) {
        lastBatch = batch
        for index in rows.indices {
            let row = rows[index]
            note(row.trade.id, row.trade.time, row.received, isTrade: row.trade.quantity != 0)
        }
    }

    mutating func note(_ columns: borrowing JournalColumns, from first: Int, batch: Int64) {
        lastBatch = batch
        for index in first..<columns.count {
            note(
                columns.rows[index].id, columns.rows.time[index], columns.rows.arrival[index], isTrade: columns.rows.quantity[index] != 0)
        }
    }

    @inline(__always)
    private mutating func note(_ id: TradeID, _ time: Int64, _ arrival: Int64, isTrade: Bool) {
        rows += 1
        guard isTrade else { return present.insert(id.integer, time: time) }
        firstTime = min(firstTime, time)
        lastTime = max(lastTime, time)
        lastID = id
        if instrument.tradeIDs == .contiguous { runs.insert(id.integer, time: time) }
        if arrival != 0 { arrivals.add(arrival) }
    }

    /// The largest id where ids are contiguous, else that of the row appended last.
    var durableID: TradeID {
        guard instrument.tradeIDs == .contiguous, let last = [runs.last, present.last].compactMap(\.self).max() else { return lastID }
        return TradeID(last)
    }

    /// How many trades there are; on tapes without contiguous ids repetitions count.
    var trades: Int { instrument.tradeIDs == .contiguous ? runs.count : rows - present.count }

    func encoded(number: Int64) -> [UInt8] {
        var out = ByteWriter()
        out.put(byte: 2)
        out.put(instrument.venue.name)
        out.put(instrument.symbol)
        out.put(instrument.kind.rawValue)
        out.put(instrument.tradeIDs.rawValue)
        out.put(signed: instrument.contractSize.mantissa)
        out.put(count: instrument.contractSize.scale)
        out.put(count: scales.price)
        out.put(count: scales.quantity)
        out.put(signed: lastBatch)
        out.put(count: rows)
        for time in [firstTime, lastTime, lastID.high, Int64(bitPattern: lastID.low)] { out.put(signed: time) }
        out.put(count: arrivals.rows)
        out.put(signed: arrivals.first)
        out.put(signed: arrivals.last)
        out.put(TapeRun.encode(runs.runs))
        out.put(TapeRun.encode(present.runs))
        return out.closed(place: JournalInstrument.place(number))
    }

    private static func place(_ number: Int64) -> UInt64 { 0x696E_7374 ^ UInt64(bitPattern: number) << 32 }

    /// Returns nil unless the bytes are those of that instrument.
    init?(_ bytes: [UInt8], number: Int64) {
        guard var reader = ByteReader(bytes, place: JournalInstrument.place(number)) else { return nil }
        // The first version knew of no ids without trades.
        let version = reader.byte()
        guard (1...2).contains(version) else { return nil }
        guard let venue = Venue(reader.text()) else { return nil }
        var instrument = Instrument(venue: venue, symbol: reader.text())
        guard let kind = InstrumentKind(rawValue: reader.text()), let ids = TradeIDKind(rawValue: reader.text()) else { return nil }
        instrument.kind = kind
        instrument.tradeIDs = ids
        let mantissa = reader.signed()
        let scale = reader.integer()
        let (price, quantity) = (reader.integer(), reader.integer())
        guard [scale, price, quantity].allSatisfy({ (0...18).contains($0) }) else { return nil }
        instrument.contractSize = FixedPoint(mantissa: mantissa, scale: scale)
        self.instrument = instrument
        scales = Scales(price: price, quantity: quantity)
        lastBatch = reader.signed()
        rows = reader.integer()
        firstTime = reader.signed()
        lastTime = reader.signed()
        lastID = TradeID(high: reader.signed(), low: UInt64(bitPattern: reader.signed()))
        arrivals = ArrivalSpan(rows: reader.integer(), first: reader.signed(), last: reader.signed())
        guard let known = TapeRun.decode(reader.block()), let none = version == 1 ? [] : TapeRun.decode(reader.block()), !reader.failed,
            rows >= 0
        else { return nil }
        runs = IDRuns(known)
        present = IDRuns(none)
    }
}

extension ArrivalSpan {
    mutating func add(_ time: Int64) {
        rows += 1
        first = min(first, time)
        last = max(last, time)
    }

    /// The span of two sets of rows.
    func union(_ other: ArrivalSpan) -> ArrivalSpan {
        ArrivalSpan(rows: rows + other.rows, first: min(first, other.first), last: max(last, other.last))
    }
}
