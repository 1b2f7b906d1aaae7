import MarketModel
import Pipeline
import Synchronization
import Transport

/// A finished day of a live tape as the venue's own dump: the same trades that were streamed.
///
///     try LiveDump(tape: tape, day: yesterday).write(to: "dumps")      // dumps/BTCUSDT-aggTrades-2026-01-05.zip and its .CHECKSUM
public struct LiveDump: Sendable {
    /// Whose trades.
    public let tape: InstrumentTape
    /// The venue's day: UTC, on OKX from midnight at UTC+8.
    public let day: CivilDate
    /// Trades before this time are left out, in microseconds since 1970-01-01 UTC.
    public let start: Int64
    /// Trades from here on are left out: for a day that is not over.
    public let end: Int64

    /// Creates a dump.
    public init(tape: InstrumentTape, day: CivilDate, start: Int64 = .min, end: Int64 = .max) {
        self.tape = tape
        self.day = day
        self.start = start
        self.end = end
    }

    /// The instants of the day's trades: microseconds since 1970-01-01 UTC.
    public var times: Range<Int64> {
        let shift: Int64 = tape.instrument.venue == .okxSpot || tape.instrument.venue == .okxPerps ? -8 * 3_600_000_000 : 0
        return day.microseconds + shift..<day.microseconds + CivilDate.dayLength + shift
    }

    /// The orders whose time lies in the day.
    var orders: Range<Int64> {
        let first = tape.firstOrder(at: max(start, times.lowerBound))
        return first..<max(first, tape.firstOrder(at: min(end, times.upperBound)))
    }

    /// Writes the dump; beside a zip its `.CHECKSUM`, where the venue has those.
    ///
    /// - Parameters:
    ///   - directory: must exist.
    ///   - threads: 1…64.
    /// - Throws: ``SimulationError``; no file is left then.
    public func write(to directory: String, threads: Int = 2) throws -> SimulatedArchive {
        let format = try DumpFormat(tape.instrument, day: day)
        let orders = orders
        let path = "\(directory)/\(format.container.fileName(for: format.stem))"
        let writer = try ArchiveWriter(
            path: path, container: format.container, member: "\(format.stem).csv", mayPass4GiB: orders.count > 20_000_000)
        let block: Int64 = 8192
        let next = Mutex(orders.lowerBound)
        let rows = Mutex(0)
        try OrderedPipeline.run(
            threads: threads,
            produce: { () -> Range<Int64>? in
                next.withLock { next in
                    // A day without trades still has one block, which ends the file.
                    guard next < orders.upperBound || next == orders.lowerBound else { return nil }
                    let range = next..<min(orders.upperBound, next + block)
                    next = max(range.upperBound, orders.lowerBound + 1)
                    return range
                }
            },
            work: { range in
                let (text, count) = format.text(of: range, tape, head: range.lowerBound == orders.lowerBound)
                return (text, Deflate.block(text, last: range.upperBound >= orders.upperBound), count)
            },
            consume: { text, compressed, count in
                try writer.append(text: text, compressed: compressed)
                rows.withLock { $0 += count }
            })
        return try writer.finish(rows: rows.withLock { $0 }, checksum: tape.instrument.venue.exchange == "Binance")
    }
}

/// How a venue writes its dumps.
struct DumpFormat: Sendable {
    let instrument: SimulatedInstrument
    let container: ArchiveContainer
    let stem: String
    private let layout: AggTradeLayout?

    init(_ instrument: SimulatedInstrument, day: CivilDate) throws {
        self.instrument = instrument
        layout = AggTradeLayout(venue: instrument.venue, day: day)
        switch instrument.venue {
        case .binanceSpot, .binanceFutures, .binanceCoinFutures:
            container = .zip
            stem = "\(instrument.symbol)-aggTrades-\(day)"
        case .okxSpot, .okxPerps:
            container = .zip
            stem = "\(instrument.symbol)-trades-\(day)"
        case .bybitSpot:
            container = .gz
            stem = "\(instrument.symbol)_\(day)"
        case .bybitLinear, .bybitInverse:
            container = .gz
            stem = "\(instrument.symbol)\(day)"
        default: throw SimulationError("dumps of \(instrument.venue) cannot be simulated: take a venue of Binance, OKX or Bybit")
        }
    }

