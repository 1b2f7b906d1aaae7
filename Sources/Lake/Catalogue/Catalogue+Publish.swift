import MarketModel
import SQLite
import TapeSequencer

/// A file that is on its way from its temporary name to its place.
struct StagedFile: Sendable {
    var venue: Venue
    var symbol: String
    var day: CivilDate
    /// The temporary path, within the data directory.
    var path: String
}

extension Catalogue {
    /// Makes an instrument known whose recording begins, without days; its scales become finer once a day that needs it is published.
    ///
    /// - Throws: ``LakeError`` if it is known with ids of another kind, or as another stream.
    func register(_ instrument: Instrument, scales: Scales, stream: String) throws -> CatalogueEntry {
        let isNew = try database.transaction { connection in
            let changed = try connection.run(
                """
                INSERT OR IGNORE INTO instruments (venue, symbol, trade_ids, stream, price_scale, quantity_scale, present)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, instrument.venue.name, instrument.symbol, instrument.tradeIDs.rawValue, stream, scales.price, scales.quantity,
                [UInt8]())
            if changed > 0 { try connection.run("UPDATE meta SET value = value + 1 WHERE key = 'version'") }
            return changed > 0
        }
        guard let entry = try entry(venue: instrument.venue, symbol: instrument.symbol) else {
            throw LakeError(.damaged, database.path, "does not keep what is written to it: see 'millrace verify'")
        }
        guard isNew || entry.tradeIDs == instrument.tradeIDs else {
            throw LakeError(
                .refused, "\(instrument)", "its ids are \(instrument.tradeIDs.rawValue), those of the tape \(entry.tradeIDs.rawValue)")
        }
        guard stream.isEmpty || entry.stream.isEmpty || stream == entry.stream else {
            throw LakeError(.refused, "\(instrument)", "\(stream) cannot be recorded: the tape holds \(entry.stream)")
        }
        return entry
    }

    /// Commits the intent to publish a change.
    func stage(_ change: TapeChange) throws {
        let entry = change.entry
        try database.transaction { connection in
            // Readers see the new instrument at once, without days; its scales change with its files.
            try connection.run(
                """
                INSERT OR IGNORE INTO instruments (venue, symbol, trade_ids, stream, price_scale, quantity_scale, present)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, entry.venue.name, entry.symbol, entry.tradeIDs.rawValue, entry.stream, entry.scales.price, entry.scales.quantity,
                [UInt8]())
            let numbers = try connection.query(
                "SELECT id FROM instruments WHERE venue = ? AND symbol = ?", entry.venue.name, entry.symbol
            ) { $0.integer(0) }
            guard let number = numbers.first else { return }
            try connection.run(
                "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", number, entry.stream, entry.scales.price,
                entry.scales.quantity,
                TapeRun.encode(entry.present.map { TapeRun(first: $0.lowerBound, last: $0.upperBound, firstTime: 0, lastTime: 0) }),
                change.source, change.sourceBytes, change.sourceRows, change.importedAt, change.covers?.lowerBound ?? 1,
                change.covers?.upperBound ?? 0)
            for staged in change.days {
                let day = staged.day
                try connection.run(
                    "INSERT INTO publishing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", number, day.date.epochDay, day.rows,
                    day.firstTime,
                    day.lastTime, day.contractSize.mantissa, day.contractSize.scale, day.contentHash, day.fileHash, day.bytes,
                    day.arrivals.rows, day.arrivals.first, day.arrivals.last,
                    TapeRun.encode(day.runs), staged.path)
            }
        }
    }

    /// Whether there is a committed intent that was not carried out to its end.
    func isPublishing() throws -> Bool { try database.query("SELECT 1 FROM pending", row: { _ in true }).first != nil }

