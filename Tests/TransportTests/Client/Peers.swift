import Foundation
import Pipeline
import Testing
import Transport

/// The peers of Conformance/client/peers.py, running as long as this object lives.
final class Peers: @unchecked Sendable {
    struct Places: Decodable {
        var ws, raw, http, proxy, shutProxy: Int
        var tls, elsewhere: Int?
        var folder: String?
    }

    let places: Places
    private let process = Process()
    private let input = Pipe()

    /// The same peers for every test of a run; the script ends with the process, whose end it reads from.
    static let plain = Result { try Peers([]) }
    static let secure = Result { try Peers(["tls"]) }

    private init(_ arguments: [String]) throws {
        let root = TestServer.root
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "\(root)/.venv/bin/python")
        process.arguments = ["\(root)/Conformance/client/peers.py"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line += more
        }
        places = try JSONDecoder().decode(Places.self, from: line)
    }

    var ws: String { "ws://127.0.0.1:\(places.ws)" }
    var raw: String { "ws://127.0.0.1:\(places.raw)" }
    var http: String { "http://127.0.0.1:\(places.http)" }
    var authority: String { (places.folder ?? "") + "/ca.pem" }
    var otherAuthority: String { (places.folder ?? "") + "/other.pem" }

    func counts() throws -> [String: Int] {
        let answer = try HTTPClient(options: .direct).get(http + "/counts")
        return try JSONDecoder().decode([String: Int].self, from: Data(answer.body))
    }
}

extension ClientOptions {
    /// No proxy, whatever the environment says.
    static var direct: ClientOptions { changed { _ in } }

    static func changed(_ change: (inout ClientOptions) -> Void) -> ClientOptions {
        var options = ClientOptions()
        options.proxy = ""
        // A busy machine takes its time.
        options.connectSeconds = 60
        options.totalSeconds = 120
        change(&options)
        return options
    }
}

/// Keeps what happens to links.
final class LinkLog: WebSocketHandler, @unchecked Sendable {
    enum Event: Hashable {
        case opened(Int)
        case message(Int, String)
        case pong(Int)
        case closed(Int, String)
    }

    // `events` has a lock of its own; `act` is set before anything is connected.
    let events = Condition<[Event]>([])
    let times = Condition<[Int64]>([])
    let ticks = Condition(0)
    /// Done on the loop's thread with each event.
    nonisolated(unsafe) var act: (Event) -> Void = { _ in }
    /// Whether messages are kept as text, or only counted by length.
    nonisolated(unsafe) var keepsText = true

    private func note(_ event: Event) {
        events.withLock { $0.append(event) }
        act(event)
    }

    func opened(link: Int) { note(.opened(link)) }
    func pong(link: Int) { note(.pong(link)) }
    func closed(link: Int, reason: String) { note(.closed(link, reason)) }
    func tick(now: Int64) { ticks.withLock { $0 += 1 } }

    func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64) {
        times.withLock { $0.append(received) }
        note(.message(link, keepsText ? String(decoding: bytes, as: UTF8.self) : "\(bytes.count)"))
    }

    /// Waits until `body` gives something, two minutes at most.
    func wait<Result>(_ body: ([Event]) -> Result?) throws -> Result {
        try #require(events.wait(atMostMilliseconds: 120_000) { body($0) }, "this is all that happened: \(all.suffix(5))")
    }

    var all: [Event] { events.withLock { $0 } }

    func messages(of link: Int = 1) -> [String] { LinkLog.messages(all, of: link) }

    static func messages(_ events: [Event], of link: Int = 1) -> [String] {
        events.compactMap { if case .message(link, let text) = $0 { text } else { nil } }
    }

    func closing(of link: Int = 1) throws -> String {
        try wait { events in
            events.lazy.compactMap { if case .closed(link, let reason) = $0 { reason } else { nil } }.first
        }
    }

    func waitForMessages(_ count: Int, of link: Int = 1) throws -> [String] {
        try wait { events in
            let messages = LinkLog.messages(events, of: link)
            return messages.count >= count ? messages : nil
        }
    }

    func closings(of link: Int = 1) -> Int {
        all.count { if case .closed(link, _) = $0 { true } else { false } }
    }
}

/// A loop with a log, stopped when it goes.
final class LoggedLoop: Sendable {
    let log = LinkLog()
    let loop: WebSocketLoop

    init(_ options: ClientOptions = .direct, tickMilliseconds: Int = 20) throws {
        let log = log
        loop = try WebSocketLoop(options: options, tickMilliseconds: tickMilliseconds) { _ in log }
    }

    deinit { loop.stop() }

    func connect(_ url: String, link: Int = 1) {
        let loop = loop
        loop.perform { loop.connect(link: link, url: url) }
    }

    func send(_ text: String, link: Int = 1) {
        let loop = loop
        loop.perform { loop.send(link: link, text: text) }
    }

    /// Does nothing until everything performed so far is done.
    func settle() {
        let isDone = Condition(false)
        loop.perform { isDone.withLock { $0 = true } }
        isDone.wait { $0 ? () : nil }
    }
}
