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
