import CWslay
import Glibc
import Pipeline
import VendorAPIs

/// Connections on one thread, each with a number of questions under way: the next is asked when one is answered.
struct Load {
    let port: Int
    let connections: Int
    let depth: Int
    let seconds: Int
    let question: Question
    /// What is answered in the first moments does not count: caches are cold and not all connections are made.
    private static let settling: Int64 = 500_000_000

    func run() throws {
        let frame = question.frame
        let batch = (0..<depth).flatMap { _ in frame }
        let links = try (0..<connections).map { _ in try Link(port: port) }
        // One answer is read and looked at; the others have to be its equals.
        let first = try links[0].ask(frame)
        let digest = if case .statistic = question { first.digest as OpenDHash? } else { nil as OpenDHash? }
        var readers = links.map { _ in AnswerReader(bodySize: first.body.count, digest: digest, depth: depth) }
        let events = millrace_epoll_create()
        defer { close(events) }
        for (place, link) in links.enumerated() {
            guard millrace_epoll_set(events, 1, link.descriptor, 1, 0, UInt64(place)) == 0 else { throw Mismatch("no epoll") }
        }
        var (total, delays) = (0, Delays())
        var ids = [UInt64](repeating: 0, count: 64)
        var part = [UInt8](repeating: 0, count: 1 << 18)
        let begin = MonotonicClock.nanoseconds() + Load.settling
        let end = begin + Int64(seconds) * 1_000_000_000
        var processor = 0.0
        for (place, link) in links.enumerated() {
            readers[place].asked(depth, at: MonotonicClock.nanoseconds())
            try link.send(batch[...])
        }
        var now = MonotonicClock.nanoseconds()
        while now < end {
            let count = Int(millrace_epoll_wait(events, &ids, 64, 1000))
            guard count > 0 else { throw Mismatch("no answer for a second") }
            for id in ids[..<count] {
                let place = Int(id)
                let got = recv(links[place].descriptor, &part, part.count, Int32(MSG_DONTWAIT))
                guard got > 0 else { throw Mismatch("the server closed: error \(errno)") }
                now = MonotonicClock.nanoseconds()
                if processor == 0, now >= begin { processor = Load.processorSeconds() }
                let answers = try readers[place].take(part, got, at: now) { if now >= begin { delays.add($0) } }
                total += answers
                guard answers > 0 else { continue }
                // The clock runs before the question is on its way.
                readers[place].asked(answers, at: MonotonicClock.nanoseconds())
                try links[place].send(batch[..<(answers * frame.count)])
            }
        }
        let span = Double(now - begin) / 1e9
        print(
            """
            {"answers":\(delays.count),"total":\(total),"seconds":\(span),"processor":\(Load.processorSeconds() - processor),\
            "bytes":\(first.body.count + OpenDFrame.headerSize),"rows":\(digest == nil ? 0 : first.rows),"p50":\(delays.quantile(0.5)),\
            "p99":\(delays.quantile(0.99)),"p999":\(delays.quantile(0.999)),"worst":\(delays.worst)}
            """)
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Finds answers in what comes over one connection, without keeping more than a header.
struct AnswerReader {
    private let bodySize: Int
    /// What bodies have to hash to; nil where they differ.
    private let digest: OpenDHash?
    /// When the questions under way were asked, in a ring.
    private var times: [Int64]
    private var oldest = 0
    private var underWay = 0
    private var header: [UInt8] = []
    /// Bytes of the body that are still to come.
    private var left = 0

    init(bodySize: Int, digest: OpenDHash?, depth: Int) {
        self.bodySize = bodySize
        self.digest = digest
        times = Array(repeating: 0, count: depth)
        header.reserveCapacity(OpenDFrame.headerSize)
    }

    mutating func asked(_ count: Int, at now: Int64) {
        for _ in 0..<count {
            times[(oldest + underWay) % times.count] = now
            underWay += 1
        }
    }

    /// Takes the first `count` bytes, tells how long each answer took that they complete, and returns how many these are.
    mutating func take(_ bytes: [UInt8], _ count: Int, at now: Int64, _ tell: (Int64) -> Void) throws -> Int {
        var (place, answers) = (0, 0)
        while place < count || left == 0 && header.count == OpenDFrame.headerSize {
            if header.count < OpenDFrame.headerSize {
                let more = min(OpenDFrame.headerSize - header.count, count - place)
                header.append(contentsOf: bytes[place..<(place + more)])
                place += more
                guard header.count == OpenDFrame.headerSize else { break }
                try check()
                left = bodySize
            }
            let more = min(left, count - place)
            left -= more
            place += more
            guard left == 0 else { break }
            header.removeAll(keepingCapacity: true)
            tell(now - times[oldest])
            oldest = (oldest + 1) % times.count
            underWay -= 1
            answers += 1
        }
        return answers
    }

    private func check() throws {
        let length = (0..<4).reduce(0) { $0 | Int(header[12 + $1]) << (8 * $1) }
        guard length == bodySize, digest == nil || OpenDHash(header[...], at: 16) == digest else {
            throw Mismatch("an answer of \(length) bytes is not as the first, of \(bodySize)")
        }
    }
}

/// How often each delay was seen, in steps of 1 µs up to 200 ms.
struct Delays {
    private var steps = [Int](repeating: 0, count: 200_001)
    private(set) var count = 0
    /// Milliseconds.
    private(set) var worst = 0.0

    mutating func add(_ nanoseconds: Int64) {
        steps[Int(min(200_000, max(0, nanoseconds / 1000)))] += 1
        count += 1
        worst = max(worst, Double(nanoseconds) / 1e6)
    }

    /// Milliseconds that this part of all did not exceed.
    func quantile(_ part: Double) -> Double {
        var left = Int((part * Double(count)).rounded(.up))
        for (step, times) in steps.enumerated() {
            left -= times
            if left <= 0 { return Double(step + 1) / 1000 }
        }
        return .infinity
    }
}
