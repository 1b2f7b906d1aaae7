/// Which side took liquidity, that is, who was the aggressor of a trade.
///
/// The raw value is the sign of the trade in every delta and CVD: `+1` buy, `-1` sell, `0` unknown. It is also what the tape stores.
@frozen
public enum TakerSide: Int8, Sendable, Hashable, CaseIterable {
    /// The aggressor hit the bid (Binance `m == true`).
    case sell = -1
    /// The venue does not say: counted in volume, never guessed into buy or sell.
    case unknown = 0
    /// The aggressor lifted the ask (Binance `m == false`).
    case buy = 1

    /// The side in words: `buy`, `sell` or `unknown`.
    public var name: String {
        switch self {
        case .buy: "buy"
        case .sell: "sell"
        case .unknown: "unknown"
        }
    }
}
