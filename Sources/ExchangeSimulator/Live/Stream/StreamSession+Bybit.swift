import Feeds
import JSONReading
import MarketModel
import Transport

extension StreamSession {
    /// `{"req_id":"1","op":"subscribe","args":["publicTrade.BTCUSDT"]}` → `{"success":true,"ret_msg":"subscribe","conn_id":…,"req_id":"1","op":"subscribe"}`
    func takeBybit(_ bytes: UnsafeRawBufferPointer, now: Int64, into sink: inout FrameSink) {
        guard !isMute else { return }
        let command = try? reader.read(bytes) { value in
            (
                operation: value["op"]?.string, id: value["req_id"].flatMap { $0.string ?? $0.integer.map(String.init) } ?? "",
                topics: value["args"]?.elements.compactMap(\.string) ?? []
            )
        }
        guard let command, let operation = command.operation else {
            return answer(success: false, "Invalid request", id: "", operation: "", &sink)
        }
        switch operation {
        case "ping": answer(success: true, "pong", id: command.id, operation: "ping", &sink)
        case "subscribe":
            if endpoint.venue == .bybitSpot, command.topics.count > 10 {
                return answer(success: false, "args size >10", id: command.id, operation: operation, &sink)
            }
            let known = command.topics.map { topic in (topic, view(topic, now: now)) }
            if let unknown = known.first(where: { $0.1 == nil }) {
                return answer(success: false, "error:handler not found,topic:\(unknown.0)", id: command.id, operation: operation, &sink)
            }
            for case (let topic, let view?) in known where !subscriptions.contains(where: { $0.name == topic }) {
                subscriptions.append(Subscription(view: view, of: exchange, channel: .publicTrade, name: topic, now: now))
            }
            answer(success: true, "subscribe", id: command.id, operation: operation, &sink)
        case "unsubscribe":
            subscriptions.removeAll { command.topics.contains($0.name) }
            for topic in command.topics { forget(topic) }
            answer(success: true, "", id: command.id, operation: operation, &sink)
        default: answer(success: false, "error:unknown op \(operation)", id: command.id, operation: operation, &sink)
        }
    }

    private func view(_ topic: String, now: Int64) -> Int? {
        let parts = topic.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, parts[0] == "publicTrade", let venue = endpoint.venue,
            let view = exchange.view([venue], String(parts[1])), exchange.views[view].isTrading(at: now)
        else { return nil }
        return view
    }

    private func answer(success: Bool, _ message: String, id: String, operation: String, _ sink: inout FrameSink) {
        sink.text { out in
            var json = JSONWriter()
            json.beginObject()
            json.member("success", success)
            json.member("ret_msg", message)
            json.member("conn_id", connectionID)
            json.member("req_id", id)
            json.member("op", operation)
            json.endObject()
            json.buffer.withBytes { out.append($0) }
        }
    }
}
