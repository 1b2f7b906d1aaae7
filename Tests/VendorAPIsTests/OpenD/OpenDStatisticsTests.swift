import Foundation
import MarketModel
import MarketService
import TestSupport
import Testing
import Transport
import VendorAPIs

/// 3301 and 3302 on statistics that a test gives.
@Suite struct OpenDStatisticsTests {
    /// The vendor's example: ten days of June 2026.
    private static let june: [(String, Int64, Int64)] = [
        ("2026-06-12", 45_658_870, 28_723_978), ("2026-06-11", 38_303_062, 30_520_043), ("2026-06-10", 35_371_830, 30_180_004),
        ("2026-06-09", 42_880_655, 36_646_152), ("2026-06-08", 35_442_266, 25_811_533), ("2026-06-05", 52_362_998, 44_023_321),
        ("2026-06-04", 38_082_169, 24_572_137), ("2026-06-03", 36_858_233, 23_035_404), ("2026-06-02", 36_822_706, 21_026_201),
        ("2026-06-01", 42_932_185, 24_084_036),
    ]

    private struct Row: Equatable {
        var day: String
        var timestamp: Double
        var calls: Int64
        var puts: Int64
        var total: Int64
        var ratio: Double?
    }

    /// The rows of an answer; ``ProtobufMessage`` keeps one of equals, so they are taken from the answer's bytes one after another.
    private func rows(_ frame: OpenDFrame, field: UInt8 = 0x1a) throws -> (rows: [Row], key: [UInt8]?) {
        let content = try #require(ProtobufMessage(frame.body)?.bytes(4))
        var rest = content
        var rows: [Row] = []
        func length() throws -> Int {
            var value = 0
            for place in 0..<5 {
                let next = rest.popFirst()
                let byte = try #require(next)
                value |= Int(byte & 0x7f) << (7 * place)
                if byte < 0x80 { break }
            }
            return value
        }
        while let tag = rest.popFirst() {
            guard tag & 7 == 2 else {
                _ = try length()
                continue
            }
            let count = try length()
            let bytes = rest.prefix(count)
            rest = rest.dropFirst(count)
            guard tag == field, let row = ProtobufMessage(bytes) else { continue }
            rows.append(
                Row(
                    day: try #require(row.text(1)), timestamp: try #require(row.double(2)), calls: try #require(row.integer(3)),
                    puts: try #require(row.integer(4)), total: try #require(row.integer(5)), ratio: row.double(6)))
        }
        return (rows, ProtobufMessage(content)?.bytes(4).map { Array($0) })
    }

    private func statistic(
        _ day: CivilDate, _ calls: Int64, _ puts: Int64, _ market: OptionStatisticMarket = .usSecurities, _ measure: OptionMeasure = .volume
    )
        throws -> OptionStatistic
    {
        OptionStatistic(
            market: market, day: day, measure: measure, count: try #require(PutCallCount(calls: calls, puts: puts)), source: "test")
    }

    private func juneTable() throws -> OptionStatisticTable {
        OptionStatisticTable(try Self.june.map { try statistic(try #require(CivilDate($0.0)), $0.1, $0.2) })
    }

    /// Asks 3301 and returns the frame of the answer.
    private func ask(_ peer: inout OpenDPeer, _ body: (inout ProtobufWriter) -> Void) throws -> OpenDFrame {
        var writer = ProtobufWriter()
        writer.message(1, body)
        return try #require(try peer.send(OpenDPeer.frame(3301, writer.bytes)).first)
    }

    @Test func `The real client's question gets the vendor's ten rows, at midnights of New York`() throws {
        var peer = OpenDPeer(try juneTable())
        try peer.begin()
        let question = OpenDFrameTests.bytes(
            "0a2e080110001a13323032362d30362d30312030303a30303a30302213323032362d30362d31352030303a30303a3030")
        let frame = try #require(try peer.send(OpenDPeer.frame(3301, question)).first)
        let (rows, key) = try rows(frame)
        #expect(key == nil && rows.map(\.day) == Self.june.map(\.0))
        for (row, (_, calls, puts)) in zip(rows, Self.june) {
            #expect(row.calls == calls && row.puts == puts && row.total == calls + puts && row.ratio == Double(puts) / Double(calls))
        }
        #expect(rows.first?.timestamp == 1_781_236_800 && rows.last?.timestamp == 1_780_286_400)
        let content = try #require(ProtobufMessage(frame.body)?.bytes(4).flatMap { ProtobufMessage($0) })
        #expect(content.integer(1) == 1 && content.integer(2) == 0)
    }

    @Test func `Both dates count, with or without a time of day, and without dates it is the year up to today`() throws {
        var peer = OpenDPeer(try juneTable())
        try peer.begin()
        func days(_ begin: String, _ end: String) throws -> [String] { try rows(ask(&peer, OpenDPeer.volume(begin, end))).rows.map(\.day) }
        #expect(try days("2026-06-03", "2026-06-05 00:00:00") == ["2026-06-05", "2026-06-04", "2026-06-03"])
        #expect(try days("2026-06-05T23:59:59", "2026-06-05 00:00:00") == ["2026-06-05"])
        #expect(try days("2026-06-06", "2026-06-07") == [])
        // The peer's clock stands on 2026-06-16, a Tuesday.
        #expect(try days("", "").count == 10 && days("", "2026-06-02").count == 2 && days("2026-06-11", "").count == 2)
        peer.time.microseconds += 366 * 86_400_000_000
        #expect(try days("", "").isEmpty)
    }

    @Test func `What cannot be answered is refused with a word`() throws {
        var peer = OpenDPeer(try juneTable())
        try peer.begin()
        let good = ("2026-06-01", "2026-06-15")
        let questions = [
            OpenDPeer.volume(good.0, good.1, market: 0), OpenDPeer.volume(good.0, good.1, market: 5),
            OpenDPeer.volume(good.0, good.1, market: -1), OpenDPeer.volume(good.0, good.1, measure: 2),
            OpenDPeer.volume(good.0, good.1, measure: -1), OpenDPeer.volume(good.1, good.0), OpenDPeer.volume("2026-06-31", good.1),
            OpenDPeer.volume("yesterday", good.1), OpenDPeer.volume("2026-06-01x", good.1), OpenDPeer.volume("2026-6-1", good.1),
            OpenDPeer.volume(good.0, good.1, key: []), OpenDPeer.volume(good.0, good.1, key: Array("2026-05-31".utf8)),
            OpenDPeer.volume(good.0, good.1, key: Array("2026-06-16".utf8)), OpenDPeer.volume(good.0, good.1, key: [0xff, 0xfe]),
        ]
        for (number, question) in questions.enumerated() {
            let answer = try peer.ask(3301, question)
            #expect(answer.ret == -1 && answer.words?.isEmpty == false && answer.content == nil, "question \(number)")
        }
        #expect(try peer.send(OpenDPeer.frame(3301, [0x0a, 0x05])).count == 1)
    }

    @Test func `Years are walked back in pages of 365 days that give every row once`() throws {
        var random = Seeded.fresh()
        for _ in 0..<40 {
            let end = Int.random(in: 18_000...21_000, using: &random)
            let begin = end - Int.random(in: 0...2000, using: &random)
            // Days on most of which there are rows, with a hole of up to three years.
            let hole = Int.random(in: begin...end, using: &random)
            let gap = hole..<(hole + Int.random(in: 0...1100, using: &random))
            let days = (begin...end).filter { $0 % 7 < 5 && !gap.contains($0) }
            var peer = OpenDPeer(OptionStatisticTable(try days.map { try statistic(CivilDate(epochDay: $0), Int64($0), 1, .hkIndices) }))
            try peer.begin()
            let (first, last) = (CivilDate(epochDay: begin).description, CivilDate(epochDay: end).description)
            var (seen, key, pages): ([Int64], [UInt8]?, Int) = ([], nil, 0)
            repeat {
                let page = try rows(ask(&peer, OpenDPeer.volume(first, last, market: 4, key: key)))
                #expect(page.key?.isEmpty != true && (page.key == nil || page.key != key))
                if let newest = page.rows.first?.calls, let oldest = page.rows.last?.calls { #expect(newest - oldest < 365) }
                // Only the first page may have no rows.
                #expect(pages == 0 || !page.rows.isEmpty)
                seen += page.rows.map(\.calls)
                key = page.key
                pages += 1
            } while key != nil && pages < 20
            #expect(seen == days.reversed().map { Int64($0) })
            #expect(pages <= (end - begin) / 365 + 1)
        }
    }

    @Test func `Timestamps are midnights by the market's clock, in summer and in winter`() throws {
        let days = try ["2026-01-05", "2026-03-08", "2026-03-09", "2026-11-01", "2026-11-02"].map { try #require(CivilDate($0)) }
        let table = OptionStatisticTable(
            try days.flatMap { [try statistic($0, 1, 1, .usIndices), try statistic($0, 1, 1, .hkSecurities)] })
        var peer = OpenDPeer(table)
        try peer.begin()
        let us = try rows(ask(&peer, OpenDPeer.volume("2026-01-01", "2026-12-31", market: 2))).rows
        #expect(us.map { Int($0.timestamp) % 86_400 / 3600 } == [5, 4, 4, 5, 5])
        let hk = try rows(ask(&peer, OpenDPeer.volume("2026-01-01", "2026-12-31", market: 3))).rows
        #expect(hk.allSatisfy { Int($0.timestamp) % 86_400 == 16 * 3600 } && hk.count == 5)
        #expect(hk.first?.timestamp == Double(days[4].epochDay * 86_400 - 8 * 3600))
    }

    @Test func `Without calls there is no ratio, and open interest is kept apart from volume`() throws {
        let day = try #require(CivilDate("2026-06-12"))
        var peer = OpenDPeer(
            OptionStatisticTable([try statistic(day, 0, 7), try statistic(day, 4, 0, .usSecurities, .openInterest)]))
        try peer.begin()
        let volume = try rows(ask(&peer, OpenDPeer.volume("2026-06-12", "2026-06-12"))).rows
        #expect(volume == [Row(day: "2026-06-12", timestamp: 1_781_236_800, calls: 0, puts: 7, total: 7, ratio: nil)])
        let interest = try rows(ask(&peer, OpenDPeer.volume("2026-06-12", "2026-06-12", measure: 1))).rows
        #expect(interest == [Row(day: "2026-06-12", timestamp: 1_781_236_800, calls: 4, puts: 0, total: 4, ratio: 0)])
    }

    @Test func `Sixty first pages in half a minute are answered, and the next with the vendor's words`() throws {
        let days = try (0..<800).map { try statistic(CivilDate(epochDay: 20_000 + $0), 1, 1) }
        var peer = OpenDPeer(OptionStatisticTable(days))
        try peer.begin()
        let (first, last) = (CivilDate(epochDay: 20_000).description, CivilDate(epochDay: 20_799).description)
        let key = try #require(try rows(ask(&peer, OpenDPeer.volume(first, last))).key)
        for _ in 0..<59 { #expect(try peer.ask(3301, OpenDPeer.volume(first, last)).ret == 0) }
        // Further pages, refused questions and other protocols do not count.
        for _ in 0..<100 { #expect(try peer.ask(3301, OpenDPeer.volume(first, last, key: key)).ret == 0) }
        peer.time.nanoseconds += 29_999_999_999
        for _ in 0..<3 {
            let answer = try peer.ask(3301, OpenDPeer.volume(first, last))
            #expect(answer.ret == -1 && answer.words == "获取期权市场统计频率太高，请求失败，每30秒最多60次。")
        }
        #expect(try peer.ask(1004) { $0.integer(1, 1) }.ret == 0)
        peer.time.nanoseconds += 1
        #expect(try peer.ask(3301, OpenDPeer.volume(first, last)).ret == 0)
    }

    @Test func `In JSON all years come at once and never a key`() throws {
        let days = try (0..<1800).map { try statistic(CivilDate(epochDay: 19_000 + $0), Int64($0), 1) }
        var peer = OpenDPeer(OptionStatisticTable(days))
        try peer.begin()
        let (first, last) = (CivilDate(epochDay: 19_000).description, CivilDate(epochDay: 20_799).description)
        let question = #""optionMarket":1,"dataType":0,"beginTime":"\#(first) 00:00:00","endTime":"\#(last)""#
        let content = try #require(try peer.ask(3301, json: "{\"c2s\":{\(question)}}")["s2c"] as? [String: Any])
        #expect(content["nextPageKey"] == nil && content["optionMarket"] as? Int == 1)
        let rows = try #require(content["statisticList"] as? [[String: Any]])
        #expect(rows.count == 1800)
        let row = try #require(rows.first)
        #expect(row["callValue"] as? String == "1799" && row["time"] as? String == last)
        #expect(abs((row["ratio"] as? Double ?? 0) - 1.0 / 1799) < 1e-15)
        #expect(rows.last?["ratio"] == nil)
        let paged = try peer.ask(3301, json: "{\"c2s\":{\(question),\"nextPageKey\":\"MjAyNi0wMS0wMQ==\"}}")
        #expect(paged["retType"] as? Int == -1)
    }

    @Test func `The options on an underlying are told as those of a market are`() throws {
        let day = try #require(CivilDate("2026-06-12"))
        let row = UnderlyingOptionStatistic(
            day: day, volume: try #require(PutCallCount(calls: 10, puts: 5)), openInterest: PutCallCount(calls: 0, puts: 9),
            price: FixedPoint(mantissa: 6_300_050, scale: 2))
        let table = OptionStatisticTable([], underlyings: [OptionUnderlying(place: .crypto, code: "BTC"): [row]])
        var peer = OpenDPeer(table)
        try peer.begin()
        func ask(_ place: Int64, _ code: String) throws -> OpenDPeer.Answer {
            try peer.ask(3302) { writer in
                writer.message(1) { owner in
                    owner.integer(1, place)
                    owner.bytes(2, code.utf8)
                }
                writer.bytes(3, "2026-06-01".utf8)
                writer.bytes(4, "2026-06-30".utf8)
            }
        }
        let content = try #require(try ask(91, "BTC").content)
        let owner = try #require(content.bytes(1).flatMap { ProtobufMessage($0) })
        #expect(owner.integer(1) == 91 && owner.text(2) == "BTC" && content.text(2) == "BTC" && content.bytes(5) == nil)
        let told = try #require(content.bytes(4).flatMap { ProtobufMessage($0) })
        #expect(told.text(1) == "2026-06-12" && told.double(2) == Double(day.epochDay * 86_400))
        #expect(told.integer(3) == 15 && told.integer(4) == 10 && told.integer(5) == 5 && told.double(6) == 0.5)
        #expect(told.integer(7) == 9 && told.integer(8) == 0 && told.integer(9) == 9 && told.double(10) == nil)
        #expect(told.double(11) == 63_000.5)
        for (place, code) in [(91, "ETH"), (11, "BTC"), (7, "BTC"), (91, "")] as [(Int64, String)] {
            #expect(try ask(place, code).ret == -1, "\(place) \(code)")
        }
    }
}
