import Lake
public import MarketModel
public import OrderFlow

/// What a month file holds.
public enum MonthProduct: Sendable {
    /// The vendor's columns of a dataset, bar by bar.
    case bars(Dataset<BarRow>, Interval, TapeClock = .exchange)
    /// The trades themselves.
    case rawTrades

    /// Where files of this product are kept.
    func shelf(_ instrument: Instrument) -> MonthShelf {
        switch self {
        case .bars(let dataset, let interval, let clock):
            MonthShelf(kind: ["dataset=\(dataset.name)", "interval=\(interval.name)", "clock=\(clock.rawValue)"], instrument: instrument)
        case .rawTrades: MonthShelf(kind: ["raw=trades", "clock=exchange"], instrument: instrument)
        }
    }

    /// Whether its files may take long to make: they grow with the trades, not with the bars.
    var isLong: Bool {
        if case .rawTrades = self { true } else { false }
    }

    /// Which times its rows follow.
    var clock: TapeClock {
        if case .bars(_, _, let clock) = self { clock } else { .exchange }
    }

    /// What tells products of one program apart.
    var name: String {
        switch self {
        case .bars(let dataset, let interval, let clock): "\(dataset.name) \(interval.name)" + (clock == .arrival ? " arrival" : "")
        case .rawTrades: "raw trades"
        }
    }

    /// Everything about the product itself that its files depend on.
    var definition: String {
        switch self {
        case .bars(let dataset, _, _):
            "bars \(name) " + dataset.vendorColumns.map { "\($0.name):\($0.type.rawValue)" }.joined(separator: ",")
        case .rawTrades: name
        }
    }

    /// The product's name and interval in a file's metadata.
    var metadata: [(String, String)] {
        switch self {
        case .bars(let dataset, let interval, _): [("millrace.dataset", dataset.name), ("millrace.interval", interval.name)]
        case .rawTrades: [("millrace.dataset", "trades")]
        }
    }
}

/// One month of one product of one tape.
public struct MonthRequest: Sendable {
    /// The venue.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// What the file holds.
    public let product: MonthProduct
    /// The month.
    public let month: CivilMonth

    /// Creates a request.
    public init(venue: Venue, symbol: String, product: MonthProduct, month: CivilMonth) {
        self.venue = venue
        self.symbol = symbol
        self.product = product
        self.month = month
    }
}

/// Why there is no month file.
public struct MonthFilesError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case noTrades
        case noArrivals
        case wideIDs
        case late
        case cancelled
    }

    let code: Code

    /// Whether the tape has no trades in that month.
    public var isAbsent: Bool { code == .noTrades }
    /// Whether the file could not be waited for, and asking again later may find it.
    public var isLate: Bool { code == .late || code == .cancelled }

    public var description: String {
        switch code {
        case .noTrades: "the tape has no trades in that month"
        case .noArrivals: "trades of that month have no arrival times: imported tape has none; use timestamp=exchange"
        case .wideIDs: "the trade ids of this venue are 128 bits wide, and raw files hold 64: ask for bars"
        case .late: "the file is still being made: ask again in a few seconds"
        case .cancelled: "nobody waits for the file any more"
        }
    }
}
