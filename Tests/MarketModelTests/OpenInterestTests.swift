import MarketModel
import TestSupport
import Testing

@Suite struct OpenInterestTests {
    private func number(_ text: String) throws -> FixedPoint { try FixedPoint(text: text) }

    @Test(arguments: [
        ("10659.509", "87046.1", 2, "927868686.36"), ("0.5", "0.5", 1, "0.3"), ("-0.5", "0.5", 1, "-0.3"), ("0", "12", 8, "0"),
        ("123456789.12345678", "987654321.5", 8, "121932631296296286"), ("1e-18", "1e-18", 18, "0"),
        ("999999999999999999", "1", 18, "999999999999999999"),
    ])
    func `Products are rounded half away from zero, to as many decimals as 18 digits hold`(
        a: String, b: String, decimals: Int, product: String
    ) throws {
        #expect(try number(a).times(number(b), decimals: decimals)?.description == product)
        #expect(try number(b).times(number(a), decimals: decimals)?.description == product)
    }

    @Test(arguments: [
        ("100", "3", 4, "33.3333"), ("200", "3", 4, "66.6667"), ("-200", "3", 0, "-67"), ("200", "-3", 0, "-67"),
        ("1", "8", 2, "0.13"), ("5000000", "87314.25", 8, "57.26442133"), ("1e-18", "1e17", 8, "0"), ("1e17", "0.01", 8, nil),
        ("1", "0", 8, nil), ("12345678901234567", "0.1", 8, "123456789012345670"),
    ])
    func `Quotients are rounded half away from zero, to as many decimals as 18 digits hold`(
        a: String, b: String, decimals: Int, quotient: String?
    ) throws {
        #expect(try number(a).over(number(b), decimals: decimals)?.description == quotient)
    }

    @Test func `Products and quotients of random numbers agree with whole numbers`() {
        var random = Seeded.fresh()
        for _ in 0..<5000 {
            let a = FixedPoint(
                mantissa: Int64.random(in: -1_000_000_000...1_000_000_000, using: &random), scale: Int.random(in: 0...6, using: &random))
            let b = FixedPoint(mantissa: Int64.random(in: 1...1_000_000_000, using: &random), scale: Int.random(in: 0...6, using: &random))
            let exact = Int128(a.mantissa) * Int128(b.mantissa)
            let product = a.times(b, decimals: 18)
            let scaled: Int128? = product?.rescaled(to: a.scale + b.scale).map { Int128($0) }
            #expect(scaled == exact)
            // A product divided by one of its factors gives the other.
            #expect(product?.over(b, decimals: 12) == a.normalized)
        }
    }

    @Test func `Open interest in base coins and in USD follow from each other and the price`() throws {
        let linear = try #require(OpenInterest(quantity: number("10659.509"), price: number("87046.1")))
        #expect(linear.usd.description == "927868686.3649")
        let inverse = try #require(OpenInterest(usd: number("123456700"), price: number("87314.25")))
        #expect(inverse.quantity.description == "1413.93529693")
        for (quantity, price) in [("-1", "2"), ("1", "0"), ("1", "-5"), ("1e17", "1e17")] {
            #expect(try OpenInterest(quantity: number(quantity), price: number(price)) == nil)
            #expect(try quantity == "1e17" || OpenInterest(usd: number(quantity), price: number(price)) == nil)
        }
    }

    @Test func `Currencies that stand for a dollar, or are cash, are stablecoin margin, all others coin margin`() {
        #expect(["USDT", "usdc", "USD", "EUR"].map { MarginKind(settlement: $0) } == [.stable, .stable, .stable, .stable])
        #expect(["BTC", "XBT", "ETH", "SOL", ""].map { MarginKind(settlement: $0) } == [.coin, .coin, .coin, .coin, .coin])
    }
}
