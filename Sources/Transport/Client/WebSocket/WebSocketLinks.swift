import CWebSockets
import Pipeline
import Glibc
import Synchronization

/// The links of one loop, on its thread: what the owner asks for, and what time asks for.
final class WebSocketLinks {
    static let text = Int32(MR_WS_TEXT)
    static let ping = Int32(MR_WS_PING)

    let options: ClientOptions
    let proxies: ProxyRule
    let resolver = Resolver()
    var handler: (any WebSocketHandler)?
    var byNumber: [UInt64: WebSocketLink] = [:]
    /// The links that the owner knows.
    var byID: [Int: WebSocketLink] = [:]
    /// Work for after the callback that is running.
    private var later: [() -> Void] = []
    private var lastNumber: UInt64 = 0
    private var native: OpaquePointer?
    private let thread = Atomic<UInt>(0)

    init(options: ClientOptions, tickMilliseconds: Int) throws(WebSocketError) {
        self.options = options
        proxies = ProxyRule(options)
        var fault: Int32 = 0
        // libwebsockets and OpenSSL write to sockets whose peers may be gone.
        signal(SIGPIPE, SIG_IGN)
        native = mr_ws_open(
            options.caFile, options.userAgent, UInt32(clamping: options.connectSeconds), UInt32(clamping: tickMilliseconds),
            WebSocketLinks.event, Unmanaged.passUnretained(self).toOpaque(), &fault)
        guard native != nil else {
            throw WebSocketError(code: fault == MR_WS_CA_UNREADABLE ? .authorities(options.caFile ?? "") : .start)
        }
    }

    deinit { end() }

    var isOnThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    static func seconds(_ count: Int) -> Int64 { Int64(count) * 1_000_000_000 }

    // MARK: The loop

    func begin(_ handler: any WebSocketHandler) {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        self.handler = handler
    }

    /// One pass; false when libwebsockets cannot go on.
    func serve() -> Bool {
        guard let native else { return false }
        let isWell = mr_ws_serve(native) >= 0
        handler?.drained()
        while !later.isEmpty {
            let work = later
            later = []
            for item in work { item() }
        }
        guard !isWell else { return true }
        for link in Array(byID.values) { fail(link, "the event loop of libwebsockets has failed") }
        return false
    }

    /// From any thread, as long as the loop is not closed.
    func wake() {
        if let native { mr_ws_wake(native) }
    }

    /// Says goodbye to open links, for half a second.
    func leave() {
        for link in Array(byID.values) { close(id: link.id) }
        handler = nil
        let limit = MonotonicClock.nanoseconds() + 500_000_000
        while byNumber.values.contains(where: { $0.handle != nil }), MonotonicClock.nanoseconds() < limit, serve() {}
    }

    func end() {
        handler = nil
        guard let native else { return }
        self.native = nil
        mr_ws_close(native)
        byNumber = [:]
        byID = [:]
    }

    // MARK: What the owner asks for

    func connect(id: Int, url text: String, loop: WebSocketLoop) {
        close(id: id)
        let started = MonotonicClock.nanoseconds()
        let url = ClientURL(text, schemes: ["ws", "wss"])
        lastNumber += 1
        let link = WebSocketLink(
            id: id, url: url ?? .nowhere, number: lastNumber, deadline: started + WebSocketLinks.seconds(options.connectSeconds))
        byNumber[link.number] = link
        byID[id] = link
        guard let url, url.target.utf8.count <= 8192 else {
            return failLater(link, "not an address of a WebSocket: \(text.prefix(200))")
        }
        do {
            link.proxy = try proxies.proxy(to: url.host, isSecure: url.isSecure)
        } catch {
            return failLater(link, "the proxy \(error.text) cannot be used: give http://host:port")
        }
        let (number, host) = (link.number, link.proxy?.host ?? url.host)
        let resolved: @Sendable ([String]) -> Void = { addresses in
            loop.perform { loop.links.resolved(number: number, host: host, addresses: addresses) }
        }
        if let address = Resolver.numeric(host) { resolved([address]) } else { resolver.resolve(host, resolved) }
    }

    /// Not from within the owner's own call.
    private func failLater(_ link: WebSocketLink, _ reason: String) {
        let number = link.number
        later.append { [unowned self] in
            if let link = byNumber[number] { fail(link, reason) }
        }
        wake()
    }

    private func resolved(number: UInt64, host: String, addresses: [String]) {
        guard let link = byNumber[number], link.phase == .resolving else { return }
        guard !addresses.isEmpty else { return fail(link, "cannot connect: no address is known for \(host)") }
        link.addresses = Array(addresses.prefix(4))
        link.patience = WebSocketLinks.seconds(options.connectSeconds) / Int64(link.addresses.count)
        attempt(link)
    }

