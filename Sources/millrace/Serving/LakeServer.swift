import Access
import Glibc
import Lake
import MarketService
import Notices
import Pipeline
import Recorder
import Transport
import VendorAPIs

/// How a data directory is served.
struct ServeOptions: Sendable {
    var data: String
    var host = "127.0.0.1"
    var port: Int
    var threads: Int
    /// What links in answers begin with, where clients reach the server by another name than it listens on.
    var publicURL: PublicURL?
    /// Where plans and baskets are read from, again with every SIGHUP; nil for the standard ones.
    var planFile: PlanFile?
    /// What can be asked for where no file declares it.
    var baskets = Baskets()
    /// What everybody may have of Aperiodic's API.
    var previews: [AperiodicPreview] = [.standard]
    /// Whose trades and open interest OKX' statistics count.
    var okxExchanges: Set<String> = ["OKX"]
    /// Which web pages may read from it, and by which names it goes.
    var visitors = Visitors()
    /// The addresses of proxies whose word on who asks is taken.
    var trustedProxies: Set<String> = []
    /// Where Futu's and moomoo's clients are answered.
    var openD = OpenDOptions()
    /// What one answer may be made of.
    var limits = QueryLimits()
    /// How many bytes of long answers are kept.
    var keptAnswers = 2 << 30
    /// What is recorded live.
    var recording = RecordingOptions()
    /// Where it is told what happens.
    var log = Log()
}

/// All that serves a data directory, put together: what `serve` runs, and `demo` too.
struct LakeServer: Sendable {
    /// Where it answers over HTTP.
    let url: String
    /// Where it answers in other ways, in one line; nil where it does not.
    var otherAddresses: String? { openD.addresses }
    private let server: Server
    private let market: MarketService
    private let access: AccessControl
    private let planFile: PlanFile?
    private let baskets: BasketBook
    private let months: MonthFiles
    private let recording: Recording?
    private let interest: Interest
    private let options: OptionTapes?
    private let openD: OpenDServing
    private let reports: OptionReportCollector?
    private let live: LiveMarket
    private let streams: (aperiodic: AperiodicLive, native: NativeLive)
    private let housekeeping: SerialWorker
    private let log: Log

    /// Starts serving.
    ///
    /// - Throws: what the lake throws, a `ServerError`, or a ``CommandError`` where an open address is wanted without keys,
    ///   ``PlanFile/Faults`` where the file of plans is wrong.
    init(_ options: ServeOptions) throws {
        // Before any thread: one that was made earlier would take a signal while nobody waits for it, and the process would die of it.
        EndSignals.block(alsoHangUp: options.planFile != nil)
        housekeeping = SerialWorker()
        planFile = options.planFile
        let log = options.log
        self.log = log
        let configuration = try planFile?.read()
        let plans = configuration?.plans ?? .standard
        let baskets = BasketBook(configuration?.baskets ?? options.baskets)
        self.baskets = baskets
        ProcessMemory.limitArenas(to: max(2, options.threads))
        ProcessMemory.returnLarge()
        let (data, host) = (options.data, options.host)
        let lake = try Lake(directory: data, create: !options.recording.isEmpty)
        let keys = try KeyStore(path: data + "/catalogue.sqlite")
        let access = try AccessControl(store: keys, plans: plans)
        let isLoopback = LakeServer.isLoopback(host)
        guard isLoopback || access.hasKeys else {
            throw CommandError(
                "\(host) can be reached by others, and there are no keys: make one with"
                    + " 'millrace keys create --data \(data) --vendor oanor --plan free', or listen on 127.0.0.1")
        }
        let report: @Sendable (Notice) -> Void = { log.write($0) }
        let recording = options.recording.symbols.isEmpty ? nil : try Recording(options.recording, lake: lake, report: report)
        let interest = try Interest(options.recording, lake: lake, limits: options.limits, report: report)
        let optionTapes = options.recording.optionFamilies.isEmpty ? nil : try OptionTapes(options.recording, lake: lake, report: report)
        var fetching = options.recording.reports.fetching
        fetching.client = options.recording.client
        let publishers = options.recording.reports.publishers
        reports = publishers.isEmpty ? nil : try OptionReportCollector(publishers, lake: lake, options: fetching, report: report)
        let market = try MarketService(source: LakeSource(lake), live: recording?.live, onDemand: recording)
        // Beyond loopback a vendor's API stays shut until that vendor has a key, whatever keys others have.
        let oanor = KeyGate(vendor: "oanor", header: "x-oanor-key", access: access, isOpenWithoutKeys: isLoopback)
        let aperiodic = KeyGate(
            vendor: "aperiodic", header: "x-api-key", access: access, isOpenWithoutKeys: isLoopback, demoKey: Aperiodic.demoKey,
            otherVendorStatus: .unauthorized, closedStatus: .forbidden)
        let own = KeyGate(
            vendor: "millrace", header: "authorization", scheme: "Bearer", access: access, isOpenWithoutKeys: isLoopback,
            closedStatus: .forbidden)
        // Without recorders there is nothing live, and the streams say so.
        let live = recording?.live ?? LiveMarket(lake: lake, report: report)
        let streams = (aperiodic: AperiodicLive(market: live), native: NativeLive(market: live))
        let months = MonthFiles(lake: lake, engine: Program.version, threads: options.threads)
        let coinglass = KeyGate(
            vendor: "coinglass", header: CoinGlass.keyHeader, access: access, isOpenWithoutKeys: isLoopback, words: CoinGlass.words,
            rateHeaders: CoinGlass.rateHeaders)
        let taker = TakerMarket(lake: lake, market: market, threads: options.threads, limits: options.limits)
        let optionMarket = OptionMarket(lake: lake, limits: options.limits)
        OpenFiles.raiseLimit()
        let origins = options.visitors.policy(publicURL: options.publicURL, isLoopback: isLoopback)
        let openD = try OpenDServing(
            options.openD, lake: lake, access: access, host: host, isLoopback: isLoopback, threads: options.threads, origins: origins,
            report: report)
        self.openD = openD
        var limits = ServerLimits()
        // Month files are made by threads of their own, and those of the server wait for them. A few slow months must not hold up the others.
        limits.workThreads = 16
        // A thousand subscribers may sit behind one address.
        limits.connectionsPerClient = 2048
        let held = HeldBytes(limits: limits)
        let figures = ServerMetrics(requests: RequestMeters(), held: held, live: recording?.live, recording: recording, openD: openD)
        let page = PagePlace.files()
        let mounts = [
            Health.mount(market: market, stale: { figures.stale() }, metrics: { figures.write(to: &$0) }, gate: own),
            Oanor.mount(market: market, gate: oanor),
            CoinGlass.mount(interest: interest.market, taker: taker, gate: coinglass),
            OKX.mount(
                options: optionMarket, taker: taker, interest: interest.market, exchanges: options.okxExchanges,
                addresses: ClientAddresses(trusted: options.trustedProxies)),
            try Aperiodic.mount(
                market: market, months: months, gate: aperiodic, signer: LinkSigner(store: keys), publicURL: options.publicURL?.text,
                previews: options.previews, live: streams.aperiodic),
            Flowsurface.mount(lake: lake, market: market, limits: options.limits, gate: own),
            Native.mount(
                lake: lake, live: streams.native, options: optionMarket, interest: interest.market, statistics: openD.statistics,
                baskets: baskets, threads: options.threads, limits: options.limits,
                kept: AnswerStore(lake: lake, engine: Program.version, capacity: options.keptAnswers), gate: own),
            Page.mount(page),
        ]
        // The parts of the page are nobody's API, and not described.
        let all = mounts + Reference.mounts(of: mounts, version: Program.version) + [Page.parts(page)]
        let router = Router(all, meters: figures.requests, report: report)
        server = try Server(
            router: router, host: host, port: options.port, threads: options.threads, limits: limits, origins: origins, held: held,
            observe: log.requests)
        market.follow(report: report)
        access.follow(report: report)
        LakeServer.nameKeysWithoutPlan(access, log)
        self.market = market
        self.access = access
        self.months = months
        self.recording = recording
        self.interest = interest
        self.options = optionTapes
        self.live = live
        self.streams = streams
        LakeServer.tidy(every: 60_000, on: housekeeping, log)
        url = "http://\(host.contains(":") ? "[\(host)]" : host):\(server.port)"
    }

