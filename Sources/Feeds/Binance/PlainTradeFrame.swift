import JSONReading
import MarketModel

/// A trade frame as Binance writes it: one flat object, or one in a combined stream's wrapping, without spaces, escapes, or anything beyond
/// ASCII.
///
/// Nearly all that a recorder reads are such frames, and making a tree of one costs more than all that comes after. Whatever looks otherwise
/// in any way is left to the general reader, which would have said the same of what is read here.
struct PlainTradeFrame {
    private(set) var event = Self.none, symbol = Self.none, price = Self.none, quantity = Self.none, sort: Text?
    private(set) var time: Int64 = -1, aggregate: Int64 = -1, raw: Int64 = -1, first: Int64 = -1, last: Int64 = -1
    private(set) var isMaker: Bool?

    typealias Text = UnsafeRawBufferPointer
    private static var none: Text { Text(start: nil, count: 0) }

    /// Returns nil where the frame looks otherwise.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count >= 16 else { return nil }
        var at = base
        // One byte is left out: every step below looks at a byte after those that it has taken.
        let end = base + bytes.count - 1
        let isWrapped = bytes[2] == UInt8(ascii: "s") && bytes[3] == UInt8(ascii: "t")
        if isWrapped {
            guard Self.take("{\"stream\":\"", &at, end), Self.string(&at, end) != nil, Self.take(",\"data\":", &at, end) else { return nil }
        }
        guard Self.take("{", &at, end) else { return nil }
        repeat {
            guard takeMember(&at, end) else { return nil }
        } while Self.take(",", &at, end)
        if isWrapped, !Self.take("}", &at, end) { return nil }
        // The last byte ends the object.
        guard at == end, Self.byte(at) == UInt8(ascii: "}"), isMaker != nil else { return nil }
    }

    /// `"k":value`; false where it is none of the usual, or where nothing follows.
    @inline(__always)
    private mutating func takeMember(_ at: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Bool {
        guard end - at >= 5, Self.byte(at) == UInt8(ascii: "\"") else { return false }
        let key = Self.byte(at + 1)
        if Self.byte(at + 2) != UInt8(ascii: "\"") {
            // The quantity without what the venue itself took part in: of no use here.
            return Self.take("\"nq\":\"", &at, end) && Self.string(&at, end) != nil
        }
        guard Self.byte(at + 3) == UInt8(ascii: ":") else { return false }
        at += 4
        switch Self.byte(at) {
        case UInt8(ascii: "\""):
            at += 1
            guard let text = Self.string(&at, end) else { return false }
            switch key {
            case UInt8(ascii: "e"): event = text
            case UInt8(ascii: "s"): symbol = text
            case UInt8(ascii: "p"): price = text
            case UInt8(ascii: "q"): quantity = text
            case UInt8(ascii: "X"): sort = text
            default: return false
            }
        case UInt8(ascii: "t"):
            guard key == UInt8(ascii: "m") || key == UInt8(ascii: "M"), Self.take("true", &at, end) else { return false }
            if key == UInt8(ascii: "m") { isMaker = true }
        case UInt8(ascii: "f"):
            guard key == UInt8(ascii: "m") || key == UInt8(ascii: "M"), Self.take("false", &at, end) else { return false }
            if key == UInt8(ascii: "m") { isMaker = false }
        default:
            guard let number = Self.integer(&at, end) else { return false }
            switch key {
            case UInt8(ascii: "E"), UInt8(ascii: "b"): break
            case UInt8(ascii: "T"): time = number
            case UInt8(ascii: "a"): aggregate = number
            case UInt8(ascii: "f"): first = number
            case UInt8(ascii: "l"): last = number
            case UInt8(ascii: "t"): raw = number
            default: return false
            }
        }
        return true
    }

    // Each of these leaves `at` at `end` at most, and `end` may be read.

    @inline(__always)
    private static func byte(_ at: UnsafeRawPointer) -> UInt8 { at.load(as: UInt8.self) }

    @inline(__always)
    private static func take(_ text: StaticString, _ at: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - at >= count else { return false }
        for index in 0..<count where byte(at + index) != text.utf8Start[index] { return false }
        at += count
        return true
    }

    /// What stands before the next quotation mark, after which `at` is left.
    @inline(__always)
    private static func string(_ at: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Text? {
        let start = at
        while at < end {
            let letter = byte(at)
            if letter == UInt8(ascii: "\"") {
                at += 1
                return Text(start: start, count: at - start - 1)
            }
            guard letter >= 32, letter < 127, letter != UInt8(ascii: "\\") else { return nil }
            at += 1
        }
        return nil
    }

    /// Up to 18 digits without a leading zero.
    @inline(__always)
    private static func integer(_ at: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int64? {
        let start = at
        var value: Int64 = 0
        while at < end, case let digit = byte(at) &- 48, digit <= 9 {
            value = value &* 10 &+ Int64(digit)
            at += 1
        }
        let count = at - start
        return count == 1 || (2...18).contains(count) && byte(start) != UInt8(ascii: "0") ? value : nil
    }
}

extension BinanceFeed {
    /// Reads a trade frame of the usual form without making a tree of it.
    @inline(__always)
    public func read(plain bytes: UnsafeRawBufferPointer, into batch: inout TradeBatch) -> Frame? {
        guard let frame = PlainTradeFrame(bytes), let isMaker = frame.isMaker, (1...64).contains(frame.symbol.count),
            let time = TradeBatch.microseconds(frame.time), let price = DecimalBytes.decimal(frame.price),
            let quantity = DecimalBytes.decimal(frame.quantity)
        else { return nil }
        let side = isMaker ? TakerSide.sell : .buy
        if frame.event.equals("aggTrade") {
            guard frame.aggregate >= 0, frame.first >= 0, frame.last >= 0 else { return nil }
            batch.append(
                named: batch.name(frame.symbol), id: TradeID(frame.aggregate), time: time, price: price, quantity: quantity, side: side,
                fills: frame.last - frame.first + 1)
            return .trades
        }
        guard frame.event.equals("trade"), frame.raw >= 0 else { return nil }
        batch.append(
            named: batch.name(frame.symbol), id: TradeID(frame.raw), time: time, price: price, quantity: quantity, side: side,
            idSpace: .raw, isTrade: BinanceFeed.isTrade(frame.sort))
        return .trades
    }

    /// Futures say what sort of print it is: those of the insurance fund and of auto-deleveraging are off the book.
    static func isTrade(_ sort: UnsafeRawBufferPointer?) -> Bool {
        sort.map { $0.equals("MARKET") || $0.equals("RPI") } ?? true
    }
}
