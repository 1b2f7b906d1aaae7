public import MarketModel

/// A dump of OKX's option chains: all strikes of a family in one CSV, plain, gzipped or zipped; recognised by its header.
///
///     let report = try OptionDump(path: "BTC-USD-optionchain-trades-2023-02-01.zip").read { trade in … }
public struct OptionDump: Sendable {
    /// The file as it was named.
    public let path: String
    private let options: ArchiveOptions
    private let columns: Columns

    private static let longestLine = 4096

    /// Which column is which.
    private struct Columns: Sendable {
        let symbol: Int, id: Int, side: Int, price: Int, size: Int, time: Int

        /// `instrument_name,trade_id,side,price,size,created_time`; older headers say each name in Chinese, too: `price/价格`.
        init?(_ header: [Substring]) {
            let names = header.map { $0.prefix { $0 != "/" }.lowercased() }
            func column(_ name: String) -> Int? { names.firstIndex(of: name) }
            guard let symbol = column("instrument_name"), let id = column("trade_id"), let side = column("side"),
                let price = column("price"), let size = column("size"), let time = column("created_time")
            else { return nil }
            (self.symbol, self.id, self.side, self.price, self.size, self.time) = (symbol, id, side, price, size, time)
        }

        var last: Int { max(symbol, id, side, price, size, time) }
    }

    /// Why a row is no trade.
    private struct Fault: Error {
        let reason: String

        static let short = Fault(reason: "too few fields")
        static let symbol = Fault(reason: "no option that is known")
        static let part = Fault(reason: "a part that makes no sense")
        static let size = Fault(reason: "the contract size at that time is not known")
        static let number = Fault(reason: "a number that is not above zero or has too many digits")
    }

    /// Recognises a file.
    ///
    /// - Throws: ``ArchiveError`` where the file cannot be read, is damaged, or is none of these.
    public init(path: String, options: ArchiveOptions = ArchiveOptions()) throws {
        let lines = try OptionDump.lines(path, options)
        guard let header = try lines.next(), let columns = Columns(OptionDump.fields(header)) else {
            throw ArchiveError(
                .unrecognised, path, "has not the header of option chains: instrument_name,trade_id,side,price,size,created_time")
        }
        self.path = path
        self.options = options
        self.columns = columns
    }

    /// Calls `body` with each trade, in the file's order.
    ///
    /// - Parameters:
    ///   - family: whose trades are wanted; those of others are counted.
    ///   - sizes: what contracts are on.
    /// - Throws: ``ArchiveError``, or what `body` throws.
    public func read(
        _ family: OptionFamily, sizes: OptionSizes = .known, _ body: (OptionTrade) throws -> Void
    ) throws -> OptionDumpReport {
        let lines = try OptionDump.lines(path, options)
        _ = try lines.next()
        var report = OptionDumpReport()
        var contracts: [Substring: OptionContract] = [:]
        while let line = try lines.next() {
            let fields = OptionDump.fields(line)
            // Files that were joined end to end have their header again.
            if fields.count == 1, fields[0].isEmpty { continue }
            if fields.count > columns.last, fields[columns.symbol].hasPrefix("instrument_name") { continue }
            let read: Result<OptionTrade, Fault>
            do throws(Fault) {
                read = .success(try trade(fields, sizes, &contracts))
            } catch {
                read = .failure(error)
            }
            switch read {
            case .success(let trade) where trade.contract.family == family:
                report.take(trade)
                try body(trade)
            case .success: report.otherFamilies += 1
            case .failure(let fault): report.reject(fault.reason, line: lines.number)
            }
        }
        return report
    }

    /// The day that the venue's own name of the file tells, from midnight to midnight UTC+8, in microseconds since 1970-01-01 UTC; nil for other
    /// names.
    ///
    ///     try OptionDump(path: "BTC-USD-optionchain-trades-2023-02-01.zip").day     // from 2023-01-31 16:00 UTC
    public var day: Range<Int64>? {
        let name = path.split(separator: "/").last ?? ""
        let stem = name.prefix { $0 != "." }
        guard stem.contains("-optionchain-"), let date = CivilDate(stem.suffix(10)) else { return nil }
        let start = date.microseconds - 8 * 3_600_000_000
        return start..<(start + CivilDate.dayLength)
    }

