import CParquet
import Glibc
import MarketModel

/// Writes a venue's day of open interest coin by coin, so that memory does not grow with the day.
final class InterestWriter {
    private let writer: OpaquePointer
    private let descriptor: Int32
    private let path: String

    /// - Parameters:
    ///   - contracts: what rows name by their place.
    ///   - coins: whose rows follow, one call of ``append(_:)`` each, none of them empty.
    init(path: String, venue: Venue, _ contracts: [OpenInterestContract], coins: [String]) throws {
        descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        self.path = path
        let lines = contracts.map { "\($0.symbol)\t\($0.coin)\t\($0.quote)\t\($0.margin.rawValue)" }
        let metadata = [
            ("millrace.format", "1"), ("millrace.venue", venue.name), (InterestFile.contractsKey, lines.joined(separator: "\n")),
            (InterestFile.groupsKey, coins.joined(separator: "\n")),
        ]
        var error: UnsafeMutablePointer<CChar>?
        let descriptor = descriptor
        let opened = withCStrings(contracts.map(\.symbol)) { symbols in
            withCStrings(contracts.map(\.coin)) { coins in
                withCStrings(contracts.map(\.quote)) { quotes in
                    withCStrings(contracts.map(\.margin.rawValue)) { margins in
                        symbols.withUnsafeBufferPointer { symbols in
                            coins.withUnsafeBufferPointer { coins in
                                quotes.withUnsafeBufferPointer { quotes in
                                    margins.withUnsafeBufferPointer { margins in
                                        var list = mr_interest_contracts(
                                            count: Int32(contracts.count), symbols: symbols.baseAddress, coins: coins.baseAddress,
                                            quotes: quotes.baseAddress, margins: margins.baseAddress)
                                        return withCStrings(metadata.map(\.0)) { keys in
                                            withCStrings(metadata.map(\.1)) { values in
                                                mr_interest_open(descriptor, &list, Int32(keys.count), keys, values, &error)
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        guard let opened else {
            close(descriptor)
            throw LakeError(.system, path, takeText(error))
        }
        writer = opened
    }

    deinit {
        mr_interest_writer_free(writer)
        close(descriptor)
    }

    /// Writes a file under another name, and puts it in its place when it is on the disk.
    ///
    /// - Parameters:
    ///   - file: within the data directory.
    ///   - body: writes the rows of every coin.
    static func publish(
        lake: String, _ file: String, venue: Venue, _ contracts: [OpenInterestContract], coins: [String],
        _ body: (InterestWriter) throws -> Void
    ) throws {
        let path = "\(lake)/\(file)"
        guard let slash = path.lastIndex(of: "/") else { return }
        let directory = String(path[..<slash])
        try FileSystem.makeDirectory(directory)
        let writer = try InterestWriter(path: path + ".new", venue: venue, contracts, coins: coins)
        try body(writer)
        try writer.finish()
        try FileSystem.replace(path, by: path + ".new")
        try FileSystem.synchronizeDirectory(directory)
    }

    /// Writes the rows of the next coin.
    func append(_ rows: InterestFile.Rows) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard rows.withView({ mr_interest_append(writer, $0, &error) }) == 0 else { throw LakeError(.system, path, takeText(error)) }
    }

    /// Writes the end of the file and forces it to the disk.
    func finish() throws {
        var error: UnsafeMutablePointer<CChar>?
        guard mr_interest_finish(writer, &error) == 0 else { throw LakeError(.system, path, takeText(error)) }
        guard fsync(descriptor) == 0 else { throw FileSystem.failure(path) }
    }
}

extension InterestFile.Rows {
    /// Calls `body` with the rows as C sees them, valid during the call.
    fileprivate func withView(_ body: (UnsafePointer<mr_interest_rows>) -> Int32) -> Int32 {
        time.withUnsafeBufferPointer { time in
            sampled.withUnsafeBufferPointer { sampled in
                contract.withUnsafeBufferPointer { contract in
                    quantity.withUnsafeBytes { quantity in
                        usd.withUnsafeBytes { usd in
                            var view = mr_interest_rows(
                                rows: Int64(time.count), time: time.baseAddress, sampled: sampled.baseAddress,
                                contract: contract.baseAddress, quantity: quantity.baseAddress, usd: usd.baseAddress)
                            return body(&view)
                        }
                    }
                }
            }
        }
    }
}
