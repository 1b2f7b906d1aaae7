public import MarketModel

extension Lake {
    /// The families whose trades are held, by venue and name.
    ///
    /// - Complexity: O(families and open days).
    public func optionFamilies() throws -> [OptionFamily] {
        var families = Set(OptionPath.sealedFamilies(directory))
        for date in OptionPath.journals(directory) { families.formUnion(try options.day(date)?.families() ?? []) }
        return families.sorted()
    }

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
}
