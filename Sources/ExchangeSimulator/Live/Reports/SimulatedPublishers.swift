public import Feeds
public import MarketModel
import Transport

/// What OCC, Cboe and Hong Kong Exchanges publish of a market of options that follows from a seed, as they publish it.
///
///     let publishers = SimulatedPublishers(seed: 7)
///     publishers.page(.occVolume, day, at: now)
///
/// A day's pages are there from its evening on. Every seventh day is corrected: until the evening after, its calls are a hundred fewer.
public struct SimulatedPublishers: Sendable {
    private let seed: UInt64

    /// Creates the publishers of a seed.
    public init(seed: UInt64) { self.seed = seed }

    /// How many contracts a market came to on a day, in the end.
    public func count(_ market: OptionStatisticMarket, _ measure: OptionMeasure, _ day: CivilDate) -> PutCallCount {
        let usual: (calls: Int64, puts: Int64) =
            switch market {
            case .usSecurities: (34_000_000, 25_000_000)
            case .usIndices: (2_400_000, 2_900_000)
            case .hkSecurities: (420_000, 310_000)
            case .hkIndices: (52_000, 61_000)
            }
        let parts = classes(market).indices.map { part(market, measure, day, $0, of: usual) }
        // Some millions each.
        return PutCallCount(calls: parts.reduce(0) { $0 + $1.calls }, puts: parts.reduce(0) { $0 + $1.puts }) ?? .zero
    }

    /// How many of them are of one class: a share of what is usual, more or less.
    private func part(
        _ market: OptionStatisticMarket, _ measure: OptionMeasure, _ day: CivilDate, _ place: Int, of usual: (calls: Int64, puts: Int64)
    ) -> PutCallCount {
        let number = OptionStatisticMarket.allCases.firstIndex(of: market) ?? 0
        var random = SeededRandom(
            seed: seed, stream: UInt64(day.epochDay) << 8 | UInt64(number * 32 + place * 2 + (measure == .volume ? 0 : 1)))
        let share = Int64(classes(market).count)
        let times: Int64 = measure == .volume ? 1 : 9
        func vary(_ value: Int64) -> Int64 { value / share * times * Int64(700 + random.next() % 700) / 1000 }
        return PutCallCount(calls: vary(usual.calls), puts: vary(usual.puts)) ?? .zero
    }

    private struct Listed {
        var code: String
        var name: String
    }

    private func classes(_ market: OptionStatisticMarket) -> [Listed] {
        switch market {
        case .usSecurities, .usIndices: [Listed(code: "", name: "")]
        case .hkSecurities:
            [
                Listed(code: "TCH", name: "TENCENT HOLDINGS (00700)"), Listed(code: "HKB", name: "HSBC HOLDINGS (00005)"),
                Listed(code: "ALB", name: "ALIBABA GROUP (09988)"),
            ]
        case .hkIndices: [Listed(code: "HSI", name: "HANG SENG INDEX"), Listed(code: "HTI", name: "HANG SENG TECH INDEX")]
        }
    }

    /// What a page says.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    /// - Returns: the bytes; nil where the publisher has no such page.
    public func page(_ page: OptionReportPage, _ day: CivilDate, at now: Int64) -> [UInt8]? {
        let place: OptionUnderlying.Place =
            switch page {
            case .occVolume, .occInterest, .cboeDaily: .unitedStates
            case .hkexStocks, .hkexIndices, .hkexReport: .hongKong
            }
        let evening = place.clock.midnight(day) * 1_000_000 + 20 * 3_600_000_000
        let isOut = now >= evening && TradingDays.isTradingDay(day, of: place)
        let isCorrected = now >= evening + 23 * 3_600_000_000 || day.epochDay % 7 != 0
        switch page {
        // OCC answers whatever is asked, with empty lists where it has nothing.
        case .occVolume: return occVolume(isOut ? day : nil, isCorrected)
        case .occInterest: return occInterest(isOut ? day : CivilDate(epochDay: day.epochDay - 1), isCorrected)
        case .cboeDaily: return isOut ? cboeDaily(day, isCorrected) : nil
        case .hkexStocks: return isOut ? series(.hkSecurities, day, house: "SEOCH", isCorrected) : nil
        case .hkexIndices: return isOut ? series(.hkIndices, day, house: "HKCC", isCorrected) : nil
        case .hkexReport: return isOut ? report(day, isCorrected) : nil
        }
    }

