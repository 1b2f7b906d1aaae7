public import MarketModel
import SQLite

extension Lake {
    /// The families whose trades are held, by venue and name.
    ///
    /// - Complexity: O(families and open days).
    public func optionFamilies() throws -> [OptionFamily] {
        var families = Set(OptionPath.sealedFamilies(directory))
        for date in OptionPath.journals(directory) { families.formUnion(try options.day(date)?.families() ?? []) }
        return families.sorted()
    }

    /// The days that may hold trades of a family, ascending.
    ///
    /// - Complexity: O(days that are held).
    public func optionDays(of family: OptionFamily) -> [CivilDate] { OptionPath.days(directory, family) }

    /// Calls `body` with the trades of a family executed with from <= time < to, day by day, each once, by time.
    ///
    /// - Throws: ``LakeError``, what SQLite says, or what `body` throws.
    /// - Complexity: O(trades of the days), with those of one day in memory.
    public func readOptions(of family: OptionFamily, from: Int64, to: Int64, _ body: (OptionTrade) throws -> Void) throws {
        guard from < to else { return }
        let (first, last) = (CivilDate(microseconds: from), CivilDate(microseconds: to - 1))
        for date in OptionPath.days(directory, family) where first <= date && date <= last {
            // The journal first: a day that is sealed in between is there twice, which is no harm, and not missing.
            let open = try options.day(date)?.trades(family, in: from...(to - 1)).trades ?? []
            let path = directory + "/" + OptionPath.file(family, date)
            let held = FileSystem.size(path) == nil ? [] : try OptionFile.read(path, family)
            for trade in OptionTrades.joined(held.filter { from <= $0.time && $0.time < to }, open) { try body(trade) }
        }
    }

    /// Calls `body` with what flow is made of: the trades of a family executed with from <= time < to, day by day, each once, by time.
    ///
    /// - Throws: ``LakeError``, what SQLite says, or what `body` throws.
    /// - Complexity: O(trades of the days), with those of one day in memory; several times as quick as ``readOptions(of:from:to:_:)`` on days
    ///   that are sealed.
    public func readOptionVolumes(
        of family: OptionFamily, from: Int64, to: Int64, _ body: (OptionContract, OptionVolume) throws -> Void
    ) throws {
        guard from < to else { return }
        let (first, last) = (CivilDate(microseconds: from), CivilDate(microseconds: to - 1))
        for date in OptionPath.days(directory, family) where first <= date && date <= last {
            let path = directory + "/" + OptionPath.file(family, date)
            guard FileSystem.size(OptionPath.journal(directory, date)) == nil, FileSystem.size(path) != nil else {
                let end = min(to, date.microseconds + CivilDate.dayLength)
                try readOptions(of: family, from: max(from, date.microseconds), to: end) { try body($0.contract, $0.volume) }
                continue
            }
            try OptionFile.readVolumes(path, family) { contract, volume in
                if from <= volume.time, volume.time < to { try body(contract, volume) }
            }
        }
    }

    /// The trades of a family executed with from <= time < to, by time.
    public func optionTrades(of family: OptionFamily, from: Int64, to: Int64) throws -> [OptionTrade] {
        var trades: [OptionTrade] = []
        try readOptions(of: family, from: from, to: to) { trades.append($0) }
        return trades
    }

    /// The last day that may hold trades of a family; nil if there is none.
    public func lastOptionDay(of family: OptionFamily) throws -> CivilDate? {
        for date in OptionPath.days(directory, family).reversed() {
            if FileSystem.size(directory + "/" + OptionPath.file(family, date)) != nil { return date }
            if try options.day(date)?.families().contains(family) == true { return date }
        }
        return nil
    }

    /// When a family's tape is known to be whole within some times, in microseconds since 1970-01-01 UTC; without stretches where nothing is
    /// known, or what was known cannot be read.
    ///
    /// - Throws: what SQLite says, but for damage.
    /// - Complexity: O(stretches within the times).
    public func optionCoverage(of family: OptionFamily, _ part: OptionPart, in times: Range<Int64>) throws -> OptionCoverage {
        try coverage { try $0.coverage(of: family, part, times.lowerBound...times.upperBound) } ?? OptionCoverage()
    }

    /// Until when a family's trades are known to be whole, whatever lacks before; nil where nothing is known.
    ///
    /// - Throws: what SQLite says, but for damage.
    public func optionCoverageEnd(of family: OptionFamily, _ part: OptionPart) throws -> Int64? {
        try coverage { try $0.end(of: family, part) } ?? nil
    }

    private func coverage<Result>(_ body: (OptionCoverageFile) throws -> Result) throws -> Result? {
        do {
            return try OptionCoverageFile.held(lake: directory).map(body)
        } catch let error as SQLiteError where error.isDamage {
            return nil
        }
    }
}
