import MarketModel
import Testing

@Test func `A week starts on Monday`() {
    #expect(Interval.w1.start(of: 0) == -3 * 86_400_000_000)
}
