import Glibc
import Lake
import MarketModel

// Records made-up trades as fast as it may and says how far they are durable, until somebody kills it: the other half of JournalKillTests.
// Arguments: the data directory, the first id, how many trades a second; or the data directory, the first round, and `interest` for rounds
// of open interest.

let arguments = CommandLine.arguments
if arguments.count == 4, arguments[3] == "interest", let first = Int64(arguments[2]) { try recordInterest(arguments[1], from: first) }
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

/// Appends a round a millisecond and says so; seals what is over now and then.
func recordInterest(_ directory: String, from first: Int64) throws -> Never {
    let lake = try Lake(directory: directory, create: true)
    let store = try InterestStore(lake: lake)
    var round = first
    while true {
        // A day has 960 rounds, so that midnights come by too.
        let time = 1_728_000_000_000_000 + round * 90_000_000
        let contract = OpenInterestContract(venue: .okxPerps, symbol: "BTC-USDT-SWAP", coin: "BTC", quote: "USDT", margin: .stable)
        let value = OpenInterest(quantity: FixedPoint(mantissa: round), usd: FixedPoint(mantissa: round * 7))
        let sample = OpenInterestSample(contract: contract, value: value, time: time)
        try store.append([InterestSweep(venue: .okxPerps, time: time, samples: [sample])])
        var line = "\(round)\n"
        line.withUTF8 { bytes in _ = write(1, bytes.baseAddress, bytes.count) }
        if round % 100 == 0 { try store.seal(before: CivilDate(microseconds: time)) }
        round += 1
    }
}
