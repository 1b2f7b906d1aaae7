import Archives
import MarketModel
import TestSupport
import Testing

/// Dumps of OKX's option chains, written from the documented columns; there is no recording.
@Suite struct OptionDumpTests {
    private let header = "instrument_name,trade_id,side,price,size,created_time"

    private func read(
        _ text: String, family: String = "okx:BTC-USD", sizes: OptionSizes = .known
    ) throws -> (trades: [OptionTrade], report: OptionDumpReport) {
        let folder = try Folder()
        let path = try folder.file("chain.csv", text)
        var trades: [OptionTrade] = []
        let report = try OptionDump(path: path).read(try #require(OptionFamily(family)), sizes: sizes) { trades.append($0) }
        return (trades, report)
    }

    @Test func `Rows of all strikes are read with the contract size of their time`() throws {
        let (trades, report) = try read(
            """
            \(header),source
            BTC-USD-230224-18000-C,38,sell,0.045,2,1672286551080,0
            BTC-USD-220624-20000-P,7,buy,0.0105,3,1652400000000,0
            "BTC-USD-230224-18000-C", 40 ,BUY,0.0450,1,1672286552080,1
            ETH-USD-230224-1800-C,40,buy,0.0450,1,1672286552080,0

            """)
        #expect(
            trades.map { "\($0.contract.symbol) \($0.id) \($0.side) \($0.price) \($0.quantity) \($0.time) \($0.source)" } == [
                "BTC-USD-230224-18000-C 38 sell 0.045 0.02 1672286551080000 dump",
                "BTC-USD-220624-20000-P 7 buy 0.0105 0.3 1652400000000000 dump",
                "BTC-USD-230224-18000-C 40 buy 0.045 0.01 1672286552080000 dump",
            ])
        #expect(trades.allSatisfy { $0.received == nil && $0.index == nil && !$0.isBlock })
        #expect(report.trades == 3 && report.contracts == 2 && report.missing == 1 && report.otherFamilies == 1 && report.rejected.isEmpty)
        #expect(report.times == 1_652_400_000_000_000...1_672_286_552_080_000)
    }

    @Test func `Headers of old and files that were joined are read, too`() throws {
        let row = "BTC-USD-230224-18000-C,38,sell,0.045,2,1672286551080"
        let old = "instrument_name/合约名,trade_id/撮合ID,side/交易方向,price/价格,size/数量,created_time/成交时间"
        #expect(try read("\(old)\r\n\(row)\r\n").trades.count == 1)
        #expect(try read("\(header)\n\(row)\n\(header)\n\(row)").report.rejected.isEmpty)
        #expect(try read("\(header)\n").trades.isEmpty)
    }

    @Test func `Rows that are no trades are counted with their reason and their line`() throws {
        let (trades, report) = try read(
            """
            \(header)
            BTC-USD-230224-18000-C,1,sell,0.045,2,1672286551080
            BTC-USD-SWAP,1,sell,0.045,2,1672286551080
            BTC-USD-230224-18000-C,x,sell,0.045,2,1672286551080
            BTC-USD-230224-18000-C,2,both,0.045,2,1672286551080
            BTC-USD-230224-18000-C,2,sell,0,2,1672286551080
            BTC-USD-230224-18000-C,2,sell,0.045,-2,1672286551080
            BTC-USD-230224-18000-C,2,sell,0.045,0.0000001,1672286551080
            BTC-USD-230224-18000-C,2,sell,0.045,2,then
            BTC-USD-230224-18000-C,2,sell
            BTC-USD-220624-20000-P,7,buy,0.0105,3,1653553800000
            """)
        #expect(trades.count == 1 && report.firstRejected == 3)
        #expect(
            report.rejected == [
                "no option that is known": 1, "a part that makes no sense": 3, "too few fields": 1,
                "a number that is not above zero or has too many digits": 3, "the contract size at that time is not known": 1,
            ])
    }

    @Test func `A family that is not in the table is read once its size is said, and something else is refused`() throws {
        let text = "\(header)\nSOL-USD-230630-20-C,1,buy,0.01,5,1686000000000\n"
        #expect(try read(text, family: "okx:SOL-USD").report.rejected == ["the contract size at that time is not known": 1])
        var sizes = OptionSizes.known
        let isTaken = sizes.add("okx:SOL-USD=1")
        #expect(isTaken)
        #expect(try read(text, family: "okx:SOL-USD", sizes: sizes).trades.map(\.quantity) == [FixedPoint(mantissa: 5)])
        #expect(throws: ArchiveError.self) { try read("time,price,qty\n1,2,3\n") }
        #expect(throws: ArchiveError.self) { try read("") }
    }
}
