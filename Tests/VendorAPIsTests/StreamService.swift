import Access
import Foundation
import Lake
import MarketModel
import MarketService
import Recorder
import Synchronization
import TapeSequencer
import Testing
import Transport
import VendorAPIs

/// A server with both streams on a market without recorders: routes below `/feed` tell it what recorders would.
final class StreamService: Sendable {
    let server: Server
    let live: LiveMarket
    private let directory: String
    private let aperiodic: AperiodicLive
    private let native: NativeLive
    private let access: AccessControl
    private let sinks: [String: any LiveTapeSink]
    private let journal: Journal

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// Those of the native API that limit its stream.
    private static let plans = [
        Plan(vendor: "millrace", name: "two", liveConnections: 2), Plan(vendor: "millrace", name: "still", hasLiveStream: false),
    ]

    init() throws {
        let directory = NSTemporaryDirectory() + "/millrace-streams-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let lake = try Lake(directory: directory, create: true)
        let plans = Plans(Plans.standard.all + StreamService.plans)
        let access = try AccessControl(store: KeyStore(path: directory + "/catalogue.sqlite"), plans: plans)
        let live = LiveMarket(lake: lake) { _ in }
        let (aperiodic, native) = (AperiodicLive(market: live), NativeLive(market: live, room: 200))
        var sinks: [String: any LiveTapeSink] = [:]
        for symbol in ["BTCUSDT", "ETHUSDT"] {
            let start = LiveTapeStart(
                instrument: Instrument(venue: .binanceFutures, symbol: symbol), scales: Scales(price: 2, quantity: 3), tape: nil, settle: {}
            )
            sinks[symbol] = try live.begin(start)
            sinks[symbol]?.state(.live)
        }
        // One whose trades are on a tape too, so that bars can be read again.
        let journal = try Journal(lake: lake, venue: .binanceFutures)
        let solana = Instrument(venue: .binanceFutures, symbol: "SOLUSDT")
        let tape = try journal.open(solana, scales: Scales(price: 2, quantity: 3))
        let start = LiveTapeStart(instrument: solana, scales: tape.scales, tape: nil, settle: { try journal.flush() })
        sinks["SOLUSDT"] = TapedSink(sink: try live.begin(start), journal: journal, symbol: tape.symbol)
        sinks["SOLUSDT"]?.state(.live)
        self.journal = journal
        self.directory = directory
        self.access = access
        self.live = live
        self.aperiodic = aperiodic
        self.native = native
        self.sinks = sinks
        let gate = KeyGate(
            vendor: "aperiodic", header: "x-api-key", access: access, isOpenWithoutKeys: true, demoKey: Aperiodic.demoKey,
            otherVendorStatus: .unauthorized)
        let own = KeyGate(
            vendor: "millrace", header: "authorization", scheme: "Bearer", access: access, isOpenWithoutKeys: true,
            closedStatus: .forbidden)
        var limits = ServerLimits()
        limits.connections = 3000
        limits.connectionsPerClient = 3000
        let router = try Router([
            Aperiodic.mount(
                market: MarketService(source: LakeSource(lake)), months: MonthFiles(lake: lake, engine: "1", threads: 1), gate: gate,
                signer: LinkSigner(secret: Array(repeating: 7, count: 32)), publicURL: nil, live: aperiodic),
            Native.mount(
                lake: lake, live: native, options: OptionMarket(lake: lake), interest: InterestMarket(lake: lake, venues: [:]),
                statistics: OptionStatisticTable([]), gate: own),
            StreamService.feed(sinks, keys: directory + "/catalogue.sqlite"),
        ])
        server = try Server(router: router, threads: 2, limits: limits)
        access.follow { _ in }
    }

