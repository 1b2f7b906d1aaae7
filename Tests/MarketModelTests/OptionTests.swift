import MarketModel
import TestSupport
import Testing

private func decimal(_ text: String) -> FixedPoint { (try? FixedPoint(text: text)) ?? FixedPoint(mantissa: .min) }

@Suite struct OptionTests {
    @Test func `Symbols of both venues say what they are`() throws {
        func text(_ venue: Venue, _ symbol: String) -> String? {
            OptionContract(venue: venue, symbol: symbol).map {
                "\($0.family) \($0.coin)/\($0.quote) in \($0.settlement) \($0.type) \($0.strike) \($0.expiry)"
            }
        }
        #expect(text(.okxOptions, "BTC-USD-230224-18000-C") == "okx-options BTC-USD BTC/USD in BTC call 18000 2023-02-24")
        #expect(text(.okxOptions, "BTC-USD-20220114-13250-P") == "okx-options BTC-USD BTC/USD in BTC put 13250 2022-01-14")
        #expect(text(.okxOptions, "BTC-USD_UM-260327-100000-C") == "okx-options BTC-USD_UM BTC/USD in USD call 100000 2026-03-27")
        #expect(text(.deribitOptions, "BTC-27MAR26-100000-C") == "deribit-options BTC BTC/USD in BTC call 100000 2026-03-27")
        #expect(text(.deribitOptions, "SOL_USDC-3APR26-150d5-P") == "deribit-options USDC SOL/USDC in USDC put 150.5 2026-04-03")
        for symbol in [
            "", "BTC-USD-SWAP", "BTC-USD-230224", "BTC-USD-230231-18000-C", "BTC-USD-230224-0-C", "BTC-USD-230224-18000-X",
            "-USD-230224-1-C",
        ] {
            #expect(text(.okxOptions, symbol) == nil, "\(symbol)")
        }
        for symbol in [
            "BTC-PERPETUAL", "BTC-CS-27MAR26-100000_110000", "BTC-FS-27MAR26_PERP", "BTC-27MAR26", "BTC-32MAR26-100000-C",
            "BTC-27MAX26-100000-C", "BTC_-27MAR26-1-C", "BTC-27MAR26--5-C",
        ] {
            #expect(text(.deribitOptions, symbol) == nil, "\(symbol)")
        }
        let contract = try #require(OptionContract(venue: .deribitOptions, symbol: "BTC-27MAR26-100000-C"))
        #expect(Timestamp.iso8601(contract.expires) == "2026-03-27T08:00:00.000Z" && contract.isInverse)
        #expect(OptionContract.deribitDate(contract.expiry) == "27MAR26")
    }

    @Test func `Families are named on the command line by venue and name`() {
        #expect(OptionFamily("okx:BTC-USD")?.description == "okx-options BTC-USD")
        #expect(OptionFamily("deribit-options:ETH")?.description == "deribit-options ETH")
        for text in ["", "okx", "okx:", "okx:btc", "kraken:BTC", "okx:BTC-USD:x", "okx:-BTC", "okx:../x"] {
            #expect(OptionFamily(text) == nil)
        }
    }

    @Test func `Contract sizes are those of their time, and not known in the hour in which they changed`() throws {
        var sizes = OptionSizes.known
        let family = try #require(OptionFamily("okx:BTC-USD"))
        func size(_ time: String, _ family: OptionFamily? = nil) -> String? {
            Timestamp.parse(time).flatMap { sizes.size(of: family ?? OptionFamily("okx:BTC-USD")!, at: $0)?.description }
        }
        #expect(size("2022-05-13") == "0.1" && size("2022-05-26T07:59:59.999Z") == "0.1")
        #expect(size("2022-05-26T08:00:00Z") == nil && size("2022-05-26T08:59:59.999Z") == nil)
        #expect(size("2022-05-26T09:00:00Z") == "0.01" && size("2026-01-01") == "0.01")
        let solana = try #require(OptionFamily("okx:SOL-USD"))
        #expect(size("2024-01-01", solana) == nil)
        for text in ["okx:SOL-USD", "okx:SOL-USD=0", "okx:SOL-USD=-1", "okx:SOL-USD=x", "okx:SOL-USD@then=1", "x:SOL-USD=1"] {
            let isTaken = sizes.add(text)
            #expect(!isTaken, "\(text)")
        }
        let areTaken = [sizes.add("okx:SOL-USD@2023-06-01=1"), sizes.add("okx:BTC-USD@2022-05-26T08:00:00Z=0.01")]
        #expect(areTaken == [true, true])
        #expect(size("2023-05-31T23:59:59Z", solana) == nil && size("2023-06-01", solana) == "1")
        #expect(size("2022-05-26T08:30:00Z") == "0.01" && size("2022-05-26T07:30:00Z") == "0.1")
        #expect(sizes.size(of: family, at: .max)?.description == "0.01")
        #expect(sizes.size(of: try #require(OptionFamily("deribit:BTC")), at: 0)?.description == "1")
    }

