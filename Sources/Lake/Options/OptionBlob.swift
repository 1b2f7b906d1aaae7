import MarketModel

/// A trade of an option as bytes under a checksum that also covers which trade it is.
///
/// Decoding never traps: bytes that are not that trade give nil.
package enum OptionBlob {
    private static let version: UInt8 = 1

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let block = Flags(rawValue: 1)
        static let index = Flags(rawValue: 2)
        static let volatility = Flags(rawValue: 4)
        static let received = Flags(rawValue: 8)
    }

    /// The bytes of a trade, without its option, numbering, id and time, which have columns of their own.
    package static func encode(_ trade: OptionTrade) -> [UInt8] {
        var flags: Flags = []
        if trade.isBlock { flags.insert(.block) }
        if trade.index != nil { flags.insert(.index) }
        if trade.volatility != nil { flags.insert(.volatility) }
        if trade.received != nil { flags.insert(.received) }
        var out = ByteWriter()
        out.put(byte: version)
        out.put(byte: flags.rawValue)
        out.put(byte: trade.source.rawValue)
        out.put(byte: UInt8(bitPattern: trade.side.rawValue))
        for number in [trade.price, trade.contracts, trade.quantity, trade.index, trade.volatility] {
            guard let number else { continue }
            out.put(byte: UInt8(clamping: number.scale))
            out.put(signed: number.mantissa)
        }
        if let received = trade.received { out.put(signed: received &- trade.time) }
        out.put(trade.block)
        return out.closed(place: place(trade.key, trade.time))
    }

    /// The trade that bytes stand for.
    package static func decode(_ bytes: [UInt8], _ contract: OptionContract, _ key: OptionTradeKey, time: Int64) -> OptionTrade? {
        guard var reader = ByteReader(bytes, place: place(key, time)), reader.byte() == version else { return nil }
        let flags = Flags(rawValue: reader.byte())
        let (source, side) = (OptionSource(rawValue: reader.byte()), TakerSide(rawValue: Int8(bitPattern: reader.byte())))
        func number() -> FixedPoint {
            let scale = Int(reader.byte())
            return FixedPoint(mantissa: reader.signed(), scale: scale)
        }
        let (price, contracts, quantity) = (number(), number(), number())
        let index = flags.contains(.index) ? number() : nil
        let volatility = flags.contains(.volatility) ? number() : nil
        let received = flags.contains(.received) ? reader.signed() &+ time : nil
        let block = reader.text()
        guard !reader.failed, reader.left == 0, let source, let side else { return nil }
        return OptionTrade(
            contract: contract, space: key.space, id: key.id, time: time, received: received, side: side, price: price,
            contracts: contracts, quantity: quantity, index: index, volatility: volatility, isBlock: flags.contains(.block), block: block,
            source: source)
    }

    /// What a checksum is of beside the bytes: FNV-1a over the key and the time.
    private static func place(_ key: OptionTradeKey, _ time: Int64) -> UInt64 {
        "\(key.symbol)|\(key.space.rawValue)|\(key.id)|\(time)".utf8.reduce(0xcbf2_9ce4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
    }
}
