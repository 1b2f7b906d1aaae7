import Glibc
import MarketModel
import MarketService
import Transport
import VendorAPIs

// Serves option statistics from a file for the vendors' own clients to ask, until its input ends: the other half of Conformance/opend.
// Arguments: a CSV file `date,market,call_volume,put_volume,call_oi,put_oi`; then, as wanted, `port=N`, `key=FILE`, `demand`, `threads=N`,
// `unlimited` for any number of questions, and of the listener's limits `perclient=N`, `held=BYTES`, `message=SECONDS`. Each line on the
// input is answered with how many connections are open and why others were ended.

func say(_ words: String, to descriptor: Int32) {
    var line = words + "\n"
    line.withUTF8 { bytes in _ = write(descriptor, bytes.baseAddress, bytes.count) }
}

func fail(_ words: String) -> Never {
    say("OpenDServer: \(words)", to: 2)
    exit(2)
}

func contents(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { fail("cannot open \(path)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &part, part.count), count > 0 { bytes += part[..<count] }
    return bytes
}

/// The rows of a file; those of an underlying have a market such as `crypto:BTC`.
func table(from path: String) -> OptionStatisticTable {
    var rows: [OptionStatistic] = []
    var underlyings: [OptionUnderlying: [UnderlyingOptionStatistic]] = [:]
    for line in String(decoding: contents(of: path), as: UTF8.self).split(separator: "\n").dropFirst() {
        let words = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 6, let day = CivilDate(words[0]) else { fail("\(path) has a row that is none: \(line)") }
        let counts = [2, 4].map { column -> PutCallCount? in
            guard let calls = Int64(words[column]), let puts = Int64(words[column + 1]) else { return nil }
            return PutCallCount(calls: calls, puts: puts)
        }
        if let market = OptionStatisticMarket(rawValue: words[1]) {
            for (measure, count) in zip([OptionMeasure.volume, .openInterest], counts) {
                guard let count else { continue }
                rows.append(OptionStatistic(market: market, day: day, measure: measure, count: count, source: path))
            }
        } else if case let name = words[1].split(separator: ":").map(String.init), name.count == 2,
            let place = OptionUnderlying.Place(rawValue: name[0]), let volume = counts[0], let interest = counts[1]
        {
            let row = UnderlyingOptionStatistic(day: day, volume: volume, openInterest: interest)
            underlyings[OptionUnderlying(place: place, code: name[1]), default: []].append(row)
        } else {
            fail("\(path) has a row of no market: \(line)")
        }
    }
    return OptionStatisticTable(rows, underlyings: underlyings)
}

var words = CommandLine.arguments.dropFirst()
guard let path = words.popFirst() else { fail("wants a CSV file") }
var (port, threads, demands) = (0, 1, false)
var key: OpenDKey?
var quota = OpenDQuota.vendor
var limits = StreamLimits()
for word in words {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    switch (parts[0], parts.count == 2 ? parts[1] : "") {
    case ("port", let number): port = Int(number) ?? 0
    case ("threads", let number): threads = Int(number) ?? 1
    case ("demand", _): demands = true
    case ("unlimited", _): quota = .unlimited
    case ("perclient", let number): limits.connectionsPerClient = Int(number) ?? limits.connectionsPerClient
    case ("held", let number): limits.heldBytes = Int(number) ?? limits.heldBytes
    case ("message", let seconds): limits.messageSeconds = Double(seconds) ?? limits.messageSeconds
    case ("key", let file):
        do { key = try OpenDKey(pem: contents(of: file)) } catch { fail("\(file) \(error)") }
    default: fail("knows no '\(word)'")
    }
}
// Ten thousand connections.
var limit = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
limit.rlim_cur = limit.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
let service = OpenDService(statistics: table(from: path), key: key, demandsKey: demands, quota: quota)
do {
    let listener = try StreamListener(port: port, threads: threads, limits: limits) { service.session(at: $0) }
    say("opend ready 127.0.0.1:\(listener.port)", to: 1)
    while case let letter = getchar(), letter != EOF {
        guard letter == Int32(UInt8(ascii: "\n")) else { continue }
        let ended = StreamCutoff.allCases.map { ",\"\($0)\":\(listener.cutoffs($0))" }.joined()
        say("{\"open\":\(listener.connections)\(ended)}", to: 1)
    }
    listener.stop()
} catch {
    fail("\(error)")
}
