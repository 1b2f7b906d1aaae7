import MarketModel

extension FeedCatalogue {
    /// The venues whose options can be followed.
    public static let optionVenues: [Venue] = [.deribitOptions, .okxOptions]

    /// The live feeds of a venue's options, each with what it is subscribed to for some families; empty for a venue without.
    ///
    /// - Parameter endpoints: where its servers are; nil for the exchange's own.
    public static func optionFeeds(
        of venue: Venue, families: [OptionFamily], endpoints: Endpoints? = nil
    ) -> [(adapter: any OptionFeedAdapter, symbols: [String])] {
        switch venue {
        case .okxOptions:
            [
                (OKXOptionFeed(.trades, endpoints: endpoints), families.map(\.name)),
                (OKXOptionFeed(.blocks, endpoints: endpoints), [OKXOptionFeed.allBlocks]),
            ]
        case .deribitOptions: [(DeribitOptionFeed(endpoints: endpoints), families.map(\.name))]
        default: []
        }
    }

    /// Seconds between rounds of the open interest of options: readers look at it once in hours.
    static let optionInterestSeconds = 300

    /// What to ask of a venue about the open interest of its options; nil for a venue without, and without families.
    ///
    /// - Parameters:
    ///   - families: those of other venues are passed over.
    ///   - endpoints: where its servers are; nil for the exchange's own.
    public static func optionInterest(
        of venue: Venue, families: [OptionFamily], endpoints: Endpoints? = nil
    ) -> (any OpenInterestAdapter)? {
        guard families.contains(where: { $0.venue == venue }) else { return nil }
        return switch venue {
        case .okxOptions: OKXOptionInterest(families, endpoints: endpoints)
        case .deribitOptions: DeribitOptionInterest(families, endpoints: endpoints)
        default: nil
        }
    }

    /// The REST side of a venue's options; nil for a venue without.
    ///
    /// - Parameter endpoints: where its servers are; nil for the exchange's own.
    public static func optionREST(of venue: Venue, endpoints: Endpoints? = nil) -> (any OptionRESTAdapter)? {
        switch venue {
        case .okxOptions: OKXOptionREST(endpoints: endpoints)
        case .deribitOptions: DeribitOptionREST(endpoints: endpoints)
        default: nil
        }
    }
}

extension [OptionFamily] {
    /// Those of a venue, each once.
    func ofVenue(_ venue: Venue) -> [OptionFamily] {
        reduce(into: []) { kept, family in
            if family.venue == venue, !kept.contains(family) { kept.append(family) }
        }
    }
}
