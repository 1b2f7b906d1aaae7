import ExchangeSimulator
import Feeds
import Foundation
import Lake
import MarketModel
import Recorder
import Synchronization
import TapeSequencer

/// Venues of a simulator and recorders that follow them, over real sockets on loopback.
final class LiveBench {
    static let instruments: [(venue: Venue, symbol: String)] = [
        (.binanceSpot, "BTCUSDT"), (.okxPerps, "BTC-USDT-SWAP"), (.bybitLinear, "BTCUSDT"),
    ]

    let simulator: LiveSimulator
    let lake: Lake
    let capture = Capture()
    let directory: String
    private(set) var recorders: [VenueRecorder] = []
    let said = Said()

    /// A market of the instruments above, some trades a second each.
    static func market(seed: UInt64, ordersPerSecond: Double = 120) -> SimulatedMarket {
        let usual = SimulatedInstrument.usual.filter { one in
            instruments.contains { $0.venue == one.venue && $0.symbol == one.symbol }
        }
        return SimulatedMarket(seed: seed, instruments: usual, ordersPerSecond: ordersPerSecond, intraday: false, resolution: 1000)
    }

    /// - Parameter lake: where to record, if not beside all else of the bench.
    init(market: SimulatedMarket, plan: FaultPlan = .none, lake path: String? = nil) throws {
        simulator = try LiveSimulator(SimulatedExchange(market: market, plan: plan))
        directory = NSTemporaryDirectory() + "millrace-live-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        lake = try Lake(directory: path ?? directory, create: true)
    }

    deinit {
        stop()
        simulator.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Where a venue of the simulator is.
    func endpoints(_ venue: Venue) -> Endpoints {
        let host: SimulatedHost = venue == .binanceSpot ? .binanceSpot : venue == .okxPerps ? .okx : .bybit
        return Endpoints(rest: simulator.url(host), sockets: [simulator.stream(host)])
    }

    /// Records instruments; what is recorded goes to ``capture``, or to another sink.
    ///
    /// - Parameters:
    ///   - listing: puts another list of instruments in the place of a venue's own.
    func record(
        _ wanted: [(venue: Venue, symbol: String)] = instruments, into other: (any LiveSink)? = nil,
        listing: ((any RESTAdapter) -> any RESTAdapter)? = nil, options change: (inout VenueRecorder.Options) -> Void = { _ in }
    ) throws {
        let sink = other ?? capture
        for (venue, symbol) in wanted {
            let endpoints = endpoints(venue)
            guard let feed = FeedCatalogue.feed(of: venue, endpoints: endpoints),
                let own = FeedCatalogue.rest(of: venue, endpoints: endpoints)
            else { continue }
            let rest = listing.map { $0(own) } ?? own
            var options = VenueRecorder.Options()
            options.order.tries = 4
            options.order.firstWait = 200_000_000
            change(&options)
            let recorder = try VenueRecorder(feed: feed, rest: rest, lake: lake, sink: sink, options: options) { [said] line in
                said.add(line)
            }
            recorder.record([symbol])
            recorders.append(recorder)
        }
    }

    func stop() {
        for recorder in recorders { recorder.stop() }
        recorders = []
    }
}

/// What recorders have reported.
final class Said: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: some CustomStringConvertible) { lines.withLock { $0.append(line.description) } }

    var last: [String] { lines.withLock { $0.suffix(3) } }

    /// How many lines hold something.
    func count(_ holds: (String) -> Bool) -> Int { lines.withLock { $0.filter(holds).count } }

    /// Whether a line holds something; looked at under the lock, as ``Capture/look(_:_:)`` does.
    func contains(_ holds: (String) -> Bool) -> Bool { lines.withLock { $0.contains(where: holds) } }
}

/// Waits until something holds, far longer than it should take.
func waitUntil(seconds: Double = 90, _ condition: () -> Bool) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while !condition() {
        guard Date() < end else { return false }
        usleep(20_000)
    }
    return true
}
