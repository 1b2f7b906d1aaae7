import CParquet
import Glibc
import MarketModel

/// A tape file open for reading; several threads may read different row groups at once.
///
/// `@unchecked Sendable`: the C object is not changed after it was opened, and cursors on it are independent.
package final class TapeFile: @unchecked Sendable {
    /// The file.
    package let path: String
    /// How many rows it holds.
    package let rows: Int
    /// The layout its columns show.
    package let layout: TapeLayout
    /// The content hash that its footer claims.
    package let contentHash: String
    /// Where the footer begins.
    package let bodyLength: Int
    /// How many row groups it has.
    package let groups: Int

    let native: OpaquePointer

    /// Opens a file and reads its footer.
    package init(path: String) throws(LakeError) {
        let descriptor = try FileSystem.open(path, O_RDONLY)
        defer { close(descriptor) }
        var error: UnsafeMutablePointer<CChar>?
        guard let opened = mr_tape_open(descriptor, &error) else { throw LakeError(.damaged, path, takeText(error)) }
        func metadata(_ key: String) -> String? {
            guard let value = mr_tape_file_metadata(opened, key) else { return nil }
            defer { mr_free(value) }
            return String(cString: value)
        }
        guard let format = metadata(TapeMetadata.formatKey).flatMap({ Int($0) }), let content = metadata(TapeMetadata.contentKey),
            let ids = metadata(TapeMetadata.idsKey).flatMap({ TradeIDKind(rawValue: $0) })
        else {
            mr_tape_close(opened)
            throw LakeError(.damaged, path, "the footer lacks what a tape's has")
        }
        guard format <= TapeMetadata.formatVersion else {
            mr_tape_close(opened)
            throw LakeError(
                .newer, path, "has format \(format), this is a millrace for format \(TapeMetadata.formatVersion): use a newer one")
        }
        self.path = path
        native = opened
        let layout = mr_tape_file_layout(opened)
        self.layout = TapeLayout(tradeIDs: ids, scales: Scales(price: Int(layout.price_scale), quantity: Int(layout.quantity_scale)))
        rows = Int(mr_tape_file_rows(opened))
        groups = Int(mr_tape_file_groups(opened))
        bodyLength = Int(mr_tape_file_body(opened))
        contentHash = content
    }

    deinit { mr_tape_close(native) }

    /// The rows of a group and the range of their times.
    package func statistics(group: Int) throws(LakeError) -> (rows: Int, times: ClosedRange<Int64>) {
        var first: Int64 = 0
        var last: Int64 = 0
        let rows = mr_tape_group_rows(native, Int32(group), &first, &last)
        guard rows > 0, first <= last else { throw LakeError(.damaged, path, "a row group lacks its statistics") }
        return (Int(rows), first...last)
    }
}