    private var header: String {
        switch instrument.venue {
        case .okxSpot, .okxPerps: "instrument_name,trade_id,side,price,size,created_time\n"
        case .bybitSpot: "id,timestamp,price,volume,side\n"
        case .bybitLinear, .bybitInverse:
            "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n"
        default: layout?.header ?? ""
        }
    }

    /// The rows of some orders, and how many there are.
    func text(of orders: Range<Int64>, _ tape: InstrumentTape, head: Bool) -> ([UInt8], Int) {
        var out = ByteBuffer(capacity: 128 * orders.count + 256)
        var rows = 0
        if head { out.append(header) }
        tape.trades(orders) { trade in
            if let layout {
                aggregate(trade, layout, &out)
                rows += 1
            } else {
                for (index, quantity) in trade.fillQuantities(step: instrument.step).enumerated() {
                    fill(trade, trade.firstFill + Int64(index), quantity, &out)
                    rows += 1
                }
            }
            return true
        }
        return (out.withBytes { Array($0) }, rows)
    }

    private func aggregate(_ trade: SimulatedTrade, _ layout: AggTradeLayout, _ out: inout ByteBuffer) {
        out.append(number: trade.order + 1)
        out.append(UInt8(ascii: ","))
        out.append(
            mantissa: trade.price, decimals: instrument.priceDecimals, digits: max(layout.priceDigits ?? 0, instrument.priceDecimals))
        out.append(UInt8(ascii: ","))
        out.append(
            mantissa: trade.quantity, decimals: instrument.quantityDecimals,
            digits: max(layout.quantityDigits ?? 0, instrument.quantityDecimals))
        out.append(UInt8(ascii: ","))
        out.append(number: trade.firstFill + 1)
        out.append(UInt8(ascii: ","))
        out.append(number: trade.lastFill + 1)
        out.append(UInt8(ascii: ","))
        out.append(number: trade.time / layout.timeUnit)
        out.append(trade.isBuy ? layout.makerIsSeller : layout.makerIsBuyer)
    }

    private func fill(_ trade: SimulatedTrade, _ fill: Int64, _ quantity: Int64, _ out: inout ByteBuffer) {
        let symbol = instrument.symbol
        switch instrument.venue {
        case .okxSpot, .okxPerps:
            out.append("\(symbol),\(fill + 1),\(trade.isBuy ? "buy" : "sell"),")
            out.append(trimmed: trade.price, decimals: instrument.priceDecimals)
            out.append(UInt8(ascii: ","))
            out.append(trimmed: quantity, decimals: instrument.quantityDecimals)
            out.append(UInt8(ascii: ","))
            out.append(number: trade.time / 1000)
            out.append(UInt8(ascii: "\n"))
        case .bybitSpot:
            out.append("\(fill + 1),\(trade.time / 1000),")
            out.append(price: trade.price, of: instrument)
            out.append(UInt8(ascii: ","))
            out.append(quantity: quantity, of: instrument)
            out.append(trade.isBuy ? ",buy\n" as StaticString : ",sell\n")
        default:
            out.append(mantissa: trade.time / 1000, decimals: 3, digits: 4)
            out.append(",\(symbol),\(trade.isBuy ? "Buy" : "Sell"),")
            out.append(trimmed: quantity, decimals: instrument.quantityDecimals)
            out.append(UInt8(ascii: ","))
            out.append(price: trade.price, of: instrument)
            out.append(trade.isBuy ? ",PlusTick," as StaticString : ",MinusTick,")
            BybitText.id(fill, of: instrument, to: &out)
            let price = FixedPoint(mantissa: trade.price, scale: instrument.priceDecimals).double
            let size = FixedPoint(mantissa: quantity, scale: instrument.quantityDecimals).double
            let isInverse = instrument.kind == .inverse
            for number in [
                isInverse ? size / price * 1e8 : size * price * 1e8, isInverse ? size / price : size, isInverse ? size : size * price,
            ] {
                out.append(UInt8(ascii: ","))
                out.append(number)
            }
            out.append(UInt8(ascii: "\n"))
        }
    }
}
