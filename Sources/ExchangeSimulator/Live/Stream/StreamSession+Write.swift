import Transport

extension StreamSession {
    /// Writes the frames of trades that are published together.
    @inline(__always)
    func write(_ trades: some Collection<SimulatedTrade>, _ subscription: Subscription, _ twist: FrameTwist, into sink: inout FrameSink) {
        let view = exchange.views[subscription.view]
        let text = exchange.texts[subscription.view]
        switch subscription.channel {
        case .aggTrade:
            for trade in trades {
                wrapped(subscription, into: &sink) { BinanceText.aggTrade(trade, view, text, micro: isMicro, twist, to: &$0) }
            }
        case .trade:
            for trade in trades { writeFills(of: trade, subscription, view, text, twist, into: &sink) }
        case .trades:
            for trade in trades {
                sink.text { out in
                    OKXText.head(channel: "trades", text, twist, to: &out)
                    OKXText.row(
                        trade, fill: trade.lastFill, quantity: trade.quantity, merged: true, source: true, view, text, twist, to: &out)
                    out.append("]}")
                }
            }
        case .tradesAll:
            for trade in trades {
                for (index, quantity) in trade.fillQuantities(step: text.instrument.step).enumerated() {
                    sink.text { out in
                        OKXText.head(channel: "trades-all", text, twist, to: &out)
                        OKXText.row(
                            trade, fill: trade.firstFill + Int64(index), quantity: quantity, merged: false, source: true, view, text, twist,
                            to: &out)
                        out.append("]}")
                    }
                }
            }
        case .publicTrade: writeBatch(trades, text, twist, into: &sink)
        }
    }

    /// A frame of Binance's, raw or wrapped: `{"stream":"btcusdt@aggTrade","data":…}`.
    @inline(__always)
    private func wrapped(_ subscription: Subscription, into sink: inout FrameSink, _ write: (inout ByteBuffer) -> Void) {
        sink.text { out in
            guard isCombined else { return write(&out) }
            out.append("{\"stream\":\"")
            out.append(exchange.texts[subscription.view].symbolLower)
            out.append(subscription.channel == .aggTrade ? "@aggTrade\",\"data\":" as StaticString : "@trade\",\"data\":")
            write(&out)
            out.append(UInt8(ascii: "}"))
        }
    }

    private func writeFills(
        of trade: SimulatedTrade, _ subscription: Subscription, _ view: InstrumentView, _ text: InstrumentText, _ twist: FrameTwist,
        into sink: inout FrameSink
    ) {
        if trade.followsOffBookPrint {
            wrapped(subscription, into: &sink) {
                BinanceText.trade(
                    trade, fill: trade.firstFill - 1, quantity: text.instrument.step, isOffBook: true, view, text, micro: isMicro, twist,
                    to: &$0)
            }
        }
        for (index, quantity) in trade.fillQuantities(step: text.instrument.step).enumerated() {
            wrapped(subscription, into: &sink) {
                BinanceText.trade(
                    trade, fill: trade.firstFill + Int64(index), quantity: quantity, view, text, micro: isMicro, twist, to: &$0)
            }
        }
    }

    /// Bybit's batches: all fills of one millisecond, at most 1024 in a message.
    private func writeBatch(
        _ trades: some Collection<SimulatedTrade>, _ text: InstrumentText, _ twist: FrameTwist, into sink: inout FrameSink
    ) {
        guard let first = trades.first else { return }
        var twist = twist
        var rows = trades.lazy.flatMap { trade in
            trade.fillQuantities(step: text.instrument.step).enumerated().map { (trade, trade.firstFill + Int64($0.offset), $0.element) }
        }.makeIterator()
        var row = rows.next()
        // What follows the end of a connection is not written.
        while row != nil, sink.end == nil {
            sink.text { out in
                out.append(twist.shape == .channel ? "{\"topic\":\"publicDeal." as StaticString : "{\"topic\":\"publicTrade.")
                out.append(text.symbol)
                out.append("\",\"type\":\"snapshot\",\"ts\":")
                out.append(number: (first.published + twist.clock) / 1000)
                out.append(",\"data\":[")
                var count = 0
                while let (trade, fill, quantity) = row {
                    if count > 0 { out.append(UInt8(ascii: ",")) }
                    BybitText.row(trade, fill: fill, quantity: quantity, text, twist, to: &out)
                    twist.padding = 0
                    count += 1
                    row = rows.next()
                    if count == 1024 { break }
                }
                out.append("]}")
            }
        }
    }
}