    /// Tries the next address.
    private func attempt(_ link: WebSocketLink) {
        guard let native, link.phase == .resolving || link.phase == .connecting, !link.addresses.isEmpty else { return }
        let address = link.addresses.removeFirst()
        let proxy = link.proxy
        byNumber[link.number] = nil
        lastNumber += 1
        let number = lastNumber
        link.number = number
        byNumber[number] = link
        link.phase = .connecting
        link.deadline = MonotonicClock.nanoseconds() + link.patience
        let url = link.url
        let handle = mr_ws_connect(
            native, number, proxy == nil ? address : url.host, proxy == nil ? url.port : url.port, url.authority, url.target,
            url.isSecure ? 1 : 0, Resolver.numeric(url.host) == nil ? 1 : 0, proxy?.text(host: address))
        guard byNumber[number] === link else {
            // The owner has closed it meanwhile.
            if let handle { mr_ws_end(handle) }
            return
        }
        guard let handle else { return failed(link, "cannot connect: no socket could be opened", status: 0) }
        link.handle = handle
        if !link.outbox.isEmpty, link.phase == .open { mr_ws_want_write(handle) }
    }

    func send(id: Int, kind: Int32, _ text: String) {
        guard let link = byID[id] else { return }
        guard link.enqueue(kind: kind, text) else {
            return fail(link, "the peer takes nothing: \(link.outboxBytes) bytes wait to be sent")
        }
        if link.phase == .open, let handle = link.handle { mr_ws_want_write(handle) }
    }

    func close(id: Int) {
        guard let link = byID[id] else { return }
        dismiss(link)
    }

    // MARK: Ends

    /// Takes a link away from the owner, and lets its socket close.
    func dismiss(_ link: WebSocketLink) {
        let wasOpen = link.phase == .open
        byID[link.id] = nil
        link.phase = .leaving
        link.parts = []
        link.deadline = MonotonicClock.nanoseconds() + WebSocketLinks.seconds(2)
        guard let handle = link.handle else {
            byNumber[link.number] = nil
            return
        }
        if wasOpen { mr_ws_want_write(handle) } else { mr_ws_end(handle) }
    }

    /// Ends a link, and tells the owner why.
    func fail(_ link: WebSocketLink, code: UInt16 = 1000, _ reason: String) {
        guard byID[link.id] === link else { return }
        link.closeCode = code
        // What waits for a peer that has done wrong need not be sent.
        link.outbox = []
        dismiss(link)
        handler?.closed(link: link.id, reason: reason)
    }

    /// An attempt has failed: the next address is tried, or the owner is told.
    func failed(_ link: WebSocketLink, _ reason: String, status: Int32) {
        byNumber[link.number] = nil
        link.handle = nil
        guard byID[link.id] === link else { return }
        if !link.addresses.isEmpty, !link.reachedPeer, link.reason == nil, status == 0 {
            // Known by this number until the next attempt.
            let number = link.number
            byNumber[number] = link
            later.append { [unowned self] in
                if let link = byNumber[number] { attempt(link) }
            }
            return
        }
        byID[link.id] = nil
        link.phase = .leaving
        handler?.closed(link: link.id, reason: link.reason ?? reason)
    }

    // MARK: Time

    func tick() {
        let now = MonotonicClock.nanoseconds()
        var late: [WebSocketLink] = []
        for link in byNumber.values {
            if link.isHeard {
                link.isHeard = false
                link.pinged = nil
                link.lastHeard = now
            }
            switch link.phase {
            case .resolving, .connecting, .leaving: if now >= link.deadline { late.append(link) }
            case .open:
                let silence = WebSocketLinks.seconds(options.silenceSeconds)
                // Counted from the ping, so that a process that stood still does not take its own silence for the peer's.
                if now - max(link.lastHeard, link.pinged ?? 0) >= silence / 2 { late.append(link) }
            }
        }
        for link in late { overdue(link, now: now) }
        handler?.tick(now: now)
    }

    private func overdue(_ link: WebSocketLink, now: Int64) {
        switch link.phase {
        case .resolving: fail(link, "cannot connect: the lookup of \(link.url.host) took more than \(options.connectSeconds) s")
        case .connecting:
            let reason = "cannot connect: \(link.url.authority) was not ready after \(options.connectSeconds) s"
            guard !link.addresses.isEmpty, !link.reachedPeer, let handle = link.handle else { return fail(link, reason) }
            link.deadline = .max
            mr_ws_end(handle)
        case .open where link.pinged != nil: fail(link, "the connection is dead: nothing received for \(options.silenceSeconds) s")
        case .open:
            link.pinged = now
            send(id: link.id, kind: WebSocketLinks.ping, "")
        case .leaving:
            link.deadline = .max
            if let handle = link.handle { mr_ws_end(handle) } else { byNumber[link.number] = nil }
        }
    }
}
