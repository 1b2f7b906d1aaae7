import Archives
import MarketModel
import TapeSequencer

/// The times of which a dump tells every trade.
enum DumpSpan {
    /// From the first to the last trade of a venue's own dump that was read without a loss; where the name says which UTC day or month the dump is
    /// of, as `BTCUSDT2026-11-01.csv.gz` does, all of it.
    ///
    /// - Returns: microseconds since 1970-01-01 UTC, or nil where nothing can be said: of tables that others have made, which may be an excerpt,
    ///   and of files with rows that could not be read.
    static func times(of archive: ArchiveReport, named path: String, _ options: ImportOptions) -> ClosedRange<Int64>? {
        guard options.columns == nil, venues.contains(where: archive.format.hasPrefix), archive.rejected == 0,
            let bounds = archive.scan.bounds
        else { return nil }
        let rows = bounds.minTime...bounds.maxTime
        guard let named = period(in: path), named.lowerBound <= rows.lowerBound, rows.upperBound <= named.upperBound else { return rows }
        return named
    }

    /// Whose dumps are known as such.
    private static let venues = ["Binance", "Bybit", "OKX"]

    /// The day or month that a file's name ends with.
    static func period(in path: String) -> ClosedRange<Int64>? {
        let name = path.split(separator: "/").last.map { Array($0.utf8) } ?? []
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= name.count else { return nil }
            var value = 0
            for byte in name[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = 10 * value + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        func isDash(_ place: Int) -> Bool { place < name.count && name[place] == UInt8(ascii: "-") }
        for start in name.indices.reversed() {
            guard let year = number(start..<start + 4), isDash(start + 4), let month = number(start + 5..<start + 7) else { continue }
            if isDash(start + 7), let day = number(start + 8..<start + 10), let date = CivilDate(year: year, month: month, day: day) {
                return date.microseconds...date.microseconds + CivilDate.dayLength - 1
            }
            guard let first = CivilDate(year: year, month: month, day: 1),
                let next = CivilDate(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
            else { continue }
            return first.microseconds...next.microseconds - 1
        }
        return nil
    }
}
