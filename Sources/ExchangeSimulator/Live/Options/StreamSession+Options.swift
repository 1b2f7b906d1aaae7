import Feeds
import JSONReading
import MarketModel
import Transport

/// A channel of options that a connection follows.
struct OptionSubscription {
    /// What is streamed.
    enum Channel: Sendable, Hashable {
        /// OKX: trades of a family.
        case trades(OptionFamily)
        /// OKX: blocks of all families with all legs.
        case blocks
        /// OKX: legs of one option's blocks.
        case legs(OptionFamily, symbol: String)
        /// Deribit: trades of a currency; with the prints of combos, or only those.
        case deribit(OptionFamily, options: Bool, combos: Bool)
    }

    /// As the client named it.
    let name: String
    let channel: Channel
    /// What is published until then is sent.
    var sent: Int64
}

extension StreamSession {
    /// From a trade to its publication, in microseconds.
    private static let latency: Int64 = 2000

    /// The channel of OKX that a subscription's parts name; nil for one that is not of options, or not here.
    func okxOption(channel: String, symbol: String, family: String) -> OptionSubscription.Channel? {
        let isPublic = endpoint.delivers.contains(.trades)
        switch channel {
        case "option-trades":
            let name = family.isEmpty ? OptionContract(venue: .okxOptions, symbol: symbol)?.family.name ?? "" : family
            guard isPublic, let family = OptionFamily(venue: .okxOptions, name: name), exchange.optionMarket.book(family) != nil else {
                return nil
            }
            return .trades(family)
        case "public-struc-block-trades": return isPublic ? nil : .blocks
        case "public-block-trades":
            guard !isPublic, let contract = OptionContract(venue: .okxOptions, symbol: symbol),
                exchange.optionMarket.book(contract.family)?.option(symbol, at: last) != nil
            else { return nil }
            return .legs(contract.family, symbol: symbol)
        default: return nil
        }
    }

    /// Begins a subscription. The venue tells of an earlier trade once more.
    func subscribe(_ name: String, _ channel: OptionSubscription.Channel, now: Int64, into sink: inout FrameSink) {
        guard !optionSubscriptions.contains(where: { $0.name == name }) else { return }
        optionSubscriptions.append(OptionSubscription(name: name, channel: channel, sent: now - Self.latency))
        guard case .trades(let family) = channel, let book = exchange.optionMarket.book(family),
            let cached = book.newest(3, before: now - Self.latency).first
        else { return }
        sendOKX(
            .object(["channel": .text("option-trades"), "instType": .text("OPTION"), "instFamily": .text(family.name)]),
            [OptionWire.okx(cached)], into: &sink)
    }

    /// Sends what is published of options by now.
    func sendOptions(to now: Int64, into sink: inout FrameSink) {
        for place in optionSubscriptions.indices {
            let upTo = now - Self.latency
            let times = (optionSubscriptions[place].sent)..<upTo
            guard !times.isEmpty else { continue }
            optionSubscriptions[place].sent = upTo
            send(optionSubscriptions[place].channel, name: optionSubscriptions[place].name, times, into: &sink)
        }
    }

    private func send(_ channel: OptionSubscription.Channel, name: String, _ times: Range<Int64>, into sink: inout FrameSink) {
        let market = exchange.optionMarket
        // Blocks are told of late.
        let late = (times.lowerBound - market.blockDelay)..<(times.upperBound - market.blockDelay)
        switch channel {
        case .trades(let family):
            let argument: WireValue = .object([
                "channel": .text("option-trades"), "instType": .text("OPTION"), "instFamily": .text(family.name),
            ])
            for print in market.book(family)?.prints(in: times) ?? [] where isStreamed(family.venue, at: print.time) {
                sendOKX(argument, [OptionWire.okx(print)], into: &sink)
            }
        case .blocks:
            let blocks = market.families.compactMap { market.book($0) }.flatMap { $0.blocks(in: late) }.sorted { $0.time < $1.time }
            for block in blocks where isStreamed(.okxOptions, at: block.time + market.blockDelay) {
                sendOKX(.object(["channel": .text("public-struc-block-trades")]), [OptionWire.okx(block, withStrategy: false)], into: &sink)
            }
        case .legs(let family, let symbol):
            for block in market.book(family)?.blocks(in: late) ?? [] where isStreamed(.okxOptions, at: block.time + market.blockDelay) {
                for place in block.legs.indices where block.legs[place].symbol == symbol {
                    sendOKX(
                        .object(["channel": .text("public-block-trades"), "instId": .text(symbol)]),
                        [OptionWire.okx(leg: place, of: block)],
                        into: &sink)
                }
            }
        case .deribit(let family, let options, let combos):
            let prints = (market.book(family)?.prints(in: times) ?? []).filter { $0.isCombo ? combos : options }
                .filter { isStreamed(family.venue, at: $0.time) }
            guard !prints.isEmpty else { return }
            send(
                .object([
                    "jsonrpc": .text("2.0"), "method": .text("subscription"),
                    "params": .object(["channel": .text(name), "data": .list(prints.map { OptionWire.deribit($0) })]),
                ]), into: &sink)
        }
    }

