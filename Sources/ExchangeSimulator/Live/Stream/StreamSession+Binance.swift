import Feeds
import JSONReading
import Transport

extension StreamSession {
    /// Follows the streams that the URL names; names that say nothing are passed over, as Binance does.
    func openBinance(now: Int64) {
        for name in endpoint.streams { subscribeBinance(name, now: now) }
    }

    private func subscribeBinance(_ name: String, now: Int64) {
        guard !subscriptions.contains(where: { $0.name == name }), let at = name.lastIndex(of: "@") else { return }
        let channel: Subscription.Channel? =
            switch name[name.index(after: at)...] {
            case "aggTrade": .aggTrade
            case "trade": .trade
            default: nil
            }
        guard let channel, let view = exchange.view(endpoint.host.venues, lowercased: String(name[..<at])) else { return }
        var subscription = Subscription(view: view, of: exchange, channel: channel, name: name, now: now)
        if !endpoint.delivers.contains(channel) { subscription.silence() }
        subscriptions.append(subscription)
    }

    /// `{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}` → `{"result":null,"id":1}`
    func takeBinance(_ bytes: UnsafeRawBufferPointer, now: Int64, into sink: inout FrameSink) {
        struct Command {
            var method: String?, id: String?, names: [String]?, isCombined: Bool?
        }
        let command = try? reader.read(bytes) { value -> Command in
            let id = value["id"].flatMap { $0.string.map(Self.quoted) ?? $0.integer.map(String.init) }
            let parameters = value["params"]
            let names = parameters?.kind == .array ? parameters?.elements.compactMap(\.string) : nil
            return Command(
                method: value["method"]?.string, id: id, names: names,
                isCombined: parameters?.elements.first { $0.kind == .true || $0.kind == .false }?.bool)
        }
        guard let command else {
            return answerBinance("\"error\":{\"code\":3,\"msg\":\"Invalid JSON: expected value at line 1 column 1\"}", id: nil, &sink)
        }
        switch (command.method, command.names) {
        case ("SUBSCRIBE", let names?) where subscriptions.count + names.count > 1024:
            answerBinance("\"error\":{\"code\":1,\"msg\":\"Too many subscriptions\"}", id: command.id, &sink)
        case ("SUBSCRIBE", let names?):
            for name in names { subscribeBinance(name, now: now) }
            answerBinance("\"result\":null", id: command.id, &sink)
        case ("UNSUBSCRIBE", let names?):
            subscriptions.removeAll { names.contains($0.name) }
            for name in names { forget(name) }
            answerBinance("\"result\":null", id: command.id, &sink)
        case ("LIST_SUBSCRIPTIONS", _):
            answerBinance("\"result\":[\(subscriptions.map { "\"\($0.name)\"" }.joined(separator: ","))]", id: command.id, &sink)
        case ("SET_PROPERTY", _):
            if let isCombined = command.isCombined { self.isCombined = isCombined }
            answerBinance("\"result\":null", id: command.id, &sink)
        case ("GET_PROPERTY", _): answerBinance("\"result\":\(isCombined)", id: command.id, &sink)
        case (nil, _):
            answerBinance("\"error\":{\"code\":2,\"msg\":\"Invalid request: missing field `method`\"}", id: command.id, &sink)
        default:
            answerBinance(
                "\"error\":{\"code\":2,\"msg\":\"Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`\"}",
                id: command.id, &sink)
        }
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter(capacity: 64)
        json.value(text)
        return json.text
    }

    private func answerBinance(_ member: String, id: String?, _ sink: inout FrameSink) {
        guard !isMute else { return }
        sink.text { $0.append("{\(member),\"id\":\(id ?? "null")}") }
    }

    /// What a venue says before it ends a connection.
    func announceLeaving(into sink: inout FrameSink) {
        let time = (last + exchange.clockError(endpoint.host, at: last)) / 1000
        switch endpoint.host {
        case .okx:
            sink.text {
                $0.append(
                    "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"The connection will soon be closed for a service upgrade. Please reconnect.\",\"connId\":\"\(connectionID)\"}"
                )
            }
        case .bybit, .deribitOptions: break
        default:
            let event = "{\"e\":\"serverShutdown\",\"E\":\(time)}"
            sink.text { $0.append(isCombined ? "{\"stream\":\"!serverShutdown\",\"data\":\(event)}" : event) }
        }
    }
}