    private func trade(
        _ id: String = "1", source: OptionSource = .webSocket, price: String = "0.045", index: String? = nil, received: Int64? = nil,
        block: String = ""
    ) -> OptionTrade? {
        OptionContract(venue: .okxOptions, symbol: "BTC-USD-230224-18000-C").flatMap {
            OptionTrade(
                contract: $0, id: id, time: 1_672_286_551_080_000, received: received, side: .sell, price: decimal(price),
                contracts: decimal("2"), quantity: decimal("0.02"), index: index.map { decimal($0) }, isBlock: !block.isEmpty, block: block,
                source: source)
        }
    }

    @Test func `Premium is the exact product, and numbers that cannot be kept are refused`() throws {
        let premium = try #require(trade()).premium
        // 0.0009 in units of 10^-20
        #expect(premium == 90_000_000_000_000_000 && trade()?.units == 2_000_000)
        #expect(trade(price: "0") == nil && trade(price: "-1") == nil && trade(price: "0.0000000000001") == nil && trade("") == nil)
        #expect(try #require(trade(index: "16537.123456785")).index == decimal("16537.12345679"))
    }

    @Test func `However rows of one trade are put together, the same comes out, and the better source wins`() throws {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            let rows = (0..<Int.random(in: 2...6, using: &random)).compactMap { _ -> OptionTrade? in
                let source = OptionSource.allCases.randomElement(using: &random) ?? .rest
                return trade(
                    source: source, price: ["0.045", "0.046", "0.05"].randomElement(using: &random) ?? "1",
                    index: source == .dump ? nil : [nil, "16537.2", "16538"].randomElement(using: &random) ?? nil,
                    received: source == .dump ? nil : Int64.random(in: 1...9, using: &random),
                    block: ["", "77", "78"].randomElement(using: &random) ?? "")
            }
            let first = try #require(rows.first)
            let forward = rows.dropFirst().reduce(first) { $0.merged($1) }
            let shuffled = rows.shuffled(using: &random)
            let other = shuffled.dropFirst().reduce(shuffled[0]) { $0.merged($1) }
            let nested = shuffled.dropLast().reversed().reduce(shuffled[shuffled.count - 1]) { $1.merged($0) }
            #expect(forward == other && other == nested && forward.merged(first) == forward)
            #expect(forward.source == rows.map(\.source).max() && forward.received == rows.compactMap(\.received).min())
        }
        let dump = try #require(trade(source: .dump, price: "0.044"))
        let merged = try #require(trade(index: "16537.2", received: 5)).merged(dump)
        #expect(merged.price == decimal("0.044") && merged.index == decimal("16537.2") && merged.received == 5 && merged.source == .dump)
    }

    @Test func `Ids of legs without are the same in whatever order legs come, and differ with whatever makes the block`() {
        func leg(_ symbol: String, _ size: String = "1", _ side: TakerSide = .buy) -> OptionBlockLeg {
            OptionBlockLeg(symbol: symbol, side: side, price: decimal("0.01"), contracts: decimal(size))
        }
        let legs = [leg("A"), leg("B"), leg("A"), leg("C", "2.50")]
        let ids = OptionTradeKey.made(time: 1000, group: "g", legs: legs)
        #expect(Set(ids).count == 4 && ids.allSatisfy { $0.hasPrefix("made-") && $0.utf8.count <= 64 })
        let turned = OptionTradeKey.made(time: 1000, group: "g", legs: [leg("C", "2.5"), leg("A"), leg("B"), leg("A")])
        #expect(turned[0] == ids[3] && turned[2] == ids[1] && Set(turned) == Set(ids))
        let others = [
            OptionTradeKey.made(time: 1001, group: "g", legs: legs), OptionTradeKey.made(time: 1000, group: "h", legs: legs),
            OptionTradeKey.made(time: 1000, group: "g", legs: [leg("A"), leg("B"), leg("A"), leg("C", "2.5", .sell)]),
            OptionTradeKey.made(time: 1000, group: "g", legs: Array(legs.dropLast())),
        ]
        for other in others { #expect(Set(other).isDisjoint(with: ids)) }
    }
}
