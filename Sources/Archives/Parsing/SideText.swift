import MarketModel

/// Reads a taker side.
///
/// | text, in any case | taker column | buyer-is-maker column |
/// |---|---|---|
/// | `buy` `b` `bid` `long` `+1` | buy | refused |
/// | `sell` `s` `ask` `a` `short` `-1` | sell | refused |
/// | `true` `t` `1` | buy | sell |
/// | `false` `f` `0` | sell | buy |
/// | empty, `unknown`, `none`, `null`, `-` | unknown | unknown |
enum SideText {
    static func parse(_ bytes: UnsafeRawBufferPointer, _ meaning: SideMeaning) -> TakerSide? {
        guard bytes.count <= 7 else { return nil }
        var word: UInt64 = 0
        for byte in bytes {
            let isUpper = byte >= 65 && byte <= 90
            word = word << 8 | UInt64(isUpper ? byte | 0x20 : byte)
        }
        switch word {
        case yes, t, one: return meaning == .taker ? .buy : .sell
        case no, f, zero: return meaning == .taker ? .sell : .buy
        case 0, unknown, none, null, dash: return .unknown
        case buy, b, bid, long, plusOne: return meaning == .taker ? .buy : nil
        case sell, s, ask, a, short, minusOne: return meaning == .taker ? .sell : nil
        default: return nil
        }
    }

    private static func word(_ text: StaticString) -> UInt64 {
        text.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    private static let (yes, t, one) = (word("true"), word("t"), word("1"))
    private static let (no, f, zero) = (word("false"), word("f"), word("0"))
    private static let (unknown, none, null, dash) = (word("unknown"), word("none"), word("null"), word("-"))
    private static let (buy, b, bid, long, plusOne) = (word("buy"), word("b"), word("bid"), word("long"), word("+1"))
    private static let (sell, s, ask, a, short, minusOne) = (
        word("sell"), word("s"), word("ask"), word("a"), word("short"), word("-1")
    )
}
