import Archives
import MarketModel
import Synchronization

/// Everything an archive gives, gathered in file order: what the tests look at.
struct Collected {
    var trades: [Trade] = []
    var scales = Scales(price: 0, quantity: 0)
    var report: ArchiveReport
    var format: String
    var passes = 0

    init(
        _ path: String, venue: Venue = .binanceSpot, options: ArchiveOptions = ArchiveOptions(), threads: Int = 2
    ) throws {
        let state = Mutex((trades: [Trade](), scales: Scales(price: 0, quantity: 0), passes: 0))
        let file = try ArchiveFile(path: path, venue: venue, options: options)
        report = try file.read(
            threads: threads,
            reduction: TapeReduction(
                begin: { _ in [Trade]() },
                add: { trades, columns in for row in 0..<columns.count { trades.append(columns[row]) } }),
            restart: { scales in
                state.withLock {
                    $0.trades = []
                    $0.scales = scales
                    $0.passes += 1
                }
            },
            fold: { trades, _ in state.withLock { $0.trades += trades } })
        format = file.format
        (trades, scales, passes) = state.withLock { ($0.trades, $0.scales, $0.passes) }
    }
}
