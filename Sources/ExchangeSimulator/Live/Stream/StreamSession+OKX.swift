import Feeds
import JSONReading
import MarketModel
import Transport

extension StreamSession {
    /// `{"id":"1","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}` → one answer an argument; `ping` → `pong`.
    func takeOKX(_ bytes: UnsafeRawBufferPointer, now: Int64, into sink: inout FrameSink) {
        guard !isMute else { return }
        if bytes.elementsEqual("ping".utf8) { return sink.text { $0.append("pong" as StaticString) } }
        let command = try? reader.read(bytes) { value in
            (
                operation: value["op"]?.string, id: value["id"]?.string,
                arguments: value["args"]?.elements.map {
                    ($0["channel"]?.string ?? "", $0["instId"]?.string ?? "", $0["instFamily"]?.string ?? "")
                } ?? []
            )
        }
        guard let command, let operation = command.operation, operation == "subscribe" || operation == "unsubscribe",
            !command.arguments.isEmpty
        else {
            let text = String(decoding: bytes.prefix(200), as: UTF8.self)
            return fail(code: "60012", "Illegal request: \(text)", id: command?.id, &sink)
        }
        for (channel, symbol, family) in command.arguments {
            if let option = okxOption(channel: channel, symbol: symbol, family: family) {
                let name = "\(channel):\(symbol)\(family)"
                if operation == "unsubscribe" { optionSubscriptions.removeAll { $0.name == name } }
                grant(operation, channel: channel, symbol: symbol, family: family, id: command.id, &sink)
                if operation == "subscribe" { subscribe(name, option, now: now, into: &sink) }
                continue
            }
            guard let kind = Self.okxChannel(channel), endpoint.delivers.contains(kind),
                let view = exchange.view(endpoint.host.venues, symbol), exchange.views[view].isTrading(at: now)
            else {
                fail(
                    code: "60018",
                    "Wrong URL or channel:\(channel),instId:\(symbol) doesn't exist. Please use the correct URL, channel and parameters referring to API document.",
                    id: command.id, &sink)
                continue
            }
            let name = "\(channel):\(symbol)"
            if operation == "subscribe" {
                if !subscriptions.contains(where: { $0.name == name }) {
                    subscriptions.append(Subscription(view: view, of: exchange, channel: kind, name: name, now: now))
                }
            } else {
                subscriptions.removeAll { $0.name == name }
                forget(name)
            }
            grant(operation, channel: channel, symbol: symbol, family: "", id: command.id, &sink)
        }
    }

    private func grant(_ operation: String, channel: String, symbol: String, family: String, id: String?, _ sink: inout FrameSink) {
        sink.text { out in
            var json = JSONWriter()
            json.beginObject()
            if let id { json.member("id", id) }
            json.member("event", operation)
            json.key("arg")
            json.beginObject()
            json.member("channel", channel)
            if !family.isEmpty {
                json.member("instType", "OPTION")
                json.member("instFamily", family)
            }
            if !symbol.isEmpty { json.member("instId", symbol) }
            json.endObject()
            json.member("connId", connectionID)
            json.endObject()
            json.buffer.withBytes { out.append($0) }
        }
    }

    private static func okxChannel(_ name: String) -> Subscription.Channel? {
        switch name {
        case "trades": .trades
        case "trades-all": .tradesAll
        default: nil
        }
    }

    private func fail(code: String, _ message: String, id: String?, _ sink: inout FrameSink) {
        sink.text { out in
            var json = JSONWriter()
            json.beginObject()
            if let id { json.member("id", id) }
            json.member("event", "error")
            json.member("code", code)
            json.member("msg", message)
            json.member("connId", connectionID)
            json.endObject()
            json.buffer.withBytes { out.append($0) }
        }
    }
}
