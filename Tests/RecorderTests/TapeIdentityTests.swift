import Foundation
import Lake
import MarketModel
import Recorder
import TestSupport
import Testing

/// The tape depends on the set of rows alone.
@Suite struct TapeIdentityTests {
    static func text(_ lines: some Sequence<Line>, ids: Bool = true) -> String {
        (ids ? Line.header : "time,price,quantity,side\n") + lines.map { ids ? $0.text : $0.textWithoutID }.joined()
    }

    @Test func `Contiguous ids: split, overlapping, shuffled, repeated files give the same bytes`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lines = Line.tape(4000, &random)
        let clean = try importFiles([try folder.file("all.csv", Self.text(lines))], into: folder.data("clean"))
        #expect(clean.added == 4000 && clean.duplicates == 0)
        for round in 0..<6 {
            var files: [String] = []
            var rows = 0
            for part in 0..<8 {
                // Eighths that overlap their neighbours, some shuffled, some with rows twice.
                let from = max(0, part * 500 - Int.random(in: 0...200, using: &random))
                var slice = Array(lines[from..<min(4000, part * 500 + 500 + Int.random(in: 0...200, using: &random))])
                if Bool.random(using: &random) { slice += slice.prefix(Int.random(in: 0...50, using: &random)) }
                if Bool.random(using: &random) { slice.shuffle(using: &random) }
                rows += slice.count
                files.append(try folder.file("\(round)-\(part).csv", Self.text(slice)))
            }
            let report = try importFiles(files.shuffled(using: &random), into: folder.data("r\(round)"))
            #expect(report.rows == rows && report.duplicates == rows - 4000 && report.added == 4000)
            #expect(report.missingIDs == clean.missingIDs)
            #expect(try tapeFiles(folder.data("r\(round)")) == tapeFiles(folder.data("clean")))
            let again = try importFiles(files, into: folder.data("r\(round)"))
            #expect(again.added == 0 && again.rows == rows)
            #expect(try tapeFiles(folder.data("r\(round)")) == tapeFiles(folder.data("clean")))
            #expect(try findings(folder.data("r\(round)")).isEmpty)
        }
    }

    @Test func `Conflicting rows of one id settle alike in any order`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lines = Line.tape(500, &random)
        let files = try (0..<4).map { part in
            try folder.file(
                "\(part).csv",
                Self.text(
                    lines.map { line in
                        var line = line
                        if line.id % 7 == Int64(part) { line.price = "\(100 + part).25" }
                        return line
                    }))
        }
        try importFiles(files, into: folder.data("a"))
        for round in 0..<3 {
            try importFiles(files.shuffled(using: &random), into: folder.data("r\(round)"))
            #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("r\(round)")))
        }
    }

    @Test func `Unordered ids: slices and the whole in any order give the bytes of the whole`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        var lines = Line.tape(2000, &random)
        let ids = lines.map(\.id).shuffled(using: &random)
        for row in lines.indices { lines[row].id = ids[row] }
        let whole = try folder.file("all.csv", Self.text(lines))
        let clean = try importFiles([whole], into: folder.data("clean"), venue: .deribit, symbol: "BTC_USDC")
        #expect(clean.added == 2000 && clean.tradeIDs == .integer)
        for round in 0..<4 {
            var files = [whole]
            for part in 0..<5 {
                let from = Int.random(in: 0..<1900, using: &random)
                let slice = lines[from..<min(2000, from + Int.random(in: 1...600, using: &random))]
                files.append(try folder.file("\(round)-\(part).csv", Self.text(slice)))
            }
            try importFiles(files.shuffled(using: &random), into: folder.data("r\(round)"), venue: .deribit, symbol: "BTC_USDC")
            #expect(try tapeFiles(folder.data("r\(round)")) == tapeFiles(folder.data("clean")))
            #expect(try findings(folder.data("r\(round)")).isEmpty)
        }
        // Without the whole, slices still give the same bytes in any order.
        let slices = try stride(from: 0, to: 2000, by: 250).map { from in
            try folder.file("s\(from).csv", Self.text(lines[max(0, from - 40)..<from + 250]))
        }
        try importFiles(slices, into: folder.data("s1"), venue: .deribit, symbol: "BTC_USDC")
        try importFiles(slices.reversed(), into: folder.data("s2"), venue: .deribit, symbol: "BTC_USDC")
        #expect(try tapeFiles(folder.data("s1")) == tapeFiles(folder.data("s2")))
    }

    @Test func `No ids: overlapping files keep the larger multiplicity, in any order`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        var lines = Line.tape(2000, &random)
        // Many rows are exactly alike.
        for row in lines.indices where row > 0 && row % 3 == 0 { lines[row] = lines[row - 1] }
        let whole = try folder.file("all.csv", Self.text(lines, ids: false))
        let clean = try importFiles([whole], into: folder.data("clean"), venue: .bybitSpot)
        #expect(clean.added == 2000 && clean.tradeIDs == .none)
        // Cut between times: files of whole hours, say.
        var files = [whole]
        for part in 0..<6 {
            let times = [lines.randomElement(using: &random)?.time ?? 0, lines.randomElement(using: &random)?.time ?? 0].sorted()
            let slice = lines.filter { (times[0]...times[1]).contains($0.time) }
            files.append(try folder.file("\(part).csv", Self.text(slice, ids: false)))
        }
        for round in 0..<3 {
            try importFiles(files.shuffled(using: &random), into: folder.data("r\(round)"), venue: .bybitSpot)
            #expect(try tapeFiles(folder.data("r\(round)")) == tapeFiles(folder.data("clean")))
            #expect(try findings(folder.data("r\(round)")).isEmpty)
        }
    }

    @Test func `More digits widen every day of the instrument, in any order to the same bytes`() throws {
        let folder = try Folder()
        let day: Int64 = 86_400_000
        let start: Int64 = 1_704_067_200_000
        func file(_ name: String, _ from: Int64, _ price: String, _ quantity: String) throws -> String {
            try folder.file(
                name,
                Self.text(
                    (0..<50).map { Line(id: from * 100 + $0, time: start + from * day + $0, price: price, quantity: quantity, side: "buy") }
                ))
        }
        let files = [try file("a.csv", 0, "10", "1.5"), try file("b.csv", 1, "10.125", "2"), try file("c.csv", 2, "7", "0.00001")]
        try importFiles(files, into: folder.data("a"))
        try importFiles(files.reversed(), into: folder.data("b"))
        for file in [files[1], files[2], files[0]] { try importFiles([file], into: folder.data("c")) }
        #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("b")))
        #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("c")))
        let tape = try #require(try Lake(directory: folder.data("a"), create: false).tape(venue: .binanceSpot, symbol: "TESTUSDT"))
        #expect(tape.scales == Scales(price: 3, quantity: 5) && tape.days.count == 3)
        #expect(try findings(folder.data("a")).isEmpty && findings(folder.data("c")).isEmpty)
        // Too wide for 18 digits together with what is there.
        let wide = try file("d.csv", 3, "1234567890123456", "1")
        #expect(throws: ImportError.self) { try importFiles([wide], into: folder.data("a")) }
        #expect(try tapeFiles(folder.data("a")) == tapeFiles(folder.data("b")))
    }
}
