import Archives
import MarketModel

/// Any bytes as a file: a zip, a gzip, a text of any format. It is read or refused in one line, and never crashes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    FuzzFile.write(UnsafeBufferPointer(start: data, count: size))
    var options = ArchiveOptions()
    options.verifiesChecksum = false
    options.unpackedLimit = 8 << 20
    do {
        let file = try ArchiveFile(path: FuzzFile.path, venue: .binanceSpot, options: options)
        let report = try file.read(
            threads: 1,
            reduction: TapeReduction(
                begin: { _ in 0 },
                add: { sum, columns in
                    for row in 0..<columns.count {
                        let trade = columns[row]
                        precondition(trade.price > 0 && trade.quantity > 0 && trade.fills > 0)
                        precondition(trade.price <= FixedPoint.limit && trade.quantity <= FixedPoint.limit)
                        sum += 1
                    }
                }),
            restart: { _ in }, fold: { _, _ in })
        precondition(report.rejected <= report.rows)
    } catch let error as ArchiveError {
        precondition(!error.description.contains("\n") && error.description.hasPrefix("/proc/self/fd/"))
    } catch {
        preconditionFailure("Not an archive error: \(error)")
    }
    return 0
}
