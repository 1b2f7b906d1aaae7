import Glibc
import MarketModel
import TapeSequencer

/// The check of one day's file.
struct DayCheck: Sendable {
    let lake: Lake
    let tape: TapeSummary
    let day: TapeDay
    private(set) var findings: [LakeFinding] = []
    /// The runs of ids that the file holds, or nil if it could not be read.
    private(set) var runs: [TapeRun]?

    private var subject: String { TapePath.file(tape.instrument, day.date) }
    private var path: String { lake.directory + "/" + subject }

    init(lake: Lake, tape: TapeSummary, day: TapeDay) {
        self.lake = lake
        self.tape = tape
        self.day = day
    }

    private mutating func note(_ kind: LakeFinding.Kind, _ detail: String) {
        findings.append(LakeFinding(kind: kind, subject: subject, detail: detail))
    }

    mutating func run() {
        guard FileSystem.size(path) != nil else {
            note(.missing, "the catalogue has \(day.rows) trades of it")
            return
        }
        do {
            let hash = try FileSystem.hash(path)
            if hash != day.fileHash { note(.damaged, "its SHA-256 is not the catalogue's" + (cause() ?? "")) }
            // Rows are read even then: what is wrong with them may say what happened.
            try readRows(isIntact: hash == day.fileHash)
        } catch {
            if findings.isEmpty { note(.damaged, "\(error)") }
        }
    }

    /// Which page or footer shows the damage.
    private func cause() -> String? {
        do {
            let file = try TapeFile(path: path)
            for group in 0..<file.groups {
                let cursor = try TapeCursor(file, group: group, columns: .everything)
                while try cursor.advance() {}
            }
            return nil
        } catch {
            return " (\((error as LakeError).reason))"
        }
    }

    private mutating func readRows(isIntact: Bool) throws {
        var check = RowCheck(tradeIDs: tape.instrument.tradeIDs, date: day.date)
        do {
            let file = try TapeFile(path: path)
            if isIntact {
                if file.contentHash != day.contentHash { note(.mismatch, "its footer claims another content hash than the catalogue") }
                if file.layout.scales != tape.scales { note(.mismatch, "its decimal scales are not those of the instrument") }
                if file.layout.tradeIDs != tape.instrument.tradeIDs { note(.mismatch, "its ids are of another kind than the instrument's") }
            }
            for group in 0..<file.groups {
                let cursor = try TapeCursor(file, group: group, columns: .everything)
                while try cursor.advance() { check.add(cursor.batch, cursor.ordinals) }
            }
        } catch {
            // Somebody else's Parquet in a tape's place can still be looked at.
            guard let foreign = ForeignFile(path).columns else { throw error }
            check.add(foreign, [])
        }
        for (kind, detail) in check.findings { note(kind, detail) }
        if check.rows != day.rows { note(.mismatch, "it holds \(check.rows) trades, the catalogue says \(day.rows)") }
        if tape.instrument.tradeIDs == .contiguous {
            runs = check.runs.runs
            if isIntact, check.runs.runs != day.runs { note(.mismatch, "its ids are not those that the catalogue has") }
        }
    }
}

/// Looks at rows one after the other: order, identity, day.
struct RowCheck: Sendable {
    private(set) var rows = 0
    private(set) var runs = TapeRuns()
    private(set) var findings: [(LakeFinding.Kind, String)] = []

    private let tradeIDs: TradeIDKind
    private let range: Range<Int64>
    private var last: TapeRow?
    private var isClean = true

    init(tradeIDs: TradeIDKind, date: CivilDate) {
        self.tradeIDs = tradeIDs
        range = date.microseconds..<date.microseconds + CivilDate.dayLength
    }

    mutating func add(_ batch: TradeColumns, _ ordinals: [Int32]) {
        for row in 0..<batch.count {
            if !range.contains(batch.time[row]) {
                note(.day, "the trade \(name(batch, row)) is of \(CivilDate(microseconds: batch.time[row]))")
            }
            if batch.quantity.count > row, batch.price[row] <= 0 || batch.quantity[row] <= 0 {
                note(.mismatch, "the trade \(name(batch, row)) has no positive price and quantity")
            }
        }
        if tradeIDs == .contiguous {
            addByID(batch)
        } else {
            addByTime(batch, ordinals)
        }
        rows += batch.count
    }

    private mutating func addByID(_ batch: TradeColumns) {
        guard batch.id.count == batch.count, batch.count > 0 else { return }
        var previous = last?.trade.id.integer
        for id in batch.id {
            if let previous, id <= previous {
                note(id == previous ? .duplicate : .order, id == previous ? "id \(id) is there twice" : "id \(id) follows \(previous)")
                isClean = false
            }
            previous = id
        }
        if isClean { runs.append(ids: batch.id.span, times: batch.time.span) }
        last = TapeRow(Trade(id: TradeID(batch.id[batch.count - 1]), time: 0, price: 0, quantity: 0, side: .unknown))
    }

    private mutating func addByTime(_ batch: TradeColumns, _ ordinals: [Int32]) {
        guard batch.quantity.count == batch.count else { return }
        var plain = batch
        if plain.id.isEmpty { plain.id = [Int64](repeating: 0, count: batch.count) }
        for row in 0..<batch.count {
            let next = TapeRow(plain[row], ordinal: row < ordinals.count ? ordinals[row] : 0)
            if let last, next.trade.time < last.trade.time || next.trade.time == last.trade.time && next.ordinal < last.ordinal {
                note(.order, "the row at \(Timestamp.iso8601(next.trade.time, fractionDigits: 6)) is not in its place")
            }
            if let last, tradeIDs != .none, next.trade.id == last.trade.id, next.trade.time == last.trade.time {
                note(.duplicate, "the trade \(name(batch, row)) is there twice")
            }
            last = next
        }
    }

    private func name(_ batch: TradeColumns, _ row: Int) -> String {
        let time = Timestamp.iso8601(batch.time[row], fractionDigits: 6)
        return tradeIDs == .contiguous && row < batch.id.count ? "\(batch.id[row]) at \(time)" : "at \(time)"
    }

    /// A few findings of a kind are enough.
    private mutating func note(_ kind: LakeFinding.Kind, _ detail: String) {
        guard findings.count(where: { $0.0 == kind }) < 10 else { return }
        findings.append((kind, detail))
    }
}