    /// The files of a committed intent; empty when nothing is being published, or a change without files.
    func staged() throws -> [StagedFile] {
        guard try isPublishing() else { return [] }
        return try database.query(
            "SELECT venue, symbol, day, temporary FROM publishing JOIN instruments ON instruments.id = instrument ORDER BY day"
        ) { row in
            guard let venue = Venue(row.text(0)) else { throw LakeError(.damaged, self.database.path, "names a venue that cannot be") }
            return StagedFile(
                venue: venue, symbol: row.text(1), day: CivilDate(epochDay: Int(row.integer(2))), path: row.text(3))
        }
    }

    /// Makes the staged change the catalogue's own, once its files are in place.
    func applyStaged() throws {
        try database.transaction { connection in
            let numbers = try connection.query("SELECT instrument FROM pending") { $0.integer(0) }
            guard let number = numbers.first else { return }
            try connection.execute(
                """
                INSERT OR REPLACE INTO days SELECT instrument, day, rows, first_time, last_time, contract_mantissa, contract_scale,
                    content_sha256, file_sha256, bytes, arrivals, first_arrival, last_arrival, runs FROM publishing;
                UPDATE instruments SET (stream, price_scale, quantity_scale, present) =
                    (SELECT stream, price_scale, quantity_scale, present FROM pending)
                    WHERE id = (SELECT instrument FROM pending);
                INSERT INTO imports (instrument, file, bytes, rows, imported_at)
                    SELECT instrument, source, source_bytes, source_rows, imported_at FROM pending WHERE source <> '';
                INSERT OR IGNORE INTO covers
                    SELECT instrument, cover_from, cover_to FROM pending WHERE cover_from <= cover_to;
                DELETE FROM publishing;
                DELETE FROM pending;
                UPDATE meta SET value = value + 1 WHERE key = 'version';
                """)
            try self.updateHoles(of: number, connection)
        }
    }

    /// Writes down the holes that the runs of an instrument's days show, and what became of those known before.
    ///
    /// - Complexity: O(n log n) in the holes there are and were; only what changed is written.
    private func updateHoles(of instrument: Int64, _ connection: borrowing Connection) throws {
        let gaps = try gaps(of: instrument, connection)
        let run = try connection.query("SELECT value FROM meta WHERE key = 'run'") { $0.integer(0) }.first ?? 0
        let known = try connection.query(
            """
            SELECT first_id, last_id, run, time_from, time_to, state FROM holes
                WHERE instrument = ? AND state <> 'repaired' ORDER BY first_id
            """, instrument
        ) { row in
            KnownHole(
                gap: TapeGap(from: row.integer(0), to: row.integer(1), timeFrom: row.integer(3), timeTo: row.integer(4)),
                run: row.integer(2), isAbandoned: row.text(5) == TapeHole.State.abandoned.rawValue)
        }
        var now: [KnownHole] = []
        var first = 0
        for gap in gaps {
            // A hole is as old as the oldest known one that it is part of.
            while first < known.count, known[first].gap.to < gap.from { first += 1 }
            var age = run
            // What the venue does not give it does not give of a part either.
            var isAbandoned = false
            var index = first
            while index < known.count, known[index].gap.from <= gap.to {
                age = min(age, known[index].run)
                isAbandoned = isAbandoned || known[index].isAbandoned && known[index].gap.from <= gap.from && gap.to <= known[index].gap.to
                index += 1
            }
            now.append(KnownHole(gap: gap, run: age, isAbandoned: isAbandoned))
        }
        let (before, after) = (Set(known), Set(now))
        for hole in known where !after.contains(hole) {
            try connection.run(
                "DELETE FROM holes WHERE instrument = ? AND first_id = ? AND last_id = ?", instrument, hole.gap.from, hole.gap.to)
        }
        // What an earlier import left open and this one filled, wholly or in part, stays on record as repaired.
        let open = IDRanges(gaps.map { $0.from...$0.to })
        for hole in known where hole.run < run && !after.contains(hole) {
            for part in open.complement(in: hole.gap.from...hole.gap.to) {
                try connection.run(
                    "INSERT OR REPLACE INTO holes VALUES (?, ?, ?, 'repaired', ?, ?, ?)", instrument, part.lowerBound, part.upperBound,
                    hole.run, hole.gap.timeFrom, hole.gap.timeTo)
            }
        }
        for hole in now where !before.contains(hole) {
            try connection.run(
                "INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?, ?, ?, ?)", instrument, hole.gap.from, hole.gap.to,
                (hole.isAbandoned ? TapeHole.State.abandoned : .open).rawValue, hole.run, hole.gap.timeFrom, hole.gap.timeTo)
        }
    }

