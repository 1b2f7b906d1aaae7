import Glibc
import Pipeline

/// Wall clock and processor time of a stretch of work.
struct Stopwatch {
    private let began = MonotonicClock.nanoseconds()
    private let worked = Stopwatch.processorNanoseconds()

    var seconds: Double { Double(MonotonicClock.nanoseconds() - began) / 1e9 }
    /// User and system time of all threads.
    var processorSeconds: Double { Double(Stopwatch.processorNanoseconds() - worked) / 1e9 }

    private static func processorNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// One line of JSON of numbers.
func tell(_ values: KeyValuePairs<String, Double>) {
    let members = values.map { "\"\($0.key)\":\($0.value)" }
    print("{\(members.joined(separator: ","))}")
}
