import MarketModel
import Transport

/// How one frame differs from what the documents say, if it does.
struct FrameTwist: Sendable {
    /// A shape that nobody expects.
    var shape: Fault.Shape?
    /// Microseconds that event times are off by.
    var clock: Int64 = 0
    /// Bytes of a member that makes the frame too long.
    var padding = 0

    static let none = FrameTwist()

    /// What surrounds a price or quantity: quotes, unless numbers are sent instead.
    @inline(__always)
    func quote(_ buffer: inout ByteBuffer) {
        if shape != .number { buffer.append(UInt8(ascii: "\"")) }
    }

    /// Members that no document mentions.
    func surprise(_ buffer: inout ByteBuffer) {
        if padding > 0 {
            buffer.append(",\"pad\":\"" as StaticString)
            buffer.append([UInt8](repeating: UInt8(ascii: "x"), count: padding))
            buffer.append(UInt8(ascii: "\""))
        }
        if shape == .field { buffer.append(",\"zz\":{\"a\":[1,null,\"é\"],\"b\":1e-7},\"\":true" as StaticString) }
    }
}

/// The payloads of Binance's streams.
enum BinanceText {
    /// `{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}`
    @inline(__always)
    static func aggTrade(
        _ trade: SimulatedTrade, _ view: InstrumentView, _ text: InstrumentText, micro: Bool, _ twist: FrameTwist, to out: inout ByteBuffer
    ) {
        let instrument = text.instrument
        let isSpot = instrument.venue == .binanceSpot
        out.append(twist.shape == .channel ? "{\"e\":\"aggregateTrade\",\"E\":" as StaticString : "{\"e\":\"aggTrade\",\"E\":")
        out.append(number: (trade.published + twist.clock) / (micro ? 1 : 1000))
        if isSpot { symbol(text, &out) }
        out.append(",\"a\":")
        out.append(number: view.printedOrder(trade.order))
        if !isSpot { symbol(text, &out) }
        priceAndQuantity(trade.price, trade.quantity, instrument, twist, &out)
        if instrument.venue == .binanceFutures {
            out.append(",\"nq\":")
            twist.quote(&out)
            out.append(quantity: trade.quantity, of: instrument)
            twist.quote(&out)
        }
        out.append(",\"f\":")
        out.append(number: view.printedFill(trade.firstFill))
        out.append(",\"l\":")
        out.append(number: view.printedFill(trade.lastFill))
        time(trade.time, trade.isBuy, micro, &out)
        end(instrument, twist, &out)
    }

    /// `{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}`;
    /// futures say in `X` what sort of print it is, and have `T` beside `E`.
    static func trade(
        _ trade: SimulatedTrade, fill: Int64, quantity: Int64, isOffBook: Bool = false, _ view: InstrumentView, _ text: InstrumentText,
        micro: Bool, _ twist: FrameTwist, to out: inout ByteBuffer
    ) {
        let instrument = text.instrument
        let isSpot = instrument.venue == .binanceSpot
        out.append(twist.shape == .channel ? "{\"e\":\"print\",\"E\":" as StaticString : "{\"e\":\"trade\",\"E\":")
        out.append(number: (trade.published + twist.clock) / (micro ? 1 : 1000))
        if !isSpot {
            out.append(",\"T\":")
            out.append(number: trade.time / 1000)
        }
        symbol(text, &out)
        out.append(",\"t\":")
        out.append(number: view.printedFill(fill))
        // The insurance fund prints off the market.
        let price = isOffBook ? trade.price / 50 * 51 / instrument.tick * instrument.tick : trade.price
        priceAndQuantity(price, quantity, instrument, twist, &out)
        if isSpot {
            time(trade.time, trade.isBuy, micro, &out)
            out.append(",\"M\":true")
        } else {
            out.append(isOffBook ? ",\"X\":\"INSURANCE_FUND\",\"m\":" as StaticString : ",\"X\":\"MARKET\",\"m\":")
            out.append(trade.isBuy ? "false" as StaticString : "true")
        }
        twist.surprise(&out)
        out.append(UInt8(ascii: "}"))
    }

