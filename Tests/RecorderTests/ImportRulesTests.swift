import Foundation
import Lake
import MarketModel
import Recorder
import Testing
import TestSupport

@Suite struct ImportRulesTests {
    static let start: Int64 = 1_704_067_200_000

    static func lines(_ ids: some Sequence<Int>, side: String = "buy") -> [Line] {
        ids.map { Line(id: Int64($0), time: start + Int64($0) * 1000, price: "10.5", quantity: "1", side: $0 % 2 == 0 ? "sell" : side) }
    }

    @Test func `Ids of zero rows are present and no trades`() throws {
        let folder = try Folder()
        var rows = Self.lines(1...20)
        rows[9].quantity = "0"
        rows[10].price = "0"
        rows.remove(at: 4)
        let report = try importFiles([try folder.file("a.csv", TapeIdentityTests.text(rows))], into: folder.data("d"))
        #expect(report.zero == 2 && report.added == 17 && report.rows == 19)
        #expect(report.holes.map(\.from) == [5] && report.missingIDs == 1)
        // The slow way in remembers them as well, and the other way round.
        let backwards = try importFiles([try folder.file("b.csv", TapeIdentityTests.text(rows.reversed()))], into: folder.data("e"))
        #expect(backwards.holes.map(\.from) == [5] && backwards.zero == 2 && backwards.outOfOrder > 0)
        #expect(try tapeFiles(folder.data("d")) == tapeFiles(folder.data("e")))
        #expect(try findings(folder.data("d")).isEmpty)
    }

    @Test func `A hole that a later import fills is repaired, one that the same import fills never was`() throws {
        let folder = try Folder()
        let early = try folder.file("a.csv", TapeIdentityTests.text(Self.lines(1...10)))
        let middle = try folder.file("b.csv", TapeIdentityTests.text(Self.lines(11...14)))
        let late = try folder.file("c.csv", TapeIdentityTests.text(Self.lines(18...30)))
        func holes(_ name: String) throws -> [TapeHole] {
            try Lake(directory: folder.data(name), create: false).tape(venue: .binanceSpot, symbol: "TESTUSDT")?.holes ?? []
        }
        try importFiles([late, early, middle], into: folder.data("one"))
        #expect(try holes("one").map(\.state) == [.open] && holes("one").map(\.from) == [15])
        try importFiles([late, early], into: folder.data("two"))
        try importFiles([middle], into: folder.data("two"))
        let two = try holes("two")
        #expect(two.map(\.state) == [.repaired, .open] && two.map(\.from) == [11, 15] && two.map(\.to) == [14, 17])
        #expect(two[1].timeFrom == (Self.start + 14_000) * 1000 && two[1].timeTo == (Self.start + 18_000) * 1000)
        #expect(try findings(folder.data("two")).isEmpty)
    }

    @Test func `A one-sided file is refused unless forced, and leaves nothing behind`() throws {
        let folder = try Folder()
        let rows = (1...10_500).map {
            Line(id: Int64($0), time: Self.start + Int64($0), price: "1", quantity: "1", side: $0 % 1000 == 0 ? "sell" : "buy")
        }
        let file = try folder.file("a.csv", TapeIdentityTests.text(rows))
        #expect(throws: ImportError.self) { try importFiles([file], into: folder.data("d")) }
        #expect(try tapeFiles(folder.data("d")).isEmpty)
        #expect(try importFiles([file], into: folder.data("d"), force: true).added == 10_500)
    }

    @Test func `Contracts of unknown size are refused, and a stated size has to stay`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", TapeIdentityTests.text(Self.lines(1...10)))
        let next = try folder.file("b.csv", TapeIdentityTests.text(Self.lines(100_000...100_010)))
        #expect(throws: ImportError.self) { try importFiles([file], into: folder.data("d"), venue: .okxPerps, symbol: "XYZQ-USDT-SWAP") }
        #expect(!FileManager.default.fileExists(atPath: folder.data("d") + "/tape"))
        let size = FixedPoint(mantissa: 25, scale: 1)
        try importFiles([file], into: folder.data("d"), venue: .okxPerps, symbol: "XYZQ-USDT-SWAP", contractSize: size)
        #expect(throws: ImportError.self) {
            try importFiles(
                [file], into: folder.data("d"), venue: .okxPerps, symbol: "XYZQ-USDT-SWAP", contractSize: FixedPoint(mantissa: 3))
        }
        // A day that is there needs no statement; a new one does.
        try importFiles([file], into: folder.data("d"), venue: .okxPerps, symbol: "XYZQ-USDT-SWAP")
        #expect(throws: ImportError.self) { try importFiles([next], into: folder.data("d"), venue: .okxPerps, symbol: "XYZQ-USDT-SWAP") }
    }

    @Test func `Other kinds of ids, an id on two days and a second writer are refused`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", TapeIdentityTests.text(Self.lines(1...10)))
        try importFiles([file], into: folder.data("d"))
        let before = try tapeFiles(folder.data("d"))
        let bare = try folder.file("b.csv", TapeIdentityTests.text(Self.lines(1...10), ids: false))
        #expect(throws: ImportError.self) { try importFiles([bare], into: folder.data("d")) }
        var moved = Self.lines(5...6)
        for row in moved.indices { moved[row].time += 86_400_000 }
        let other = try folder.file("c.csv", TapeIdentityTests.text(moved))
        #expect(throws: ImportError.self) { try importFiles([other], into: folder.data("d")) }
        let lake = try Lake(directory: folder.data("d"), create: false)
        let lock = try lake.lock()
        #expect(throws: LakeError.self) { try importFiles([file], into: folder.data("d")) }
        _ = consume lock
        #expect(try tapeFiles(folder.data("d")) == before)
    }

    @Test func `Rejected rows are kept with their lines and reasons`() throws {
        let folder = try Folder()
        let text = TapeIdentityTests.text(Self.lines(1...10)) + "junk,in,a,row,x\n"
        let report = try importFiles([try folder.file("a.csv", text)], into: folder.data("d"))
        #expect(report.rejected == 1 && report.added == 10)
        let path = try #require(report.files[0].quarantine)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\n12\t"))
    }

    @Test func `The JSON report has the keys of the design and reads back`() throws {
        let folder = try Folder()
        let file = try folder.file("a \"quoted\".csv", TapeIdentityTests.text(Self.lines([1, 2, 5, 6])))
        let report = try importFiles([file], into: folder.data("d"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "rows", "duplicates", "rejected", "missing_ids", "holes", "out_of_order", "zero", "taker_buy_share", "first_time",
                "last_time", "format", "by_file",
            ])
        #expect(object["rows"] as? Int == 4 && object["missing_ids"] as? Int == 2 && object["taker_buy_share"] as? Double == 0.5)
        let holes = try #require(object["holes"] as? [[String: Int]])
        #expect(holes == [["from": 3, "to": 4, "count": 2]])
        #expect(object["first_time"] as? Int64 == Self.start + 1000 && object["last_time"] as? Int64 == Self.start + 6000)
        #expect(!report.json.contains("\n"))
    }
}
