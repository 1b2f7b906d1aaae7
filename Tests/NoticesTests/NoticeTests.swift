import Notices
import Testing

/// Notices: constant messages, fields, and what a flood of them comes to.
struct NoticeTests {
    private struct Broken: Error, CustomStringConvertible { let description = "it broke" }

    @Test func `A message is the same whatever its fields hold`() {
        func notice(_ symbol: String, _ count: Int) -> Notice { "\(.count, count) trades of \(.symbol, symbol) were dropped" }
        #expect(notice("BTCUSDT", 3).message == "{count} trades of {symbol} were dropped")
        #expect(notice("BTCUSDT", 3).message == notice("ETHUSDT", 4).message)
        #expect(notice("BTCUSDT", 3).text == "3 trades of BTCUSDT were dropped")
        #expect(notice("BTCUSDT", 3).fields.map(\.name) == [.count, .symbol])
        #expect(notice("BTCUSDT", 3).fields.map(\.value) == [.number(3), .text("BTCUSDT")])
    }

    @Test func `A literal is a warning, and what a notice is of comes first`() {
        let notice: Notice = "it cannot be kept: \(Broken())"
        #expect(notice.level == .warning)
        let ofVenue = Notice.error(notice).of(.venue, "okx-spot")
        #expect(ofVenue.level == .error)
        #expect(ofVenue.message == "{venue}: it cannot be kept: {reason}")
        #expect(ofVenue.text == "okx-spot: it cannot be kept: it broke")
        #expect(Notice.debug("x").level < Notice.info("x").level && Notice.info("x").level < .warning && Notice.Level.warning < .error)
    }

    @Test func `Of a flood so many are told, the others counted and told with the next`() {
        var throttle = NoticeThrottle(most: 3, seconds: 10)
        let second: Int64 = 1_000_000_000
        #expect((0..<10).map { throttle.admit("a", at: $0 * second / 2) } == [0, 0, 0, nil, nil, nil, nil, nil, nil, nil])
        #expect(throttle.admit("b", at: 5 * second) == 0)
        #expect(throttle.settle(at: 6 * second).isEmpty)
        #expect(throttle.admit("a", at: 10 * second) == 7)
        #expect(throttle.admit("a", at: 11 * second) == 0)
    }

    @Test func `What was left out is told once its time is over, though no other comes`() {
        var throttle = NoticeThrottle(most: 1, seconds: 1)
        for _ in 0..<5 { _ = throttle.admit("a", at: 0) }
        let left = throttle.settle(at: 1_000_000_000)
        #expect(left.map(\.message) == ["a"] && left.map(\.count) == [4])
        #expect(throttle.settle(at: 9_000_000_000).isEmpty)
    }
}