    @inline(__always)
    private static func symbol(_ text: InstrumentText, _ out: inout ByteBuffer) {
        out.append(",\"s\":\"")
        out.append(text.symbol)
        out.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func priceAndQuantity(
        _ price: Int64, _ quantity: Int64, _ instrument: SimulatedInstrument, _ twist: FrameTwist, _ out: inout ByteBuffer
    ) {
        out.append(",\"p\":")
        twist.quote(&out)
        if twist.shape == .row {
            out.append("n/a" as StaticString)
        } else {
            out.append(price: price, of: instrument)
        }
        twist.quote(&out)
        out.append(",\"q\":")
        twist.quote(&out)
        out.append(quantity: quantity, of: instrument)
        twist.quote(&out)
    }

    @inline(__always)
    private static func time(_ time: Int64, _ isBuy: Bool, _ micro: Bool, _ out: inout ByteBuffer) {
        out.append(",\"T\":")
        out.append(number: micro ? time : time / 1000)
        out.append(isBuy ? ",\"m\":false" as StaticString : ",\"m\":true")
    }

    @inline(__always)
    private static func end(_ instrument: SimulatedInstrument, _ twist: FrameTwist, _ out: inout ByteBuffer) {
        switch instrument.venue {
        case .binanceSpot: out.append(",\"M\":true")
        case .binanceFutures: out.append(",\"st\":1")
        default: out.append(",\"st\":2")
        }
        twist.surprise(&out)
        out.append(UInt8(ascii: "}"))
    }
}

/// The rows of OKX's channels and answers.
enum OKXText {
    /// A push of `trades`: one taker order at one price, numbered by its last fill; or of `trades-all` and of REST: one fill.
    ///
    /// `{"instId":"BTC-USDT","tradeId":"130639474","px":"42219.9","sz":"0.12060306","side":"buy","ts":"1630048897897","count":"3",…}`
    static func row(
        _ trade: SimulatedTrade, fill: Int64, quantity: Int64, merged: Bool, source: Bool, _ view: InstrumentView, _ text: InstrumentText,
        _ twist: FrameTwist, to out: inout ByteBuffer
    ) {
        let instrument = text.instrument
        out.append("{\"instId\":\"")
        out.append(text.symbol)
        out.append("\",\"tradeId\":\"")
        out.append(number: view.printedFill(fill))
        out.append("\",\"px\":")
        twist.quote(&out)
        if twist.shape == .row {
            out.append("-" as StaticString)
        } else {
            out.append(trimmed: trade.price, decimals: instrument.priceDecimals)
        }
        twist.quote(&out)
        out.append(",\"sz\":")
        twist.quote(&out)
        out.append(trimmed: quantity, decimals: instrument.quantityDecimals)
        twist.quote(&out)
        out.append(trade.isBuy ? ",\"side\":\"buy\",\"ts\":\"" as StaticString : ",\"side\":\"sell\",\"ts\":\"")
        out.append(number: trade.time / 1000)
        out.append(UInt8(ascii: "\""))
        if merged {
            out.append(",\"count\":\"")
            out.append(number: trade.fills)
            out.append(UInt8(ascii: "\""))
        }
        if source { out.append(",\"source\":\"0\"") }
        if merged {
            out.append(",\"seqId\":")
            out.append(number: trade.order + 1)
        }
        twist.surprise(&out)
        out.append(UInt8(ascii: "}"))
    }

    /// What comes before the rows of a push.
    static func head(channel: StaticString, _ text: InstrumentText, _ twist: FrameTwist, to out: inout ByteBuffer) {
        out.append("{\"arg\":{\"channel\":\"")
        out.append(twist.shape == .channel ? "trades-v2" as StaticString : channel)
        out.append("\",\"instId\":\"")
        out.append(text.symbol)
        out.append("\"},\"data\":[")
    }
}

/// The rows of Bybit's topics and answers: one a fill.
enum BybitText {
    /// `{"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-…","BT":false,"RPI":false,"seq":1}`
    static func row(
        _ trade: SimulatedTrade, fill: Int64, quantity: Int64, _ text: InstrumentText, _ twist: FrameTwist, to out: inout ByteBuffer
    ) {
        let instrument = text.instrument
        out.append("{\"T\":")
        out.append(number: trade.time / 1000)
        out.append(",\"s\":\"")
        out.append(text.symbol)
        out.append(trade.isBuy ? "\",\"S\":\"Buy\",\"v\":" as StaticString : "\",\"S\":\"Sell\",\"v\":")
        twist.quote(&out)
        out.append(quantity: quantity, of: instrument)
        twist.quote(&out)
        out.append(",\"p\":")
        twist.quote(&out)
        if twist.shape == .row {
            out.append("?" as StaticString)
        } else {
            out.append(price: trade.price, of: instrument)
        }
        twist.quote(&out)
        out.append(trade.isBuy ? ",\"L\":\"PlusTick\",\"i\":\"" as StaticString : ",\"L\":\"MinusTick\",\"i\":\"")
        id(fill, of: instrument, to: &out)
        out.append("\",\"BT\":false,\"RPI\":false,\"seq\":")
        out.append(number: sequence(trade))
        twist.surprise(&out)
        out.append(UInt8(ascii: "}"))
    }

    /// The cross sequence: the same for all fills of an order, rising, with holes.
    static func sequence(_ trade: SimulatedTrade) -> Int64 { 1_000_000 + trade.order * 3 + trade.firstFill }

    /// Spot has long numbers, contracts have UUIDs; neither has an order.
    static func id(_ fill: Int64, of instrument: SimulatedInstrument, to out: inout ByteBuffer) {
        guard instrument.venue != .bybitSpot else { return out.append(number: 2_290_000_000_000_000_000 + fill) }
        let id = uuid(fill, of: instrument)
        writeUUID(UInt64(bitPattern: id.high), id.low, to: &out)
    }

    private static func writeUUID(_ high: UInt64, _ low: UInt64, to out: inout ByteBuffer) {
        let digits = StaticString("0123456789abcdef").utf8Start
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { out.append(UInt8(ascii: "-")) }
            let half = index < 16 ? high >> UInt64(60 - 4 * index) : low >> UInt64(124 - 4 * index)
            out.append(digits[Int(half & 15)])
        }
    }

    /// 128 bits as a UUID is written.
    static func uuidText(_ high: UInt64, _ low: UInt64) -> String {
        var out = ByteBuffer(capacity: 64)
        writeUUID(high, low, to: &out)
        return out.text
    }

    /// The id of a fill of a contract: a UUID of version 5 in form, a hash in truth.
    static func uuid(_ fill: Int64, of instrument: SimulatedInstrument) -> TradeID {
        let key = Mixing.key(instrument.symbol)
        let high = Mixing.hash(key, UInt64(bitPattern: fill)) & ~0xF000 | 0x5000
        let low = Mixing.hash(~key, UInt64(bitPattern: fill)) >> 2 | 0x8000_0000_0000_0000
        return TradeID(high: Int64(bitPattern: high), low: low)
    }
}
