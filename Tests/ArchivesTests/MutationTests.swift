import Archives
import MarketModel
import TestSupport
import Testing

/// Files changed at random: they are read or refused, never crash, and the hot parser says what the row parser says.
struct MutationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    struct Outcome: Equatable {
        var trades: [Trade]
        var report: ArchiveReport?
        var error: String?
    }

    func outcome(_ path: String, byShape: Bool, threads: Int = 1) throws -> Outcome {
        var options = ArchiveOptions()
        options.readsByShape = byShape
        do {
            let file = try Collected(path, venue: .binanceSpot, options: options, threads: threads)
            return Outcome(trades: file.trades, report: file.report)
        } catch let error as ArchiveError {
            return Outcome(trades: [], error: error.description)
        }
    }

    /// A decimal as venues and strangers write it.
    static func decimal(_ random: inout Seeded) -> String {
        let digits = Int.random(in: 1...7, using: &random)
        let whole = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
        let decimals = [0, 0, 1, 2, 3, 8, 12].randomElement(using: &random) ?? 0
        guard decimals > 0 else { return whole }
        let fraction = (0..<decimals).map { $0 > 3 ? "0" : String(Int.random(in: 0...9, using: &random)) }.joined()
        return "\(whole).\(fraction)"
    }

    static func rows(_ count: Int, spot: Bool, _ random: inout Seeded) -> String {
        var id = Int.random(in: 0...12_000_000_000, using: &random)
        var raw = Int.random(in: 0...99_999_999, using: &random)
        let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
        let yes = ["true", "True", "TRUE"].randomElement(using: &random) ?? "true"
        let no = ["false", "False", "FALSE"].randomElement(using: &random) ?? "false"
        var price = decimal(&random)
        return (0..<count).map { _ in
            id += Int.random(in: 0...9, using: &random) == 0 ? 1_000_003 : 1
            raw += Int.random(in: 0...20, using: &random)
            if Int.random(in: 0...5, using: &random) == 0 { price = decimal(&random) }
            let fills = Int.random(in: 0...3, using: &random)
            let time = Bool.random(using: &random) ? 1_699_999_999_999 + raw : 1_735_689_600_000_000 + raw
            let row = "\(id),\(price),\(decimal(&random)),\(raw),\(raw + fills),\(time),\(Bool.random(using: &random) ? yes : no)"
            return row + (spot ? ",\(Bool.random(using: &random) ? yes : no)" : "") + lineEnd
        }.joined()
    }

    @Test(arguments: [false, true])
    func `The hot parser reads what the row parser reads`(spot: Bool) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        for _ in 0..<60 {
            let path = try directory.file("rows.csv", MutationTests.rows(Int.random(in: 1...400, using: &random), spot: spot, &random))
            let fast = try outcome(path, byShape: true)
            #expect(fast == (try outcome(path, byShape: false)), "seed \(seed)")
            #expect(fast.error == nil, "seed \(seed): \(fast.error ?? "")")
        }
    }

    @Test(arguments: [false, true])
    func `Rows with bytes changed are judged alike by both parsers, on one thread or three`(spot: Bool) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        let alphabet = Array("0123456789.,,\n\r-+eEtTrRuUfalsx \"\u{0}\u{7f}".utf8) + [0xff, 0x80]
        for _ in 0..<120 {
            var bytes = Array(MutationTests.rows(60, spot: spot, &random).utf8)
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[at] = byte
                case 1: bytes.insert(byte, at: at)
                default: bytes.remove(at: at)
                }
            }
            let path = try directory.file("rows.csv", bytes)
            let fast = try outcome(path, byShape: true)
            #expect(fast == (try outcome(path, byShape: false)), "seed \(seed)")
            #expect(fast == (try outcome(path, byShape: true, threads: 3)), "seed \(seed)")
        }
    }

    @Test func `Archives with bytes changed are read or refused`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        let text = MutationTests.rows(300, spot: true, &random)
        let originals = [
            Packing.zip(text), Packing.zip(text, stored: true), Packing.gzip(text), Packing.gzip(text) + Packing.gzip(text),
            Packing.zip([Packing.Member(bytes: Array(text.utf8), descriptor: true, zip64: true)]),
        ]
        var refused = 0
        for round in 0..<400 {
            var bytes = originals[round % originals.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at =
                    Bool.random(using: &random)
                    ? Int.random(in: 0..<bytes.count, using: &random) : max(0, bytes.count - Int.random(in: 1...120, using: &random))
                bytes[at] ^= UInt8.random(in: 1...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 20) }
            let path = try directory.file("changed", bytes)
            let outcome = try outcome(path, byShape: true)
            if let error = outcome.error {
                refused += 1
                #expect(error.hasPrefix(path) && !error.contains("\n"), "seed \(seed)")
            }
        }
        #expect(refused > 200, "seed \(seed)")
    }

    @Test func `Segments and threads do not show`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = Seeded(seed)
        let rows = MutationTests.rows(60_000, spot: true, &random)
        let plain = try directory.file("rows.csv", rows)
        let whole = try outcome(plain, byShape: true)
        #expect(whole.trades.count > 55_000)
        let zip = try directory.file("rows.zip", Packing.zip(rows))
        for threads in [2, 5] {
            #expect(whole == (try outcome(plain, byShape: true, threads: threads)), "seed \(seed)")
            let unzipped = try outcome(zip, byShape: true, threads: threads)
            #expect(whole.trades == unzipped.trades, "seed \(seed)")
            #expect(whole.report?.scan == unzipped.report?.scan, "seed \(seed)")
            #expect(whole.report?.lines == unzipped.report?.lines, "seed \(seed)")
        }
    }
}
