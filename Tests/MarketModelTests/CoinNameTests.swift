import MarketModel
import Testing

struct CoinNameTests {
    @Test(arguments: [
        ("BTC", "BTC", 1), ("xbt", "BTC", 1), ("1000PEPE", "PEPE", 1000), ("1000000MOG", "MOG", 1_000_000), ("10000LADYS", "LADYS", 10_000),
        ("SHIB1000", "SHIB", 1000), ("1MBABYDOGE", "BABYDOGE", 1_000_000), ("1INCH", "1INCH", 1), ("1000", "1000", 1), ("1M", "1M", 1),
        ("1MX", "1MX", 1), ("", "", 1), ("币安人生", "币安人生", 1), ("4", "4", 1), ("C98", "C98", 1), ("1000X", "X", 1000),
    ])
    func `Thousands and old names are brought to the coin`(text: String, name: String, multiple: Int64) {
        #expect(CoinName(text).name == name)
        #expect(CoinName(text).multiple == multiple)
    }
}