    /// Whether what is published at a time is streamed; REST has it in any case.
    private func isStreamed(_ venue: Venue, at time: Int64) -> Bool {
        !exchange.plan.faults.contains { ($0.kind == .gap || $0.kind == .mute) && $0.isOn(at: time) && $0.concerns(venue) }
    }

    private func sendOKX(_ argument: WireValue, _ rows: [WireValue], into sink: inout FrameSink) {
        send(.object(["arg": argument, "data": .list(rows)]), into: &sink)
    }

    private func send(_ value: WireValue, into sink: inout FrameSink) {
        noteActivity()
        sink.text { out in
            var json = JSONWriter()
            value.write(to: &json)
            json.buffer.withBytes { out.append($0) }
        }
    }

    // MARK: Deribit

    /// `{"jsonrpc":"2.0","id":1,"method":"public/subscribe","params":{"channels":["trades.option.BTC.100ms"]}}` → the channels that exist.
    func takeDeribit(_ bytes: UnsafeRawBufferPointer, now: Int64, into sink: inout FrameSink) {
        guard !isMute else { return }
        let command = try? reader.read(bytes) { value in
            (
                method: value["method"]?.string, id: value["id"]?.integer,
                channels: value["params"]?["channels"]?.elements.compactMap(\.string) ?? []
            )
        }
        guard let command, let method = command.method else { return answer(command?.id, error: -32700, "Parse error", into: &sink) }
        switch method {
        case "public/test", "public/hello", "public/set_heartbeat":
            answer(command.id, method == "public/set_heartbeat" ? .text("ok") : .object(["version": .text("1.2.26")]), into: &sink)
        case "public/subscribe":
            let known = command.channels.compactMap { name in Self.deribitChannel(name, exchange).map { (name, $0) } }
            answer(command.id, .list(known.map { .text($0.0) }), into: &sink)
            for (name, channel) in known { subscribe(name, channel, now: now, into: &sink) }
        case "public/unsubscribe":
            optionSubscriptions.removeAll { command.channels.contains($0.name) }
            answer(command.id, .list(command.channels.map { .text($0) }), into: &sink)
        default: answer(command.id, error: -32601, "Method not found", into: &sink)
        }
    }

    private static func deribitChannel(_ name: String, _ exchange: SimulatedExchange) -> OptionSubscription.Channel? {
        let parts = name.split(separator: ".")
        guard parts.count == 4, parts[0] == "trades", parts[3] == "100ms",
            let family = OptionFamily(venue: .deribitOptions, name: parts[2]), exchange.optionMarket.book(family) != nil
        else { return nil }
        switch parts[1] {
        case "option": return .deribit(family, options: true, combos: false)
        case "option_combo": return .deribit(family, options: false, combos: true)
        case "any": return .deribit(family, options: true, combos: true)
        default: return nil
        }
    }

    private func answer(_ id: Int64?, _ result: WireValue, into sink: inout FrameSink) {
        send(
            .object([
                "jsonrpc": .text("2.0"), "id": id.map { .number("\($0)") } ?? .null, "result": result, "usIn": .number("1"),
                "usOut": .number("2"), "usDiff": .number("1"), "testnet": .flag(false),
            ]), into: &sink)
    }

    private func answer(_ id: Int64?, error code: Int, _ message: String, into sink: inout FrameSink) {
        send(
            .object([
                "jsonrpc": .text("2.0"), "id": id.map { .number("\($0)") } ?? .null,
                "error": .object(["code": .number("\(code)"), "message": .text(message)]), "testnet": .flag(false),
            ]), into: &sink)
    }
}
