import CParquet
import Glibc
import MarketModel

/// Reads a venue's sealed day of open interest; for one thread at a time.
final class InterestReader {
    /// The contracts of the file.
    let contracts: [OpenInterestContract]
    /// The coin of each row group.
    let coins: [String]
    private let file: OpaquePointer
    private let path: String

    /// - Parameter file: within the data directory; nil comes of one that does not exist.
    /// - Throws: ``LakeError`` if the file is damaged, or another venue's.
    init?(lake: String, _ file: String, venue: Venue) throws {
        let path = "\(lake)/\(file)"
        guard FileSystem.size(path) != nil else { return nil }
        let descriptor = try FileSystem.open(path, O_RDONLY)
        defer { close(descriptor) }
        var error: UnsafeMutablePointer<CChar>?
        guard let opened = mr_interest_read(descriptor, &error) else { throw LakeError(.damaged, path, takeText(error)) }
        func metadata(_ key: String) -> String? { mr_interest_metadata(opened, key).map { takeText($0) } }
        let lines = metadata(InterestFile.contractsKey)?.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let contracts = (lines ?? []).compactMap { fields -> OpenInterestContract? in
            guard fields.count == 4, let margin = MarginKind(rawValue: String(fields[3])) else { return nil }
            return OpenInterestContract(
                venue: venue, symbol: String(fields[0]), coin: String(fields[1]), quote: String(fields[2]), margin: margin)
        }
        let coins = metadata(InterestFile.groupsKey)?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
        guard metadata("millrace.venue") == venue.name, contracts.count == lines?.count, coins.count == Int(mr_interest_groups(opened))
        else {
            mr_interest_close(opened)
            throw LakeError(.damaged, path, "does not say whose open interest it holds")
        }
        self.contracts = contracts
        self.coins = coins
        self.path = path
        self.file = opened
    }

    deinit { mr_interest_close(file) }

    /// The samples of a coin.
    ///
    /// - Throws: ``LakeError`` where they are damaged.
    func rows(of coin: String) throws -> InterestFile.Rows {
        var all = InterestFile.Rows()
        for (group, name) in coins.enumerated() where name == coin {
            let count = Int(mr_interest_group_rows(file, Int32(group)))
            var rows = InterestFile.Rows(count: count)
            var error: UnsafeMutablePointer<CChar>?
            guard rows.withTarget({ mr_interest_take(file, Int32(group), $0, &error) }) == 0 else {
                throw LakeError(.damaged, path, takeText(error))
            }
            guard rows.contract.allSatisfy({ contracts.indices.contains(Int($0)) }) else {
                throw LakeError(.damaged, path, "names contracts that it does not list")
            }
            all.append(rows)
        }
        return all
    }

    /// The row groups of a coin.
    func groups(of coin: String) -> [Int32] { coins.indices.filter { coins[$0] == coin }.map { Int32($0) } }

    /// The times of a row group, row by row.
    ///
    /// - Throws: ``LakeError`` where they are damaged.
    func times(inGroup group: Int32) throws -> [Int64] {
        var times = [Int64](repeating: 0, count: Int(mr_interest_group_rows(file, group)))
        var error: UnsafeMutablePointer<CChar>?
        guard times.withUnsafeMutableBufferPointer({ mr_interest_times(file, group, $0.baseAddress, &error) }) == 0 else {
            throw LakeError(.damaged, path, takeText(error))
        }
        return times
    }

    /// Some rows of a row group, whose times are left at zero.
    ///
    /// - Parameter places: of the rows in the group, ascending.
    /// - Throws: ``LakeError`` where they are damaged.
    func rows(inGroup group: Int32, at places: [Int64]) throws -> InterestFile.Rows {
        var rows = InterestFile.Rows(count: places.count)
        var error: UnsafeMutablePointer<CChar>?
        let status = places.withUnsafeBufferPointer { places in
            rows.withTarget { mr_interest_pick(file, group, Int64(places.count), places.baseAddress, $0, &error) }
        }
        guard status == 0 else { throw LakeError(.damaged, path, takeText(error)) }
        guard rows.contract.allSatisfy({ contracts.indices.contains(Int($0)) }) else {
            throw LakeError(.damaged, path, "names contracts that it does not list")
        }
        return rows
    }

    /// Adds the samples of a coin to others, by the places of their contracts in another file.
    func add(_ coin: String, to rows: inout InterestFile.Rows, _ places: [OpenInterestContract: Int32]) throws {
        let old = try self.rows(of: coin)
        for index in 0..<old.count {
            guard let place = places[contracts[Int(old.contract[index])]] else { continue }
            rows.append(old, index, contract: place)
        }
    }

    /// How much a row tells of, in base coins and USD, the latter nil where they are not known.
    ///
    /// - Throws: ``LakeError`` where it is nothing that was written.
    func amounts(_ rows: InterestFile.Rows, _ index: Int) throws -> (quantity: FixedPoint, usd: FixedPoint?) {
        let isKnown = rows.usd[index] != InterestFile.unknown
        guard let quantity = InterestFile.number(rows.quantity[index]), let usd = InterestFile.number(isKnown ? rows.usd[index] : 0) else {
            throw LakeError(.damaged, path, "holds an amount that cannot be")
        }
        return (quantity, isKnown ? usd : nil)
    }

    /// The value of a row of what was recorded.
    ///
    /// - Throws: ``LakeError`` where it is none that was written.
    func value(_ rows: InterestFile.Rows, _ index: Int) throws -> OpenInterest {
        let (quantity, usd) = try amounts(rows, index)
        guard let usd else { throw LakeError(.damaged, path, "lacks an amount in USD") }
        return OpenInterest(quantity: quantity, usd: usd)
    }
}

extension InterestFile.Rows {
    init(count: Int) {
        time = Array(repeating: 0, count: count)
        sampled = time
        contract = Array(repeating: 0, count: count)
        quantity = Array(repeating: 0, count: count)
        usd = quantity
    }

    mutating func append(_ other: InterestFile.Rows) {
        time += other.time
        sampled += other.sampled
        contract += other.contract
        quantity += other.quantity
        usd += other.usd
    }

    /// Calls `body` with places for as many rows as there are, valid during the call.
    fileprivate mutating func withTarget(_ body: (UnsafePointer<mr_interest_target>) -> Int32) -> Int32 {
        time.withUnsafeMutableBufferPointer { time in
            sampled.withUnsafeMutableBufferPointer { sampled in
                contract.withUnsafeMutableBufferPointer { contract in
                    quantity.withUnsafeMutableBytes { quantity in
                        usd.withUnsafeMutableBytes { usd in
                            var target = mr_interest_target(
                                time: time.baseAddress, sampled: sampled.baseAddress, contract: contract.baseAddress,
                                quantity: quantity.baseAddress, usd: usd.baseAddress)
                            return body(&target)
                        }
                    }
                }
            }
        }
    }
}
