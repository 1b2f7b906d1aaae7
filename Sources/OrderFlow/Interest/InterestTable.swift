public import MarketModel

/// The open interest of one coin, of all venues together and by exchange, with its changes.
///
/// A change compares only venues that are known at both times, so that a venue that comes or goes changes nothing.
public struct InterestTable: Sendable, Hashable {
    /// Over which times changes are told, in microseconds: 5 and 15 minutes, half an hour, 1, 4 and 24 hours.
    public static let windows: [Int64] = [5, 15, 30, 60, 240, 1440].map { $0 * 60_000_000 }

    /// One exchange, or all.
    public struct Row: Sendable, Hashable {
        /// The exchange; nil for all together.
        public var exchange: String?
        /// How much there is.
        public var sum: InterestSum
        /// The change of its USD in hundredths of a percent over each of ``InterestTable/windows``; nil where it is not known.
        public var changes: [Int128?]
        /// The venues that make it up.
        public var venues: [Venue]
    }

    /// All together first, then the exchanges, the one with the most USD first; empty where no venue is known.
    public let rows: [Row]
    /// The venues that were wanted and are not in it.
    public let missing: [Venue]

    /// Works out a table.
    ///
    /// - Parameters:
    ///   - now: what each venue that counts says now.
    ///   - before: the same as it was before each of ``windows``, in their order.
    ///   - comparable: what of now is to be compared with it, of venues of which less was known then; in the order of ``windows`` as well.
    ///   - wanted: the venues that should be there.
    public init(now: [Venue: InterestSum], before: [[Venue: InterestSum]], comparable: [[Venue: InterestSum]] = [], wanted: [Venue]) {
        func row(_ exchange: String?, _ venues: [Venue]) -> Row {
            let changes = InterestTable.windows.indices.map { index -> Int128? in
                guard before.indices.contains(index) else { return nil }
                var (old, new): (Int128, Int128) = (0, 0)
                for venue in venues {
                    guard let then = before[index][venue], let sum = now[venue] else { continue }
                    old += then.usd
                    new += (comparable.indices.contains(index) ? comparable[index][venue] : nil)?.usd ?? sum.usd
                }
                return InterestSum.change(from: old, to: new)
            }
            let sum = venues.reduce(into: InterestSum()) { $0 += now[$1] ?? InterestSum() }
            return Row(exchange: exchange, sum: sum, changes: changes, venues: venues)
        }
        let venues = now.keys.sorted()
        missing = wanted.filter { now[$0] == nil }.sorted()
        guard !venues.isEmpty else {
            rows = []
            return
        }
        let exchanges = Dictionary(grouping: venues, by: \.exchange).map { row($0.key, $0.value) }
        rows =
            [row(nil, venues)]
            + exchanges.sorted { ($1.sum.usd, $0.exchange ?? "") < ($0.sum.usd, $1.exchange ?? "") }
    }
}
