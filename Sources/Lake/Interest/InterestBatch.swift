import MarketModel

/// The samples of a sweep as bytes under a checksum that also covers which sweep they are of.
///
/// Decoding never traps: bytes that are not that sweep give nil.
package enum InterestBatch {
    private static let version: UInt8 = 1

    /// The bytes of samples.
    ///
    /// - Parameters:
    ///   - rows: the numbers of their contracts and what was said of them.
    ///   - time: of the sweep, in microseconds.
    package static func encode(_ rows: [(contract: Int64, sample: OpenInterestSample)], time: Int64) -> [UInt8] {
        var out = ByteWriter()
        out.put(byte: version)
        out.put(count: rows.count)
        var previous: Int64 = 0
        for row in rows {
            out.put(signed: row.contract &- previous)
            previous = row.contract
        }
        for row in rows { out.put(signed: row.sample.time &- time) }
        for row in rows { put(row.sample.value.quantity, into: &out) }
        for row in rows { put(row.sample.value.usd, into: &out) }
        return out.closed(place: UInt64(bitPattern: time))
    }

    private static func put(_ number: FixedPoint, into out: inout ByteWriter) {
        out.put(byte: UInt8(clamping: number.scale))
        out.put(signed: number.mantissa)
    }

    /// The numbers of the contracts, the times and the values of a sweep.
    ///
    /// - Complexity: O(bytes), in time and memory, whatever the bytes claim.
    package static func decode(_ bytes: [UInt8], time: Int64) -> [(contract: Int64, time: Int64, value: OpenInterest)]? {
        guard var reader = ByteReader(bytes, place: UInt64(bitPattern: time)), reader.byte() == version else { return nil }
        let count = reader.count(of: 6)
        var rows: [(contract: Int64, time: Int64, value: OpenInterest)] = []
        rows.reserveCapacity(count)
        var previous: Int64 = 0
        let none = OpenInterest(quantity: FixedPoint(mantissa: 0), usd: FixedPoint(mantissa: 0))
        for _ in 0..<count {
            previous &+= reader.signed()
            rows.append((previous, 0, none))
        }
        for row in rows.indices { rows[row].time = time &+ reader.signed() }
        for row in rows.indices { rows[row].value.quantity = take(&reader) }
        for row in rows.indices { rows[row].value.usd = take(&reader) }
        guard !reader.failed, reader.left == 0, rows.allSatisfy({ isSound($0.value.quantity) && isSound($0.value.usd) }) else { return nil }
        return rows
    }

    private static func take(_ reader: inout ByteReader) -> FixedPoint {
        let scale = Int(reader.byte())
        return FixedPoint(mantissa: reader.signed(), scale: scale)
    }

    private static func isSound(_ number: FixedPoint) -> Bool {
        (0...OpenInterest.decimals).contains(number.scale) && (0...FixedPoint.limit).contains(number.mantissa)
    }
}
