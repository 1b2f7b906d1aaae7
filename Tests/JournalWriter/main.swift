import Glibc
import Lake
import MarketModel

// Records made-up trades as fast as it may and says how far they are durable, until somebody kills it: the other half of JournalKillTests.
// Arguments: the data directory, the first id, how many trades a second.

let arguments = CommandLine.arguments
guard arguments.count == 4, let first = Int64(arguments[2]), let rate = Int64(arguments[3]) else { exit(2) }
let lake = try Lake(directory: arguments[1], create: true)
let journal = try Journal(
    lake: lake, venue: .binanceSpot, commitMilliseconds: 5,
    onCommit: { commits in
        for commit in commits {
            var line = "\(commit.durableID.integer)\n"
            line.withUTF8 { bytes in _ = write(1, bytes.baseAddress, bytes.count) }
        }
    })
var instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
instrument.tradeIDs = .contiguous
let tape = try journal.open(instrument, scales: Scales(price: 2, quantity: 5))
var id = first
while true {
    var rows: [JournalRow] = []
    for _ in 0..<max(1, rate / 1000) {
        // Each trade follows from its id; a day has eight hours of them at the fullest, so that midnights come by too.
        let trade = Trade(
            id: TradeID(id), time: 1_728_000_000_000_000 + id * 300_000, price: 100 + id % 977, quantity: 1 + id % 1009,
            side: id % 2 == 0 ? .buy : .sell)
        rows.append(JournalRow(trade, received: trade.time + 5))
        id += 1
    }
    journal.append(tape.symbol, rows)
    usleep(1000)
}
