import Feeds
import JSONReading

/// What a client of Aperiodic's stream says.
enum ControlFrame: Sendable, Hashable {
    case subscribe(id: String?, [ChannelRequest])
    case unsubscribe(id: String?, [ChannelRequest])
    case ping(id: String?)
    /// What is wrong with it.
    case invalid(id: String?, String)

    /// Reads a text frame.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        // Frames are rare, and a reader of its own for each needs no lock.
        let reader = JSONReader(maxBytes: 1 << 20, maxDepth: 8)
        do {
            self = try reader.read(UnsafeRawBufferPointer(bytes)) { ControlFrame($0) }
        } catch {
            self = .invalid(id: nil, "a frame has to be a JSON object: this is \(error)")
        }
    }

    private init(_ value: JSONValue) {
        guard value.kind == .object else {
            self = .invalid(id: nil, "a frame has to be a JSON object")
            return
        }
        let id = value["id"]?.string.map { String($0.prefix(64)) }
        switch value["op"]?.string {
        case "subscribe": self = ControlFrame.channels(value, id) { .subscribe(id: id, $0) }
        case "unsubscribe": self = ControlFrame.channels(value, id) { .unsubscribe(id: id, $0) }
        case "ping": self = .ping(id: id)
        default: self = .invalid(id: id, "op has to be subscribe, unsubscribe or ping")
        }
    }

    private static func channels(_ value: JSONValue, _ id: String?, _ make: ([ChannelRequest]) -> ControlFrame) -> ControlFrame {
        guard let list = value["channels"], list.kind == .array else { return .invalid(id: id, "channels has to be a list") }
        var requests: [ChannelRequest] = []
        for element in list.elements {
            guard let request = channel(element) else {
                return .invalid(
                    id: id, "a channel is written dataset.exchange.interval, or as an object with dataset, exchange, interval and symbols")
            }
            requests.append(request)
        }
        return requests.isEmpty ? .invalid(id: id, "channels is empty") : make(requests)
    }

    private static func channel(_ value: JSONValue) -> ChannelRequest? {
        if let text = value.string { return text.utf8.count <= 128 ? ChannelRequest(text) : nil }
        guard let dataset = value["dataset"]?.string, let exchange = value["exchange"]?.string, let interval = value["interval"]?.string,
            dataset.utf8.count + exchange.utf8.count + interval.utf8.count <= 128
        else { return nil }
        guard let symbols = value["symbols"], symbols.kind != .null else {
            return ChannelRequest(dataset: dataset, exchange: exchange, interval: interval)
        }
        guard symbols.kind == .array else { return nil }
        var names: [String] = []
        for symbol in symbols.elements {
            guard let name = symbol.string, name.utf8.count <= 64 else { return nil }
            names.append(name)
        }
        return ChannelRequest(dataset: dataset, exchange: exchange, interval: interval, symbols: names)
    }
}
