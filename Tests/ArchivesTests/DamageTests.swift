import Archives
import CISAL
import Foundation
import MarketModel
import Testing

/// Files that are not what they should be: each gives one line that names the file.
struct DamageTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    static let text = (1...20_000).map { "\(RowTests.good($0))\n" }.joined()

    func expectError(_ path: String, _ part: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: ArchiveError.self, sourceLocation: sourceLocation) { _ = try Collected(path, venue: .binanceFutures) }
        let line = error?.description ?? ""
        #expect(line.hasPrefix(path) && line.contains(part) && !line.contains("\n"), "\(line)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [false, true], [false, true])
    func `Zips are read whether stored or deflated, with descriptors, and with zip64 sizes`(stored: Bool, zip64: Bool) throws {
        for descriptor in [false, true] {
            let bytes = Packing.zip([
                Packing.Member(bytes: Array(DamageTests.text.utf8), stored: stored, descriptor: descriptor, zip64: zip64)
            ])
            let file = try Collected(directory.file("a.zip", bytes), venue: .binanceFutures)
            #expect(file.report.rows == 20_000)
            #expect(file.format == "Binance aggTrades CSV, no header, ms, in zip")
        }
    }

    @Test func `Folders and a Mac's additions in a zip are passed over`() throws {
        let bytes = Packing.zip([
            Packing.Member(name: "data/", bytes: [], stored: true), Packing.Member(name: "data/a.csv", bytes: Array(DamageTests.text.utf8)),
            Packing.Member(name: "__MACOSX/data/._a.csv", bytes: [1, 2, 3], stored: true),
        ])
        #expect(try Collected(directory.file("a.zip", bytes), venue: .binanceFutures).report.rows == 20_000)
    }

    @Test func `Gzip files of several members are one text`() throws {
        let half = DamageTests.text.utf8.count / 2 - 7
        let bytes = Array(DamageTests.text.utf8)
        let packed =
            Packing.deflate(Array(bytes[..<half]), wrapper: ISAL_GZIP) + Packing.deflate([], wrapper: ISAL_GZIP)
            + Packing.deflate(Array(bytes[half...]), wrapper: ISAL_GZIP)
        #expect(try Collected(directory.file("a.gz", packed), venue: .binanceFutures).report.rows == 20_000)
        #expect(try Collected(directory.file("b.gz", packed + [0, 0, 0, 0]), venue: .binanceFutures).report.rows == 20_000)
        expectError(try directory.file("c.gz", packed + [1, 2, 3]), "after its gzip data")
    }

    @Test func `A directory, nothing, and no file say so`() throws {
        expectError(directory.path, "is a directory")
        expectError(try directory.file("empty.csv", ""), "is empty")
        expectError(directory.path + "/none.csv", "does not exist")
        expectError("/dev/null", "is not a regular file")
        if getuid() != 0 {
            let path = try directory.file("locked.csv", DamageTests.text)
            chmod(path, 0)
            expectError(path, "may not be read")
        }
    }

    @Test func `Files cut short are found, wherever they are cut`() throws {
        let zip = Packing.zip(DamageTests.text)
        let gzip = Packing.gzip(DamageTests.text)
        for part in [1, 10, 25, 50, 75, 90, 99] {
            let zipCut = try directory.file("cut.zip", Array(zip[..<(zip.count * part / 100)]))
            expectError(zipCut, part == 0 ? "" : "damaged zip")
            let gzipCut = try directory.file("cut.gz", Array(gzip[..<(gzip.count * part / 100)]))
            expectError(gzipCut, "fetch it again")
        }
        expectError(try directory.file("cut.gz", Array(gzip.dropLast(1))), "cut short")
        expectError(try directory.file("cut.gz", Array(gzip.dropLast(8))), "cut short")
        expectError(try directory.file("cut.gz", [0x1f, 0x8b]), "cut short")
        expectError(try directory.file("cut.zip", [0x50, 0x4b, 3, 4]), "damaged zip")
    }

    @Test func `A wrong checksum or size inside an archive is found`() throws {
        let bytes = Array(DamageTests.text.utf8)
        for stored in [false, true] {
            expectError(try directory.file("crc.zip", Packing.zip([Packing.Member(bytes: bytes, stored: stored, crc: 1)])), "checksum")
        }
        expectError(try directory.file("less.zip", Packing.zip([Packing.Member(bytes: bytes, size: bytes.count + 1)])), "unpacks to less")
        expectError(try directory.file("more.zip", Packing.zip([Packing.Member(bytes: bytes, size: bytes.count - 1)])), "unpacks to more")
        expectError(try directory.file("two.zip", Packing.zip([Packing.Member(bytes: bytes, stored: true, size: 9)])), "two sizes")
        var gzip = Packing.gzip(DamageTests.text)
        gzip[gzip.count - 6] ^= 1
        expectError(try directory.file("crc.gz", gzip), "checksum")
    }

    @Test func `Zips that are not for us are refused with the reason`() throws {
        let bytes = Array(DamageTests.text.utf8)
        let two = Packing.zip([Packing.Member(bytes: bytes), Packing.Member(name: "b.csv", bytes: bytes)])
        expectError(try directory.file("two.zip", two), "several files")
        expectError(try directory.file("none.zip", Packing.zip([])), "holds no file")
        expectError(try directory.file("locked.zip", Packing.zip([Packing.Member(bytes: bytes, flags: 1)])), "encrypted")
        expectError(try directory.file("lzma.zip", Packing.zip([Packing.Member(bytes: bytes, method: 14)])), "method 14")
        expectError(try directory.file("nested.zip", Packing.zip([Packing.Member(bytes: Packing.zip(DamageTests.text))])), "binary data")
    }

    @Test func `Other packings and binary junk are told from trades`() throws {
        expectError(try directory.file("a.zst", [0x28, 0xb5, 0x2f, 0xfd, 0, 0]), "zstd")
        expectError(try directory.file("a.parquet", Array("PAR1xxxx".utf8)), "Parquet")
        expectError(try directory.file("a.csv", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7919 >> 3) }), "binary data")
        expectError(try directory.file("a.csv", [UInt8](repeating: 0xff, count: 1000)), "not a CSV")
        expectError(try directory.file("a.csv", [UInt8](repeating: 0x41, count: 200_000)), "64 KiB")
        expectError(try directory.file("a.csv", "\n\n\n"), "blank lines")
        expectError(try directory.file("a.html", "<!DOCTYPE html>\n<html><body>404</body></html>\n"), "not a CSV")
    }

    @Test func `Junk after a good beginning ends the reading early`() throws {
        expectError(try directory.file("a.csv", DamageTests.text + String(repeating: "x", count: 5_000_000)), "64 KiB")
        expectError(try directory.file("a.csv", DamageTests.text + String(repeating: "x\n", count: 5_000_000)), "rows cannot be read")
    }

    @Test func `A bomb is refused at once, whether it admits its size or not`() throws {
        // 256 MiB of one row, over and over.
        let row = Array("7,1,1,7,7,1700000000007,true\n".utf8)
        var block: [UInt8] = []
        while block.count < 4 << 20 { block += row }
        let packed = Packing.deflate(block, wrapper: ISAL_GZIP)
        var bomb: [UInt8] = []
        for _ in 0..<64 { bomb += packed }
        // ISA-L's quickest level packs it less than others do.
        var options = ArchiveOptions()
        options.expansionLimit = 20
        let path = try directory.file("bomb.gz", bomb)
        let error = #expect(throws: ArchiveError.self) { _ = try Collected(path, venue: .binanceFutures, options: options) }
        #expect(error?.description.contains("20 times its size") == true)
        let zeros = Packing.deflate([UInt8](repeating: 0, count: 32 << 20), wrapper: ISAL_GZIP)
        expectError(try directory.file("zeros.gz", zeros), "binary data")
        let admitted = Packing.zip([Packing.Member(bytes: block, size: 10 << 30, zip64: true)])
        expectError(try directory.file("bomb.zip", admitted), "times its size")
    }

    @Test func `The sum beside a file is verified`() throws {
        let path = try directory.file("a.csv", "1,1,1,1,1,1700000000007,true\n")
        #expect(try Collected(path, venue: .binanceFutures).report.checksum == .none)
        let sum = "a1"
        _ = try directory.file("a.csv.CHECKSUM", sum)
        let unreadable = #expect(throws: ArchiveError.self) { _ = try Collected(path, venue: .binanceFutures) }
        #expect(unreadable?.description.contains("SHA-256") == true)
        let wrong = String(repeating: "0", count: 64)
        _ = try directory.file("a.csv.CHECKSUM", wrong + "  a.csv\n")
        let error = #expect(throws: ArchiveError.self) { _ = try Collected(path, venue: .binanceFutures) }
        let actual = error?.description.split(separator: " ").first { $0.count > 64 - 1 && $0 != wrong && !$0.contains("/") }
            .map { String($0.prefix(64)) }
        #expect(error?.description.contains(wrong) == true)
        _ = try directory.file("a.csv.CHECKSUM", (actual ?? "") + "  a.csv\n")
        #expect(try Collected(path, venue: .binanceFutures).report.checksum == .verified)
        var options = ArchiveOptions()
        options.verifiesChecksum = false
        _ = try directory.file("a.csv.CHECKSUM", wrong)
        #expect(try Collected(path, venue: .binanceFutures, options: options).report.checksum == .none)
    }
}
