import MarketModel
import OrderFlow
import Testing

@Suite struct FootprintTests {
    @Test(arguments: [
        (Int64(1), Int64(1)), (39_999, 1), (40_000, 2), (99_999, 2), (100_000, 5), (200_000, 10), (1_157_650, 50),
        (999_999_999_999_999_999, 20_000_000_000_000),
    ])
    func `A level is as high as one, two or five times a power of ten allows within half a basis point`(price: Int64, width: Int64) {
        #expect(Footprint.width(of: price) == width)
    }
}
