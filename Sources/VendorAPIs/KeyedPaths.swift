/// The paths that keys open, by vendor: what plans may name.
///
/// It is kept apart from the routes because plans are checked where nothing is served; tests compare the two.
public enum KeyedPaths {
    /// The paths of each vendor, as routes declare them.
    public static let ofVendor: [String: [String]] = [
        "oanor": ["flow", "large", "symbols", "meta"].map { Oanor.prefix + "/v1/" + $0 },
        "aperiodic": [
            "/metadata/symbols", "/data/{bucket}", "/data/preview/{bucket}", "/data/raw/{dataset}", "/data/raw/preview/{dataset}",
            "/stream",
        ].map { Aperiodic.prefix + $0 },
        "coinglass": [
            "/open-interest/exchange-list", "/open-interest/history", "/open-interest/aggregated-history",
            "/open-interest/aggregated-stablecoin-history", "/open-interest/aggregated-coin-margin-history",
            "/open-interest/exchange-history-chart", "/v2/taker-buy-sell-volume/history", "/aggregated-taker-buy-sell-volume/history",
            "/taker-buy-sell-volume/exchange-list", "/cvd/history", "/volume/footprint-history", "/supported-coins",
            "/supported-exchanges", "/supported-exchange-pairs",
        ].map { CoinGlass.prefix + $0 },
        "millrace": ["/metrics", Flowsurface.path]
            + [
                "/instruments", "/baskets", "/trades", "/bars/{dataset}", "/cvd", "/footprint", "/large", "/gaps", "/options/flow",
                "/options/statistics", "/open-interest", "/open-interest/history", "/stream",
            ].map { Native.prefix + $0 },
    ]
}
