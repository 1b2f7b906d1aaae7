import Glibc
import Pipeline
import Synchronization
import Transport

/// Clients of a native stream of trades on one thread, each with a connection of its own: how long after the recorder read a trade from the
/// venue's socket each client read it from its own.
struct StreamFollowers {
    let url: String
    let clients: Int
    let seconds: Int
    /// What comes in the first seconds does not count: connections are being made.
    private static let settling = 3

    func run() throws {
        let watch = Stopwatch()
        let seen = Seen()
        let (url, clients) = (url, clients)
        let begin = WallClock.microseconds() + Int64(StreamFollowers.settling) * 1_000_000
        let end = begin + Int64(seconds) * 1_000_000
        let loop = try WebSocketLoop(options: ClientOptions()) { _ in Reader(clients: clients, during: begin..<end, seen) }
        loop.perform { for link in 0..<clients { loop.connect(link: link, url: url) } }
        let delays = seen.delays.wait { $0 }
        let processor = watch.processorSeconds
        loop.stop()
        guard delays.allSatisfy({ $0.count > 0 }) else { throw Mismatch("not all clients were sent trades") }
        let worst = { (part: Double) in delays.map { $0.quantile(part) }.max() ?? 0 }
        tell([
            "clients": Double(clients), "seconds": Double(seconds), "processor": processor,
            "least": Double(delays.map(\.count).min() ?? 0), "most": Double(delays.map(\.count).max() ?? 0),
            "messages": Double(delays.map(\.messages).max() ?? 0), "p50": worst(0.5), "p90": worst(0.9), "p99": worst(0.99),
            "p999": worst(0.999), "worst": worst(1),
        ])
    }

    /// What was seen, once all is.
    private final class Seen: Sendable {
        let delays = Condition<[Delays]?>(nil)
    }

    /// How often each delay was seen, in steps of 10 µs up to 2 s.
    struct Delays: Sendable {
        private var steps = [Int](repeating: 0, count: 200_001)
        private(set) var count = 0
        var messages = 0

        mutating func add(_ microseconds: Int64) {
            steps[Int(min(200_000, max(0, microseconds / 10)))] += 1
            count += 1
        }

        /// Milliseconds that this part of all did not exceed.
        func quantile(_ part: Double) -> Double {
            var left = Int((part * Double(count)).rounded(.up))
            for (step, times) in steps.enumerated() {
                left -= times
                if left <= 0 { return Double(step + 1) / 100 }
            }
            return .infinity
        }
    }

    private final class Reader: WebSocketHandler {
        private var delays: [Delays]
        private let span: Range<Int64>
        private let seen: Seen
        private static let stamp = Array("\"received\":".utf8)

        init(clients: Int, during span: Range<Int64>, _ seen: Seen) {
            delays = Array(repeating: Delays(), count: clients)
            self.span = span
            self.seen = seen
        }

        func opened(link: Int) {}
        func pong(link: Int) {}

        func tick(now: Int64) {
            if WallClock.microseconds() >= span.upperBound { seen.delays.withLock { $0 = $0 ?? delays } }
        }

        func closed(link: Int, reason: String) { fatalError("client \(link): \(reason)") }

        /// Looks for the stamps and leaves the rest unread, so that ten clients cost little beside what they measure.
        func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64) {
            guard span.contains(received), let begin = bytes.baseAddress else { return }
            var at = begin
            let end = begin + bytes.count
            delays[link].messages += 1
            // A letter that few other words of such a message have.
            while let letter = memchr(at, Int32(UInt8(ascii: "v")), end - at).map({ UnsafeRawPointer($0) }) {
                at = letter + 1
                guard letter - begin >= 6, end - letter > 5, memcmp(letter - 6, Reader.stamp, Reader.stamp.count) == 0 else {
                    continue
                }
                var digits = letter - 6 + Reader.stamp.count
                var time: Int64 = 0
                while digits < end, case let digit = digits.load(as: UInt8.self) &- 48, digit <= 9 {
                    time = time * 10 + Int64(digit)
                    digits += 1
                }
                delays[link].add(received - time)
                at = digits
            }
        }
    }
}
