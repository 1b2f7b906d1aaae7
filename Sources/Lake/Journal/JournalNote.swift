import MarketModel

/// What a journal was told of trades that are missing: by id, or by time where ids tell nothing.
enum JournalNote: Sendable, Hashable {
    case hole(TapeHole)
    case loss(TapeLoss)

    /// What tells notes of one instrument apart; a later note with the same key stands.
    var key: (from: Int64, to: Int64) {
        switch self {
        case .hole(let hole): (hole.from, hole.to)
        case .loss(let loss): (loss.timeFrom, loss.timeTo)
        }
    }

    /// The day whose journal keeps it: that of the row after a hole; that of the last row before a loss, whose end may not be known yet.
    var day: CivilDate {
        switch self {
        case .hole(let hole): CivilDate(microseconds: max(hole.timeFrom, hole.timeTo))
        case .loss(let loss): CivilDate(microseconds: loss.timeFrom)
        }
    }

    private static func holePlace(_ instrument: Int64) -> UInt64 { 0x686F_6C65 ^ UInt64(bitPattern: instrument) << 32 }
    private static func lossPlace(_ instrument: Int64) -> UInt64 { 0x6C6F_7373 ^ UInt64(bitPattern: instrument) << 32 }

    /// The note as a journal keeps it.
    func encoded(instrument: Int64) -> [UInt8] {
        var out = ByteWriter()
        switch self {
        case .hole(let hole):
            out.put(signed: hole.from)
            out.put(signed: hole.to)
            out.put(hole.state.rawValue)
            out.put(signed: hole.timeFrom)
            out.put(signed: hole.timeTo)
            return out.closed(place: JournalNote.holePlace(instrument))
        case .loss(let loss):
            out.put(signed: loss.timeFrom)
            out.put(signed: loss.timeTo)
            out.put(loss.state.rawValue)
            return out.closed(place: JournalNote.lossPlace(instrument))
        }
    }

    /// Returns nil unless the bytes are those of a note of that instrument.
    init?(_ bytes: [UInt8], instrument: Int64) {
        if var reader = ByteReader(bytes, place: JournalNote.holePlace(instrument)) {
            let (from, to) = (reader.signed(), reader.signed())
            guard let state = TapeHole.State(rawValue: reader.text()), from <= to else { return nil }
            self = .hole(TapeHole(from: from, to: to, state: state, timeFrom: reader.signed(), timeTo: reader.signed()))
            if reader.failed { return nil }
        } else if var reader = ByteReader(bytes, place: JournalNote.lossPlace(instrument)) {
            let (from, to) = (reader.signed(), reader.signed())
            guard let state = TapeLoss.State(rawValue: reader.text()), from <= to, !reader.failed else { return nil }
            self = .loss(TapeLoss(timeFrom: from, timeTo: to, state: state))
        } else {
            return nil
        }
    }
}

extension Sequence where Element == JournalNote {
    /// Those by id.
    var holes: [TapeHole] { compactMap { if case .hole(let hole) = $0 { hole } else { nil } } }
    /// Those by time.
    var losses: [TapeLoss] { compactMap { if case .loss(let loss) = $0 { loss } else { nil } } }
}
