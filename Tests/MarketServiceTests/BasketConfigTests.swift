import Config
import MarketModel
import MarketService
import Testing

/// Baskets as a configuration declares them.
struct BasketConfigTests {
    /// Reads what stands in `baskets`.
    static func read(_ text: String) throws -> (baskets: Baskets, faults: [String]) {
        let root = try JSON5.read(text.utf8)
        var faults: [ConfigFault] = []
        let file = ConfigSection(root, of: "the configuration", settings: ["baskets"], noting: &faults)
        let baskets = Baskets(file.members("baskets", noting: &faults) ?? [], noting: &faults)
        return (baskets, faults.sorted { $0.position < $1.position }.map { $0.line(in: "f.json5") })
    }

    @Test func `Baskets are read in their order, and written as they can be read again`() throws {
        let (baskets, faults) = try Self.read(
            """
            { baskets: {
              'pepe-all': ['binance-futures:1000PEPEUSDT', 'okx-perps:PEPE-USDT-SWAP'],
              'majors': ['binance-spot:BTCUSDT', 'binance-coin-futures:ETHUSD_PERP', 'deribit:BTC-PERPETUAL', 'hyperliquid-perps:BTC'],
            } }
            """)
        #expect(faults.isEmpty)
        #expect(baskets.all.map(\.name) == ["pepe-all", "majors"])
        #expect(baskets.all.map(\.base) == ["PEPE", nil])
        #expect(baskets.all[1].members.map(\.instrument.kind.rawValue) == ["spot", "inverse", "inverse", "linear"])
        #expect(baskets.all[1].names(0b1010) == ["binance-coin-futures:ETHUSD_PERP", "hyperliquid-perps:BTC"])
        #expect(try Self.read("{\n\(baskets.section)}").baskets == baskets)
        #expect(Baskets().section.isEmpty)
    }

    @Test func `Each fault is told with its line and column`() throws {
        let (_, faults) = try Self.read(
            """
            { baskets: {
              'Btc': ['binance-spot:BTCUSDT'],
              'btc': ['binance-spot:BTCEUR', 'binance-spt:BTCUSDT', 'BTCUSDT', 7],
              'btc': [],
              'options': ['okx-options:BTC-USD-260327-60000-C', 'deribit:BTC-27MAR26'],
              'twice': ['binance-spot:BTCUSDT', "binance-spot:BTCUSDT"],
              'none': 'binance-spot:BTCUSDT',
              'spaced': ['binance-spot:BTC USDT'],
            } }
            """)
        #expect(
            faults == [
                "f.json5:2:3: 'Btc' is no name of a basket: that is 1 to 40 small letters, digits and hyphens",
                "f.json5:3:11: 'binance-spot:BTCEUR' is priced in 'EUR', and baskets are in dollars",
                "f.json5:3:34: 'binance-spt:BTCUSDT' is of no venue that is known. Did you mean 'binance-spot'?",
                "f.json5:3:57: 'BTCUSDT' names no instrument: write it like 'binance-futures:BTCUSDT'",
                "f.json5:3:68: an instrument is a text like 'binance-futures:BTCUSDT', not 7",
                "f.json5:4:3: there is a basket 'btc' already, in line 3",
                "f.json5:4:10: a basket is a list of 1 to 64 instruments in brackets, not 0 of them",
                "f.json5:5:15: 'okx-options:BTC-USD-260327-60000-C' is an option, and baskets are of spot and contracts",
                "f.json5:5:53: 'deribit:BTC-27MAR26' cannot be added up: what it is priced in is not known",
                "f.json5:6:37: 'binance-spot:BTCUSDT' is in the basket already",
                "f.json5:7:11: a basket is a list of 1 to 64 instruments in brackets, not 'binance-spot:BTCUSDT'",
                "f.json5:8:14: 'binance-spot:BTC USDT' names no instrument: write it like 'binance-futures:BTCUSDT'",
            ])
    }

    @Test func `A basket has 64 members at most, and a configuration 256 baskets`() throws {
        func members(_ count: Int) -> String { (0..<count).map { "'binance-spot:C\($0)USDT'" }.joined(separator: ",") }
        func baskets(_ count: Int) -> String { (0..<count).map { "b\($0): ['binance-spot:BTCUSDT']" }.joined(separator: ",") }
        #expect(try Self.read("{baskets:{a:[\(members(64))]}}").faults.isEmpty)
        #expect(
            try Self.read("{baskets:{a:[\(members(65))]}}").faults == [
                "f.json5:1:13: a basket is a list of 1 to 64 instruments in brackets, not 65 of them"
            ])
        #expect(try Self.read("{baskets:{\(baskets(256))}}").baskets.all.count == 256)
        #expect(try Self.read("{baskets:{\(baskets(257))}}").faults.first?.contains("there are more than 256 baskets") == true)
        #expect(try Self.read("{baskets:[]}").faults == ["f.json5:1:10: 'baskets' is an object in braces, not a list"])
    }
}
