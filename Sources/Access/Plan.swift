public import MarketModel

/// What a key may do: a vendor's plan, as data.
public struct Plan: Sendable, Hashable {
    /// The vendor whose API the plan is for.
    public let vendor: String
    /// The name, lower case.
    public let name: String
    /// Calls in a calendar month, UTC; nil for no limit.
    public let callsPerMonth: Int?
    /// Calls in any stretch of some seconds, the shortest stretch first and no two alike.
    public let limits: [CallLimit]
    /// The shortest bars it opens.
    public let smallestInterval: Interval
    /// Whether files of raw trades are in it.
    public let hasRawFiles: Bool
    /// Whether the live stream is in it.
    public let hasLiveStream: Bool
    /// Connections to the live stream at once, of one key; nil for no limit.
    public let liveConnections: Int?
    /// The datasets it opens; nil for all.
    public let datasets: Set<String>?
    /// How many days back of today it opens, UTC; nil for all there is.
    public let historyDays: Int?
    /// The paths of the API that it opens, with `*` at the end of one for all that begin so; nil for all.
    public let endpoints: Set<String>?
    /// The paths that it does not open, written the same way.
    public let closed: Set<String>

    /// Creates a plan; what is not said is not limited. Of two limits for the same stretch the lower one holds.
    public init(
        vendor: String, name: String, callsPerMonth: Int? = nil, callsPerMinute: Int? = nil, callsPerSecond: Int? = nil,
        limits: [CallLimit] = [], smallestInterval: Interval = .s1, hasRawFiles: Bool = true, hasLiveStream: Bool = true,
        liveConnections: Int? = nil, datasets: Set<String>? = nil, historyDays: Int? = nil, endpoints: Set<String>? = nil,
        closed: Set<String> = []
    ) {
        self.vendor = vendor
        self.name = name
        self.callsPerMonth = callsPerMonth
        let usual = [callsPerSecond.map { CallLimit($0, inSeconds: 1) }, callsPerMinute.map { CallLimit($0, inSeconds: 60) }]
        let strictest = Dictionary(grouping: usual.compactMap(\.self) + limits, by: \.seconds).mapValues { $0.map(\.calls).min() ?? 0 }
        self.limits = strictest.map { CallLimit($0.value, inSeconds: $0.key) }.sorted { $0.seconds < $1.seconds }
        self.smallestInterval = smallestInterval
        self.hasRawFiles = hasRawFiles
        self.hasLiveStream = hasLiveStream
        self.liveConnections = liveConnections
        self.datasets = datasets
        self.historyDays = historyDays
        self.endpoints = endpoints
        self.closed = closed
    }

    /// Calls in any second; nil for no limit.
    public var callsPerSecond: Int? { calls(inSeconds: 1) }

    /// Calls in any minute; nil for no limit.
    public var callsPerMinute: Int? { calls(inSeconds: 60) }

    /// Whether it opens a dataset.
    public func opens(dataset: String) -> Bool { datasets?.contains(dataset) ?? true }

    /// Whether it opens a path, written as its route is declared: `/v1/gaps`, `/api/v1/data/{bucket}`.
    public func opens(path: String) -> Bool {
        (endpoints?.contains { Plan.covers($0, path) } ?? true) && !closed.contains { Plan.covers($0, path) }
    }

    /// Whether some paths are not opened.
    public var closesPaths: Bool { endpoints != nil || !closed.isEmpty }

    /// Whether a path is the one that is written, or begins like one that ends in `*`.
    static func covers(_ pattern: String, _ path: String) -> Bool {
        pattern.utf8.last == UInt8(ascii: "*") ? path.utf8.starts(with: pattern.utf8.dropLast()) : path == pattern
    }

    /// The first day that it opens; nil for no such limit.
    ///
    /// - Parameter now: microseconds since 1970-01-01 UTC.
    public func firstDay(at now: Int64) -> CivilDate? {
        historyDays.map { CivilDate(epochDay: CivilDate(microseconds: now).epochDay - $0) }
    }

    private func calls(inSeconds seconds: Int) -> Int? { limits.first { $0.seconds == seconds }?.calls }
}

/// So many calls in any stretch of so many seconds.
public struct CallLimit: Sendable, Hashable {
    /// How many, more than zero.
    public let calls: Int
    /// How long the stretch is, in seconds, more than zero.
    public let seconds: Int

    /// Creates a limit.
    public init(_ calls: Int, inSeconds seconds: Int) {
        precondition(calls > 0 && seconds > 0, "a limit without calls or length")
        self.calls = calls
        self.seconds = seconds
    }
}