    /// Gives free memory back and writes what the log left out, again and again, until the worker is stopped.
    private static func tidy(every milliseconds: Int, on worker: SerialWorker, _ log: Log) {
        worker.submit(afterMilliseconds: milliseconds) { [weak worker] in
            ProcessMemory.returnFreed()
            log.settle()
            if let worker, !worker.isStopped { tidy(every: milliseconds, on: worker, log) }
        }
    }

    /// Waits until trades of all instruments that are to be recorded have come.
    ///
    /// - Returns: false if the time ran out; ``unready`` says what is missing.
    func waitUntilLive(seconds: Int) -> Bool {
        for _ in 0..<(seconds * 50) {
            if unready.isEmpty { return true }
            usleep(20_000)
        }
        return false
    }

    /// The instruments that are to be recorded and not live yet.
    var unready: [String] {
        (recording?.unready ?? []) + (!interest.isReady ? ["open interest"] : []) + (options?.isReady == false ? ["options"] : [])
            + (reports?.isSettled == false ? ["option reports"] : [])
    }

    /// Reads the file of plans and baskets again. A good one takes effect at once; of one that is not its faults are said, and nothing changes.
    func readPlansAgain() {
        guard let planFile else { return }
        do {
            let read = try planFile.read()
            try access.adopt(read.plans)
            baskets.adopt(read.baskets)
            log.write(.info("baskets that can be asked for: \(.count, read.baskets.all.count)"))
            log.write(.info("read \(.file, planFile.path) again: \(.count, read.plans.all.count) plans are in force"))
            LakeServer.nameKeysWithoutPlan(access, log)
        } catch let error as PlanFile.Faults {
            for line in error.lines { log.write("a fault of the plans: \(.reason, line)") }
            log.write("\(.file, planFile.path) is wrong: the plans stay as they were")
        } catch {
            log.write("\(.file, planFile.path) cannot be read, the plans stay as they were: \(error)")
        }
    }

    private static func nameKeysWithoutPlan(_ access: AccessControl, _ log: Log) {
        for key in access.keysWithoutPlan {
            log.write("\(.key, key.id) opens nothing: \(.vendor, key.vendor) has no plan '\(.plan, key.plan)' now")
        }
    }

    /// Answers what is in flight, for up to `grace` seconds, and stops.
    func stop(grace: Double) {
        housekeeping.stop()
        recording?.stop()
        server.stop(grace: grace)
        openD.stop()
        interest.stop()
        options?.stop()
        reports?.stop()
        streams.aperiodic.stop()
        streams.native.stop()
        live.stop()
        months.stop()
        market.stop()
        do {
            try access.stop()
        } catch {
            log.write(.error("calls that were booked ahead could not be returned: \(error)"))
        }
        log.settle()
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}