    deinit {
        server.stop(grace: 0)
        aperiodic.stop()
        native.stop()
        live.stop()
        journal.close()
        try? access.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func key(_ plan: String) throws -> String {
        // Another connection: a store does not look for its own changes.
        let key = try KeyStore(path: directory + "/catalogue.sqlite").create(vendor: "aperiodic", plan: plan, now: 0).key
        try access.refresh()
        return key
    }

    /// Runs a script of Conformance/streams and returns its status and what it said.
    func run(_ script: String, _ arguments: [String] = []) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: StreamService.root + "/.venv/bin/python")
        process.arguments = ["\(StreamService.root)/Conformance/streams/\(script).py", "\(server.port)"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private static func feed(_ sinks: [String: any LiveTapeSink], keys: String) -> Mount {
        // One recorder's thread is one lock.
        let turn = Mutex(())
        return Mount(
            "/feed",
            routes: [
                Route(.post, "/trades", summary: "Trades come") { request in
                    let (first, time) = (number("first", request), number("time", request))
                    let trades = (0..<number("count", request)).map { offset in
                        LiveTrade(
                            Trade(
                                id: TradeID(first + offset), time: time + offset, price: number("price", request),
                                quantity: number("quantity", request), side: request.query["side"] == "sell" ? .sell : .buy),
                            received: time + offset + 5, isLate: number("late", request) == 1)
                    }
                    turn.withLock { _ in sinks[request.query["symbol"] ?? ""]?.take(trades) }
                    return Response(text: "ok\n")
                },
                Route(.post, "/tick", summary: "Time passes") { request in
                    turn.withLock { _ in for sink in sinks.values { sink.tick(at: number("now", request)) } }
                    return Response(text: "ok\n")
                },
                Route(.post, "/gap", summary: "A hole is found, filled or given up") { request in
                    let gap = LiveGap(
                        ids: number("from_id", request)...number("to_id", request), timeFrom: number("from_time", request),
                        timeTo: number("to_time", request), missing: Int(number("missing", request)),
                        state: request.query["state"].flatMap { LiveGap.State(rawValue: $0) } ?? .open)
                    turn.withLock { _ in sinks[request.query["symbol"] ?? ""]?.take(gap) }
                    return Response(text: "ok\n")
                },
                Route(.post, "/commit", summary: "Trades are on the disk") { request in
                    turn.withLock { _ in
                        sinks[request.query["symbol"] ?? ""]?
                            .committed(id: TradeID(number("id", request)), time: number("time", request))
                    }
                    return Response(text: "ok\n")
                },
                Route(.post, "/key", summary: "A key of the native API is made") { request in
                    let (plan, all) = (request.query["plan"] ?? "unlimited", Plans(Plans.standard.all + StreamService.plans))
                    return Response(text: try KeyStore(path: keys).create(vendor: "millrace", plan: plan, of: all, now: 0).key)
                },
                Route(.post, "/revoke", summary: "A key is revoked") { request in
                    let store = try KeyStore(path: keys)
                    for record in try store.list() where record.plan == "unlimited" { try store.revoke(id: record.id, now: 0) }
                    return Response(text: "ok\n")
                },
            ])
    }

    private static func number(_ name: String, _ request: borrowing Request) -> Int64 { request.query[name].flatMap { Int64($0) } ?? 0 }
}

/// Writes trades to a journal before it tells of them, as recorders do.
private struct TapedSink: LiveTapeSink {
    let sink: any LiveTapeSink
    let journal: Journal
    let symbol: JournalSymbol

    func take(_ trades: [LiveTrade]) {
        journal.append(symbol, trades.map { JournalRow($0.trade, source: $0.source, received: $0.received) })
        sink.take(trades)
    }
    func take(_ gap: LiveGap) { sink.take(gap) }
    func committed(id: TradeID, time: Int64) { sink.committed(id: id, time: time) }
    func state(_ state: LiveState) { sink.state(state) }
    func tick(at now: Int64) { sink.tick(at: now) }
}

/// The streams of the façades, asked by clients on real sockets.
struct StreamServiceTests {
    @Test func `Aperiodic's own client streams rows, and hears why it may not`() throws {
        let service = try StreamService()
        let (status, output) = try service.run(
            "aperiodic_client", [service.key("pro"), service.key("tier1"), service.key("unlimited")])
        #expect(status == 0, "\(output)")
    }

    @Test func `The native stream is exact, resumes, and lists what is on tape`() throws {
        let service = try StreamService()
        let (status, output) = try service.run("native_client")
        #expect(status == 0, "\(output)")
    }
}
