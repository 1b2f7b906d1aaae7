import Foundation
import Lake
import MarketModel
import TestSupport
import Testing

/// What publishers say of options, in the lake: said again nothing changes, said otherwise it is replaced and kept in the history.
@Suite struct OptionStatementTests {
    private func statement(
        _ day: Int, _ calls: Int64, _ source: OptionStatisticSource = .occ, _ subject: OptionSubject = .market(.usIndices),
        _ measure: OptionMeasure = .volume
    ) throws -> OptionStatement {
        let count = try #require(PutCallCount(calls: calls, puts: 7))
        return OptionStatement(subject: subject, day: CivilDate(epochDay: day), measure: measure, source: source, count: count)
    }

    @Test func `A correction replaces, and what was said before is in the history with its origin`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let first = try lake.keepOptionStatements([statement(20_000, 1), statement(20_001, 2)], origin: "a.json", at: 10)
        #expect(first.new == 2 && first.known == 0 && first.corrected == 0)
        let again = try lake.keepOptionStatements([statement(20_000, 1)], origin: "b.json", at: 20)
        #expect(again.new == 0 && again.known == 1 && again.corrected == 0)
        #expect(try lake.optionStatements().first?.origin == "a.json")
        let corrected = try lake.keepOptionStatements([statement(20_000, 5)], origin: "c.json", at: 30)
        #expect(corrected.new == 0 && corrected.known == 0 && corrected.corrected == 1)
        #expect(try lake.optionStatements().map(\.statement.count.calls) == [5, 2])
        #expect(try lake.optionStatements().map(\.origin) == ["c.json", "a.json"])
        let history = try lake.optionCorrections()
        #expect(history.map(\.before.statement.count.calls) == [1] && history.map(\.before.origin) == ["a.json"])
        #expect(history.map(\.before.said) == [10] && history.map(\.replaced) == [30])
        // Another source of the same day corrects nobody.
        #expect(try lake.keepOptionStatements([statement(20_000, 9, .cboe)], origin: "d", at: 40).new == 1)
        #expect(try lake.optionStatements().count == 3 && lake.optionCorrections().count == 1)
    }

    @Test func `A reader sees what others write, once`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let path = folder.data("lake")
        let lake = try Lake(directory: path, create: true)
        let reader = OptionStatementReader(lake)
        #expect(try reader.changes() == [])
        #expect(try reader.changes() == nil)
        let writer = try Lake(directory: path, create: false)
        try writer.keepOptionStatements([statement(20_000, 1)], origin: "a", at: 10)
        #expect(try reader.changes()?.count == 1)
        #expect(try reader.changes() == nil)
        try writer.keepOptionStatements([statement(20_001, 1)], origin: "b", at: 20)
        #expect(try reader.changes()?.count == 2)
        #expect(try reader.changes() == nil)
    }

    @Test func `Subjects are told by name, and nothing that cannot be one is`() throws {
        let subjects: [OptionSubject] =
            OptionStatisticMarket.allCases.map { .market($0) } + [
                .underlying(OptionUnderlying(place: .unitedStates, code: ".SPX")),
                .underlying(OptionUnderlying(place: .hongKong, code: "00700")), .underlying(OptionUnderlying(place: .crypto, code: "BTC")),
            ]
        for subject in subjects { #expect(OptionSubject(name: subject.name) == subject) }
        for name in ["", "us", "us:", "mars:X", "hk:a,b", "hk:a:b", "us:a b", "us:" + String(repeating: "A", count: 33), "us-indices"] {
            #expect(OptionSubject(name: name) == nil, "\(name)")
        }
    }

    @Test func `A file that is damaged is found, and the reader says so and goes on once it is sound`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let path = folder.data("lake")
        let lake = try Lake(directory: path, create: true)
        try lake.keepOptionStatements((0..<2000).map { try statement(20_000 + $0, Int64($0)) }, origin: "a", at: 10)
        func findings() throws -> [LakeFinding] {
            let found = Found()
            try lake.verify(threads: 1) { found.add($0) }
            return found.all
        }
        #expect(try findings().isEmpty)
        let file = path + "/options/statistics.sqlite"
        let sound = try Data(contentsOf: URL(fileURLWithPath: file))
        var damaged = sound
        for offset in stride(from: 4096 + 200, to: sound.count, by: 512) { damaged[offset] ^= 0x5a }
        try damaged.write(to: URL(fileURLWithPath: file))
        #expect(try findings().contains { $0.subject == "options/statistics.sqlite" })
        try sound.write(to: URL(fileURLWithPath: file))
        #expect(try OptionStatementReader(lake).changes()?.count == 2000)
    }
}

private final class Found: @unchecked Sendable {
    // `@unchecked Sendable`: verify calls one at a time, and is over when this is read.
    private(set) var all: [LakeFinding] = []

    func add(_ finding: LakeFinding) { all.append(finding) }
}
