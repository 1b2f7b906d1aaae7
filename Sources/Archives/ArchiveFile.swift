import MarketModel
import TapeSequencer

/// One dump of trades on disk: a plain, gzipped or zipped CSV, recognised by what it holds and not by its name.
///
/// Creating one reads a sample; ``read(threads:progress:reduction:restart:fold:)`` reads it all.
public struct ArchiveFile: Sendable {
    /// The file as it was named.
    public let path: String
    /// Bytes on disk, for progress.
    public let size: Int
    /// The format for people: `Binance aggTrades CSV, header, ms, in zip`.
    public let format: String

    let options: ArchiveOptions
    let container: Container
    let layout: RowLayout
    /// The instrument whose rows are taken, where the rows name one.
    let symbol: String?
    /// The scales of the sample's rows.
    let sampleScales: Scales

    /// What the file's id column is.
    public var tradeIDs: TradeIDKind { layout.tradeIDs }

    /// Recognises a file from its first 64 KiB of text.
    ///
    /// - Throws: ``ArchiveError`` where the file cannot be read, is damaged, or is not a CSV of trades that is known or described by
    ///   ``ArchiveOptions/columns``.
    public init(path: String, venue: Venue, options: ArchiveOptions = ArchiveOptions()) throws {
        let file = try ArchiveHandle(path: path)
        let container = try Container(file, options: options)
        let sample = try ArchiveFile.sample(of: container.stream(file, options: options), path)
        var layout = try Recogniser(sample: sample, venue: venue).layout(options.columns)
        if !options.readsByShape { layout.aggTrades = nil }
        self.path = path
        self.options = options
        self.container = container
        self.layout = layout
        size = file.size
        format = layout.description + container.suffix
        symbol = try ArchiveFile.symbol(in: sample, layout, options.symbol)
        sampleScales = try ArchiveFile.scales(of: sample, layout, symbol: symbol)
    }

    private static func sample(of stream: any ByteStream, _ path: String) throws -> Sample {
        var text = [UInt8](repeating: 0, count: Sample.size)
        let got = try text.withUnsafeMutableBytes { try stream.read(into: $0) }
        text.removeLast(text.count - got)
        return try Sample(text, isWhole: got < Sample.size, path: path)
    }

    /// The wanted instrument, or the only one in the sample.
    private static func symbol(in sample: Sample, _ layout: RowLayout, _ wanted: String?) throws(ArchiveError) -> String? {
        guard let column = layout.symbol, wanted == nil else { return wanted }
        var first: String?
        for line in sample.lines {
            let fields = Sample.fields(of: line, sample.separator)
            guard column < fields.count else { continue }
            if let first, first != fields[column] {
                throw ArchiveError(
                    .ambiguous, sample.path, "holds several instruments (\(first), \(fields[column]), …); name one with --symbol")
            }
            first = fields[column]
        }
        return first
    }

    /// The smallest scales that hold the sample's rows; refuses a sample in which no row can be read.
    private static func scales(of sample: Sample, _ layout: RowLayout, symbol: String?) throws(ArchiveError) -> Scales {
        var parser = RowParser(layout, symbol: symbol)
        var scales = Scales(price: 0, quantity: 0)
        var (good, bad) = (0, 0)
        var complaint = ""
        for line in sample.lines {
            switch line.withUnsafeBytes({ parser.parse($0) }) {
            case .trade(let trade):
                scales = scales.union(trade.scales)
                good += 1
            case .zero, .otherSymbol:
                good += 1
            case .nothing:
                break
            case .rejected(let reason):
                if bad == 0 { complaint = reason }
                bad += 1
            }
        }
        guard good > 0 || bad == 0 else {
            throw ArchiveError(
                .unrecognised, sample.path,
                "looks like \(layout.name), but no row can be read (\(complaint)); say what its columns are with --columns")
        }
        return scales
    }
}

extension ParsedTrade {
    /// The scales that this trade alone needs.
    var scales: Scales { Scales(price: price.scale, quantity: quantity.scale) }
}
