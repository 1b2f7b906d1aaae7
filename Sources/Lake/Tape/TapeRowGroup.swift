import CParquet
import MarketModel

/// The rows of one row group on their way to the file.
struct TapeRowGroup: Sendable {
    var rows = TradeColumns()
    var ordinals: [Int32] = []

    static let capacity = Int(MR_TAPE_GROUP_ROWS)

    mutating func removeAll() {
        rows.removeAll()
        ordinals.removeAll(keepingCapacity: true)
    }

    /// Encodes the group; several may be encoded at once.
    func encoded(layout: TapeLayout) throws(LakeError) -> EncodedGroup {
        var native = layout.native
        var error: UnsafeMutablePointer<CChar>?
        let group = rows.withColumnPointers { columns in
            ordinals.withUnsafeBufferPointer { ordinals in
                var columns = columns
                columns.ordinal = ordinals.baseAddress
                return mr_tape_encode(&native, Int64(rows.count), &columns, &error)
            }
        }
        guard let group else { throw LakeError(.system, "tape", takeText(error)) }
        return EncodedGroup(group)
    }
}

/// An encoded row group of the C library.
///
/// `@unchecked Sendable`: nobody changes the group after it was made.
final class EncodedGroup: @unchecked Sendable {
    let native: OpaquePointer

    init(_ native: OpaquePointer) { self.native = native }

    deinit { mr_tape_group_free(native) }
}
