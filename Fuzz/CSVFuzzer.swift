import Archives
import MarketModel

/// Rows of anything behind two good ones: the hot parser and the row parser must say the same, and neither may crash.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    let input = UnsafeBufferPointer(start: data, count: size)
    let isSpot = input[0] & 1 == 1
    let good =
        isSpot
        ? "3358392210,93548.81000000,0.00012000,4326834223,4326834225,1735689600123456,True,True\n"
        : "5933014,27100.5,0.010,9100,9102,1672531200123,true\n"
    FuzzFile.write([UInt8](good.utf8) + [UInt8](good.utf8) + input.dropFirst())
    var options = ArchiveOptions()
    options.verifiesChecksum = false
    let fast = Reading(FuzzFile.path, options)
    options.readsByShape = false
    let slow = Reading(FuzzFile.path, options)
    precondition(fast == slow, "The hot parser disagrees with the row parser.")
    return 0
}

/// All that is seen of a file.
struct Reading: Equatable {
    var trades: [Trade] = []
    var report: ArchiveReport?
    var error: ArchiveError?

    init(_ path: String, _ options: ArchiveOptions) {
        let collected = Collector()
        do {
            let file = try ArchiveFile(path: path, venue: .binanceFutures, options: options)
            report = try file.read(
                threads: 1,
                reduction: TapeReduction(
                    begin: { _ in [Trade]() },
                    add: { trades, columns in for row in 0..<columns.count { trades.append(columns[row]) } }),
                restart: { _ in collected.trades = [] }, fold: { trades, _ in collected.trades += trades })
            trades = collected.trades
        } catch let error as ArchiveError {
            self.error = error
        } catch {
            preconditionFailure("Not an archive error: \(error)")
        }
    }

    /// Used by one thread only, as the fuzzer reads on one.
    private final class Collector: @unchecked Sendable {
        var trades: [Trade] = []
    }
}