    /// What is published of it for now.
    private func published(
        _ market: OptionStatisticMarket, _ measure: OptionMeasure, _ day: CivilDate, _ isCorrected: Bool
    ) -> PutCallCount {
        let count = count(market, measure, day)
        return isCorrected ? count : PutCallCount(calls: count.calls - 100, puts: count.puts) ?? count
    }

    // MARK: - OCC and Cboe

    private func occVolume(_ day: CivilDate?, _ isCorrected: Bool) -> [UInt8] {
        func rows(_ market: OptionStatisticMarket) -> WireValue {
            guard let day else { return .list([]) }
            let count = published(market, .volume, day, isCorrected)
            func row(_ exchange: String, _ calls: Int64, _ puts: Int64) -> WireValue {
                .object([
                    "exchange": .text(exchange), "calls": .number("\(calls)"), "puts": .number("\(puts)"),
                    "ratio": .text("1.00"), "volume": .number("\(calls + puts)"), "market_share": .text("50.00"),
                ])
            }
            return .list([
                row("AMEX", count.calls / 3, count.puts / 3),
                row("CBOE", count.calls - count.calls / 3, count.puts - count.puts / 3), row("Total", count.calls, count.puts),
            ])
        }
        return SimulatedPublishers.json(
            .object([
                "entity": .object([
                    "total_volume": .list([]), "equity_volume": rows(.usSecurities), "index_volume": rows(.usIndices),
                    "debt_volume": .list([]), "futures_volume": .list([]),
                ])
            ]))
    }

    private func occInterest(_ last: CivilDate, _ isCorrected: Bool) -> [UInt8] {
        let days = (0..<30).map { CivilDate(epochDay: last.epochDay - 29 + $0) }.filter { TradingDays.isTradingDay($0, of: .unitedStates) }
        let rows = days.map { day -> WireValue in
            let (equity, index) = (
                published(.usSecurities, .openInterest, day, isCorrected || day != last),
                published(.usIndices, .openInterest, day, isCorrected || day != last)
            )
            return .object([
                "activityDate": .number("\(ExchangeClock.newYork.midnight(day) * 1000)"), "equityCalls": .number("\(equity.calls)"),
                "equityPuts": .number("\(equity.puts)"), "equityTotal": .number("\(equity.total)"),
                "indexCalls": .number("\(index.calls)"), "indexPuts": .number("\(index.puts)"),
                "indexTotal": .number("\(index.total)"), "occTotal": .number("\(equity.total + index.total)"),
            ])
        }
        return SimulatedPublishers.json(.object(["entity": .object(["optionsOI": .list(rows)])]))
    }

    private func cboeDaily(_ day: CivilDate, _ isCorrected: Bool) -> [UInt8] {
        func category(_ count: (OptionMeasure) -> PutCallCount) -> WireValue {
            .list(
                OptionMeasure.allCases.map { measure in
                    let count = count(measure)
                    return .object([
                        "name": .text(measure == .volume ? "VOLUME" : "OPEN INTEREST"), "call": .number("\(count.calls)"),
                        "put": .number("\(count.puts)"), "total": .number("\(count.total)"),
                    ])
                })
        }
        // A fifth of the market is traded there, and a third of what is on indices.
        func share(_ market: OptionStatisticMarket, _ measure: OptionMeasure, _ parts: Int64) -> PutCallCount {
            let count = published(market, measure, day, isCorrected)
            return PutCallCount(calls: count.calls / parts, puts: count.puts / parts) ?? count
        }
        return SimulatedPublishers.json(
            .object([
                "ratios": .list([]),
                "SUM OF ALL PRODUCTS": category { measure in
                    let (shares, index) = (share(.usSecurities, measure, 5), share(.usIndices, measure, 3))
                    return PutCallCount(calls: shares.calls + index.calls, puts: shares.puts + index.puts) ?? index
                },
                "INDEX OPTIONS": category { share(.usIndices, $0, 3) },
            ]))
    }

