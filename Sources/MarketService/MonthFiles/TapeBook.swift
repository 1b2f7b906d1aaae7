import Lake
import MarketModel
import Synchronization

/// The summaries of tapes, as far as they are sealed, as of the newest version of the catalogue, and what was worked out from them.
///
/// Asking costs one look at the catalogue's version; a tape is read again only when something was published.
final class TapeBook: Sendable {
    private struct Page {
        var version = -1
        var tapes: [Instrument.Name: TapeSummary] = [:]
        var contents: [String: String] = [:]
    }

    private let lake: Lake
    private let page = Mutex(Page())

    init(_ lake: Lake) { self.lake = lake }

    /// The tape of an instrument, or nil if there is none.
    func tape(venue: Venue, symbol: String) throws -> TapeSummary? {
        let version = try lake.version
        let name = Instrument.Name(venue: venue, symbol: symbol)
        let known = page.withLock { page in
            if page.version != version { page = Page(version: version) }
            return page.tapes[name]
        }
        if let known { return known }
        guard let tape = try lake.sealedTape(venue: venue, symbol: symbol) else { return nil }
        page.withLock { page in
            // What was published meanwhile shows at the next question.
            if page.version == version { page.tapes[name] = tape }
        }
        return tape
    }

    /// A text worked out from a tape, kept as long as the tape.
    func content(_ key: String, of tape: TapeSummary, _ make: () -> String) -> String {
        let known = page.withLock { $0.version == tape.version ? $0.contents[key] : nil }
        if let known { return known }
        let content = make()
        page.withLock { if $0.version == tape.version { $0.contents[key] = content } }
        return content
    }
}

extension Instrument {
    /// A venue and its symbol.
    struct Name: Hashable {
        var venue: Venue
        var symbol: String
    }
}
