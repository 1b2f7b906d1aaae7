import MarketModel
import Testing

struct ExactRoundingTests {
    @Test(
        arguments: [
            (5, 1, 1, 0, 1), (-5, 1, 1, 0, -1), (4, 1, 1, 0, 0), (15, 1, 1, 0, 2), (25, 1, 1, 0, 3), (-25, 1, 1, 0, -3),
            (12345, 1, 3, 2, 1235),
            (3_798_445, 3_866_305, 0, 4, 9824), (1_890_386_041_994, 1, 7, 2, 18_903_860), (1, 3, 0, 4, 3333), (2, 3, 0, 4, 6667),
            (7, 1, 0, 2, 700),
            (0, 9, 0, 4, 0),
        ] as [(Int128, Int128, Int, Int, Int128)])
    func `Rounds to the nearest, ties away from zero`(top: Int128, bottom: Int128, exponent: Int, places: Int, result: Int128) {
        #expect(ExactRounding.nearest(top, over: bottom, tenTo: exponent, places: places) == result)
    }

    @Test func `Wide operands are exact, and what does not fit is nil`() {
        #expect(ExactRounding.nearest(.max, tenTo: 38, places: 0) == 2)
        #expect(ExactRounding.nearest(.min, tenTo: 37, places: 0) == -17)
        #expect(ExactRounding.nearest(.max, places: 1) == nil)
        #expect(ExactRounding.nearest(.max, over: .max, places: 0) == 1)
    }
}
