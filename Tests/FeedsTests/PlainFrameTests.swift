import Feeds
import JSONReading
import MarketModel
import TestSupport
import Testing

/// The short way through a frame says what the general way says.
struct PlainFrameTests {
    /// Binance's adapter without its short way.
    private struct General: FeedAdapter {
        let feed = BinanceFeed(.spot)
        var venue: Venue { feed.venue }
        var urls: [String] { feed.urls }
        var limits: FeedLimits { feed.limits }
        func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { [] }
        func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { [] }
        func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame { feed.read(frame, into: &batch) }
    }

    private static let frames = [
        #"{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.00100000","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}"#,
        #"{"e":"aggTrade","E":1672515782136,"a":5933014,"s":"BTCUSDT","p":"0.001","q":"100","nq":"99.5","f":100,"l":100,"T":1672515782136,"m":false}"#,
        #"{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,"a":16599292,"s":"CTKUSDT","p":"1.01100","q":"10","f":23961322,"l":23961322,"T":1626992741421,"m":false}}"#,
        #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}"#,
        #"{"e":"trade","E":1680652800016,"T":1680652800009,"s":"BTCUSDT","t":27,"p":"28722.50","q":"0.002","X":"INSURANCE_FUND","m":true}"#,
        #"{"e":"trade","E":1680652800016,"T":1680652800009,"s":"BTCUSDT","t":27,"p":"28722.50","q":"0.002","X":"MARKET","b":7,"a":8,"m":true}"#,
    ]

    /// What stands in for a stretch of a frame.
    private static let pieces = [
        "", "\"", "\\", ":", ",", "{", "}", "0", "00", "-", ".", "1e3", "9", "123456789012345678901", "true", "false", "null", " ", "é",
        "\"s\":\"X\",", "\"x\":1,", "\"q\":\"0\",", "\"p\":0.5,", "\"data\":{}", "\"a\":\"7\",", "\"e\":\"trade\",", "\u{1}", "[]",
    ]

    @Test func `A frame of the usual form, whole, cut or spoilt anywhere, is what the general reader says`() {
        var random = Seeded.fresh()
        let (short, general) = (Read(BinanceFeed(.spot)), Read(General()))
        for round in 0..<60_000 {
            var bytes = Array(Self.frames[round % Self.frames.count].utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...3, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[start] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(start..<end)
                case 2: bytes.removeLast(bytes.count - max(1, start))
                default: bytes.replaceSubrange(start..<end, with: Array((Self.pieces.randomElement(using: &random) ?? "").utf8))
                }
                if bytes.isEmpty { bytes = [UInt8(ascii: "{")] }
            }
            let (a, b) = (bytes.withUnsafeBytes { short.parser.parse($0) }, bytes.withUnsafeBytes { general.parser.parse($0) })
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(a == b, "\(text)")
            #expect(short.parser.trades == general.parser.trades, "\(text)")
            guard a == b, short.parser.trades == general.parser.trades else { return }
        }
        #expect(short.parser.counts == general.parser.counts)
        #expect(short.parser.counts.trades > 10_000)
    }
}