    private static func json(_ value: WireValue) -> [UInt8] {
        var json = JSONWriter(capacity: 4096)
        value.write(to: &json)
        return json.buffer.withBytes { Array($0) }
    }

    // MARK: - Hong Kong

    /// A class' counts; what was not corrected yet lacks in the first class.
    private func counts(
        _ market: OptionStatisticMarket, _ measure: OptionMeasure, _ day: CivilDate, _ isCorrected: Bool
    ) -> [PutCallCount] {
        let usual: (calls: Int64, puts: Int64) = market == .hkSecurities ? (420_000, 310_000) : (52_000, 61_000)
        return classes(market).indices.map { place in
            let count = part(market, measure, day, place, of: usual)
            return place > 0 || isCorrected ? count : PutCallCount(calls: count.calls - 100, puts: count.puts) ?? count
        }
    }

    private func series(_ market: OptionStatisticMarket, _ day: CivilDate, house: String, _ isCorrected: Bool) -> [UInt8] {
        let digits = String(day.description.filter { $0 != "-" })
        var lines = ["\"H\",\"DTOP\",\"DCASS\",\"\(digits)\",\"\(digits)195046\",\"\(house)\",1"]
        let volumes = counts(market, .volume, day, isCorrected)
        let interests = counts(market, .openInterest, day, isCorrected)
        for (place, listed) in classes(market).enumerated() {
            // Two strikes a class.
            for (strike, first) in [(100, true), (200, false)] {
                func half(_ value: Int64) -> Int64 { first ? value / 2 : value - value / 2 }
                let (volume, open) = (volumes[place], interests[place])
                lines.append(
                    "\"01\",\"\(house == "SEOCH" ? "SOM" : "FUT")\",\"\(listed.name)\",\"\(listed.code)\",\"30\",\"JUL\",\"26\",\(strike).00,"
                        + "\(half(open.calls)),\(half(open.calls)),0,\(half(volume.calls)),1,12.40,-1.90,"
                        + "\(half(open.puts)),\(half(open.puts)),0,\(half(volume.puts)),1,9.82,-0.27")
            }
        }
        lines.append("\"T\",\(lines.count - 1),\"EOF\"")
        let text = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
        let packed = Deflate.block(text, last: true)
        let records = ZipRecords(
            name: Array("\(digits)_1_dtop_\(house == "SEOCH" ? "o_seoch" : "f_hkcc")_opt_dtl_all.raw".utf8), wide: false)
        let totals = MemberTotals(
            crc: Deflate.crc(text, from: 0), textSize: UInt64(text.count), compressedSize: UInt64(packed.count))
        return records.localHeader(totals) + packed + records.trailer(totals)
    }

    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    private func report(_ day: CivilDate, _ isCorrected: Bool) -> [UInt8] {
        let volumes = counts(.hkSecurities, .volume, day, isCorrected)
        let interests = counts(.hkSecurities, .openInterest, day, isCorrected)
        func figures(_ volume: PutCallCount, _ open: PutCallCount) -> String {
            [volume.total, volume.calls, volume.puts, open.total, open.calls, open.puts].map(String.init).joined(separator: " ")
        }
        func sum(_ counts: [PutCallCount]) -> PutCallCount {
            PutCallCount(calls: counts.reduce(0) { $0 + $1.calls }, puts: counts.reduce(0) { $0 + $1.puts }) ?? .zero
        }
        let name = SimulatedPublishers.months[day.month - 1]
        let dayText = day.day < 10 ? "0\(day.day)" : "\(day.day)"
        var lines = ["<html><body><pre>", "STOCK OPTIONS DAILY MARKET REPORT AS AT \(dayText) \(name) \(day.year)", ""]
        for (place, listed) in classes(.hkSecurities).enumerated() {
            lines.append("\(listed.code) \(listed.name) \(figures(volumes[place], interests[place])) 31")
        }
        lines += ["TOTAL \(figures(sum(volumes), sum(interests)))", "</pre></body></html>"]
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}
