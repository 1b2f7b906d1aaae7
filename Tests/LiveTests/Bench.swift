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

    init(market: SimulatedMarket, plan: FaultPlan = .none) throws {
        simulator = try LiveSimulator(SimulatedExchange(market: market, plan: plan))
        directory = NSTemporaryDirectory() + "millrace-live-\(UUID().uuidString)"
        lake = try Lake(directory: directory, create: true)
    }

    deinit {
        stop()
        simulator.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Records all instruments; what is recorded goes to ``capture``, or to another sink.
    func record(into other: (any LiveSink)? = nil) throws {
        let sink = other ?? capture
        for (venue, symbol) in Self.instruments {
            let host: SimulatedHost = venue == .binanceSpot ? .binanceSpot : venue == .okxPerps ? .okx : .bybit
            let endpoints = Endpoints(rest: simulator.url(host), sockets: [simulator.stream(host)])
            guard let feed = FeedCatalogue.feed(of: venue, endpoints: endpoints),
                let rest = FeedCatalogue.rest(of: venue, endpoints: endpoints)
            else { continue }
            var options = VenueRecorder.Options()
            options.order.tries = 4
            options.order.firstWait = 200_000_000
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

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var last: [String] { lines.withLock { $0.suffix(3) } }
    var all: [String] { lines.withLock { $0 } }
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