    /// An open hole and the run of imports that first left it.
    private struct KnownHole: Hashable {
        var gap: TapeGap
        var run: Int64
        var isAbandoned: Bool
    }

    private func gaps(of instrument: Int64, _ connection: borrowing Connection) throws -> [TapeGap] {
        let runs = try connection.query("SELECT runs FROM days WHERE instrument = ?", instrument) { TapeRun.decode($0.bytes(0)) ?? [] }
        let present = try connection.query("SELECT present FROM instruments WHERE id = ?", instrument) {
            TapeRun.decode($0.bytes(0)) ?? []
        }
        return TapeRun.gaps(between: runs.flatMap { $0 }, present: present.flatMap { $0.map { $0.first...$0.last } })
    }

    /// Takes over what a recording has noted of missing trades: what its venue does not fill, what was filled, and what is not known.
    func note(_ holes: [TapeHole], _ losses: [TapeLoss], of instrument: Instrument) throws {
        try database.transaction { connection in
            let numbers = try connection.query(
                "SELECT id FROM instruments WHERE venue = ? AND symbol = ?", instrument.venue.name, instrument.symbol
            ) { $0.integer(0) }
            guard let number = numbers.first else { return }
            let run = try connection.query("SELECT value FROM meta WHERE key = 'run'") { $0.integer(0) }.first ?? 0
            let missing = IDRanges(try self.gaps(of: number, connection).map { $0.from...$0.to })
            for hole in holes {
                if hole.state == .abandoned {
                    try connection.run(
                        "UPDATE holes SET state = 'abandoned' WHERE instrument = ? AND state = 'open' AND first_id >= ? AND last_id <= ?",
                        number, hole.from, hole.to)
                }
                for part in missing.complement(in: hole.from...hole.to) {
                    try connection.run(
                        "INSERT OR IGNORE INTO holes VALUES (?, ?, ?, 'repaired', ?, ?, ?)", number, part.lowerBound, part.upperBound, run,
                        hole.timeFrom, hole.timeTo)
                }
            }
            for loss in losses {
                try connection.run(
                    "INSERT OR REPLACE INTO losses VALUES (?, ?, ?, ?)", number, loss.timeFrom, loss.timeTo, loss.state.rawValue)
            }
            try connection.run("DELETE FROM losses WHERE state = 'cleared'")
            try connection.run("UPDATE meta SET value = value + 1 WHERE key = 'version'")
        }
    }

    /// Begins a new run of imports: holes of earlier runs are repaired when they are filled, holes of the same run were never holes.
    func settle() throws {
        try database.run("UPDATE meta SET value = value + 1 WHERE key = 'run'")
    }

    /// Forgets a day whose file is gone; what it held shows as holes.
    func forget(_ instrument: Instrument, _ day: CivilDate) throws {
        try database.transaction { connection in
            let numbers = try connection.query(
                "SELECT id FROM instruments WHERE venue = ? AND symbol = ?", instrument.venue.name, instrument.symbol
            ) { $0.integer(0) }
            guard let number = numbers.first else { return }
            try connection.run("DELETE FROM days WHERE instrument = ? AND day = ?", number, day.epochDay)
            try connection.run("UPDATE meta SET value = value + 1 WHERE key = 'version'")
            try self.updateHoles(of: number, connection)
        }
    }
}
