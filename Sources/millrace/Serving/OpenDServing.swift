import Access
import Lake
import MarketService
import Notices
import Transport
import VendorAPIs

/// OpenD, put together: what the lake knows of option statistics, over TCP and over a WebSocket.
final class OpenDServing: Sendable {
    private let book: OptionStatisticBook
    private let listener: StreamListener?
    private let web: Server?
    private let host: String
    /// What clients of the WebSocket hold.
    private let held = HeldBytes(limits: ServerLimits())

    /// Starts to answer.
    ///
    /// - Parameters:
    ///   - access: whose keys of vendor `opend` the WebSocket's clients have.
    ///   - isLoopback: whether nobody but this machine reaches `host`; whoever else does has to have a key.
    ///   - origins: which pages may connect while the WebSocket wants no key, which says more about who may.
    /// - Throws: a `ServerError` where a port is taken.
    init(
        _ options: OpenDOptions, lake: Lake, access: AccessControl, host: String, isLoopback: Bool, threads: Int, origins: OriginPolicy,
        report: @escaping @Sendable (Notice) -> Void
    ) throws {
        let book = OptionStatisticBook(lake: lake, exchanges: options.exchanges)
        let service = OpenDService(statistics: book, key: options.key, demandsKey: !isLoopback)
        self.book = book
        self.host = host
        var listener: StreamListener?
        if options.port != nil, options.key == nil, !isLoopback {
            report("\(.data, "OpenD") stays shut: \(.address, host) can be reached by others, and \(.option, "--opend-key") is not given")
        } else if let port = options.port {
            var limits = StreamLimits()
            // A proxy may stand for many.
            limits.connectionsPerClient = 2048
            listener = try StreamListener(host: host, port: port, threads: threads, limits: limits) { service.session(at: $0) }
        }
        self.listener = listener
        var web: Server?
        let wantsKey: @Sendable () -> Bool = { access.wantsKey(vendor: OpenDService.vendor) }
        if options.webPort != nil, !wantsKey(), !isLoopback {
            report(
                "OpenD's WebSocket stays shut: \(.address, host) can be reached by others, and it has no key: make one with 'millrace keys create --data \(.file, lake.directory) --vendor opend --plan standard', and start again"
            )
        } else if let port = options.webPort {
            let router = Router([service.webSocketMount(access: access, isOpenWithoutKeys: isLoopback)], report: report)
            var origins = origins
            origins.admitsAll = wantsKey
            do {
                web = try Server(router: router, host: host, port: port, threads: 1, origins: origins, held: held)
            } catch {
                listener?.stop()
                throw error
            }
        }
        self.web = web
        book.follow(report: report)
    }

    /// What it answers from.
    var statistics: any OptionStatistics { book }

    /// Where it answers, in one line; nil where it does not.
    var addresses: String? {
        let name = host.contains(":") ? "[\(host)]" : host
        let places = [listener.map { "OpenD \(name):\($0.port)" }, web.map { "OpenD's WebSocket \(name):\($0.port)" }].compactMap { $0 }
        return places.isEmpty ? nil : places.joined(separator: ", ")
    }

    /// What clients hold of the server's memory, by kind.
    var heldKinds: [HeldBytes.Kind] {
        let web = held.kinds.map { HeldBytes.Kind(name: "opend_websocket_\($0.name)", held: $0.held, limit: $0.limit, shed: $0.shed) }
        let tcp = (listener?.held).map { HeldBytes.Kind(name: "opend", held: $0.held, limit: $0.limit, shed: $0.shed) }
        return (tcp.map { [$0] } ?? []) + (self.web == nil ? [] : web)
    }

    /// Writes how many are connected, and who was cut off.
    func write(to text: inout MetricsText) {
        guard let listener else { return }
        text.gauge("millrace_opend_connections", "TCP clients of OpenD that are connected", Double(listener.connections))
        text.counter(
            "millrace_opend_cutoffs_total", "TCP clients of OpenD that were cut off, by reason",
            StreamCutoff.allCases.map { .init(Double(listener.cutoffs($0)), ["reason": $0.rawValue]) })
    }

    /// Closes all connections.
    func stop() {
        listener?.stop()
        web?.stop(grace: 0)
        book.stop()
    }
}