    private func trade(
        _ fields: [Substring], _ sizes: OptionSizes, _ contracts: inout [Substring: OptionContract]
    ) throws(Fault) -> OptionTrade {
        guard fields.count > columns.last else { throw .short }
        let symbol = fields[columns.symbol]
        guard let contract = contracts[symbol] ?? OptionContract(venue: .okxOptions, symbol: symbol) else { throw .symbol }
        contracts[symbol] = contract
        let id = fields[columns.id]
        let side: TakerSide? =
            switch fields[columns.side].lowercased() {
            case "buy": .buy
            case "sell": .sell
            default: nil
            }
        var text = String(fields[columns.time])
        let time = text.withUTF8 { TimeText.parse(UnsafeRawBufferPointer($0)) }?.time
        guard let side, let time, time > 0, time < 7_258_118_400_000_000, (1...20).contains(id.utf8.count),
            id.utf8.allSatisfy({ (48...57).contains($0) })
        else { throw .part }
        guard let price = try? FixedPoint(text: fields[columns.price]), let size = try? FixedPoint(text: fields[columns.size]) else {
            throw .number
        }
        guard let coins = sizes.size(of: contract.family, at: time) else { throw .size }
        guard size.mantissa > 0, let quantity = size.times(coins, decimals: OptionTrade.decimals),
            // More decimals than are kept would be rounded.
            Int128(quantity.mantissa) * Int128(FixedPoint.powersOfTen[min(18, max(0, size.scale + coins.scale - quantity.scale))])
                == Int128(size.mantissa) * Int128(coins.mantissa),
            let trade = OptionTrade(
                contract: contract, id: String(id), time: time, side: side, price: price, contracts: size, quantity: quantity, source: .dump
            )
        else { throw .number }
        return trade
    }

    private static func lines(_ path: String, _ options: ArchiveOptions) throws -> LineStream {
        let file = try ArchiveHandle(path: path)
        let container = try Container(file, options: options)
        return LineStream(container.stream(file, options: options), path: path, longest: longestLine)
    }

    /// The fields of a line without the spaces and quotes around them.
    private static func fields(_ line: Substring) -> [Substring] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            var field = field
            while field.first == " " { field = field.dropFirst() }
            while field.last == " " { field = field.dropLast() }
            if field.utf8.count >= 2, field.first == "\"", field.last == "\"" { field = field.dropFirst().dropLast() }
            return field
        }
    }
}

/// What came of reading a dump of option chains.
public struct OptionDumpReport: Sendable, Hashable {
    /// Rows that were trades of the family.
    public private(set) var trades = 0
    /// Rows of other families.
    public internal(set) var otherFamilies = 0
    /// Rows that were none, by the reason.
    public private(set) var rejected: [String: Int] = [:]
    /// The first of them: its line, from 1; nil where there is none.
    public private(set) var firstRejected: Int?
    /// The times of the first and the last trade, in microseconds since 1970-01-01 UTC; nil where there is none.
    public private(set) var times: ClosedRange<Int64>?
    private var ids: [String: [Int64]] = [:]

    /// Creates a report of nothing.
    public init() {}

    /// How many options have trades.
    public var contracts: Int { ids.count }

    /// How many ids are missing between the first and the last of each option.
    ///
    /// - Complexity: O(trades log trades)
    public var missing: Int {
        ids.values.reduce(0) { sum, ids in
            let distinct = Set(ids)
            guard let first = distinct.min(), let last = distinct.max() else { return sum }
            return sum + Int(clamping: last - first) + 1 - distinct.count
        }
    }

    mutating func take(_ trade: OptionTrade) {
        trades += 1
        times = times.map { min($0.lowerBound, trade.time)...max($0.upperBound, trade.time) } ?? trade.time...trade.time
        if let id = Int64(trade.id) { ids[trade.contract.symbol, default: []].append(id) }
    }

    mutating func reject(_ reason: String, line: Int) {
        rejected[reason, default: 0] += 1
        if firstRejected == nil { firstRejected = line }
    }
}
