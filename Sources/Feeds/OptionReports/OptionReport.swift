public import MarketModel

/// What a publisher's file says of options, and which of its rows are none.
public struct OptionReport: Sendable, Hashable {
    /// A kind of file, as it is recognised by its content.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// OCC's `daily-volume-totals`, in JSON.
        case occVolume = "occ-volume"
        /// OCC's `open-interest`, in JSON.
        case occInterest = "occ-open-interest"
        /// OCC's `daily-volume-statistics`, a month's table in CSV: totals without calls and puts.
        case occVolumeTable = "occ-volume-table"
        /// OCC's `volume-query`, in CSV: one underlying's volume, both sides of every trade.
        case occVolumeQuery = "occ-volume-query"
        /// OCC's `daily-open-interest`, in CSV.
        case occInterestTable = "occ-open-interest-table"
        /// Cboe's `totalpc.csv` and its archive.
        case cboeTotal = "cboe-total"
        /// Cboe's `indexpc.csv` and its archive.
        case cboeIndex = "cboe-index"
        /// Cboe's market statistics of a day, in JSON.
        case cboeDaily = "cboe-daily"
        /// Hong Kong Exchanges' `dqe` report of stock options, HTML or CSV.
        case hkexReport = "hkex-report"
        /// Hong Kong Exchanges' `DTOP` files, a row a strike.
        case hkexSeries = "hkex-series"
        /// `date,market,call_volume,put_volume,call_oi,put_oi`.
        case plain
    }

    /// A row that says nothing that can be kept.
    public struct Reject: Sendable, Hashable {
        /// Which line, from 1; of JSON which element of its list; 0 for what several rows together come to.
        public var line: Int
        /// Why, in one line.
        public var reason: String
        /// The row, cut to 200 characters.
        public var text: String

        /// Creates a rejected row.
        public init(line: Int, reason: String, text: String) {
            self.line = line
            self.reason = reason
            self.text = text
        }
    }

    /// A figure without calls and puts, to compare with what is held.
    public struct Total: Sendable, Hashable {
        /// The market.
        public var market: OptionStatisticMarket
        /// The day.
        public var day: CivilDate
        /// Contracts.
        public var contracts: Int64

        /// Creates a total.
        public init(market: OptionStatisticMarket, day: CivilDate, contracts: Int64) {
            self.market = market
            self.day = day
            self.contracts = contracts
        }
    }

    /// What kind of file it is.
    public var kind: Kind
    /// What it says.
    public var statements: [OptionStatement] = []
    /// All options of Cboe's exchanges by day, of ``Kind/cboeTotal``: less those of ``Kind/cboeIndex`` they are those on shares and funds.
    public var totals: [CivilDate: PutCallCount] = [:]
    /// What can only be compared with, of ``Kind/occVolumeTable``.
    public var checks: [Total] = []
    /// The first ``keptRejects`` of the rows that say nothing.
    public private(set) var rejects: [Reject] = []
    /// How many rows say nothing.
    public private(set) var rejectCount = 0
    /// Whether the publisher says that there is nothing for the day: a holiday, or not yet.
    public var isEmpty: Bool { statements.isEmpty && totals.isEmpty && checks.isEmpty && rejectCount == 0 }

    /// How many rejected rows are kept with their text; the others are counted.
    public static let keptRejects = 100

    /// Creates a report without rows.
    public init(kind: Kind) { self.kind = kind }

    /// Takes note of a row that says nothing, which is put into words only if it is kept.
    public mutating func reject(_ reject: @autoclosure () -> Reject) {
        rejectCount += 1
        if rejects.count < OptionReport.keptRejects { rejects.append(reject()) }
    }
}

/// Why a file is no report of options at all.
public struct OptionReportFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// In one line, what is wrong and what to do.
    public let description: String

    /// Creates a fault.
    public init(_ description: String) { self.description = description }
}
