import MarketModel

/// Until when the tapes of a venue's options are known to be whole, and where something lacks. Pure: ``OptionRepair`` tells it what it learns.
///
/// What is whole is said only when it is: the venue has told of all trades up to a moment, and no question about missing ones is open. That a
/// stream was not cut is no proof. What is found to lack is said at once, and again to be whole when the venue has told of it.
struct OptionProof: Sendable {
    /// What a venue prints is in its answers so many microseconds later at the latest.
    static let settling: Int64 = 5_000_000
    /// OKX tells of a block a quarter of an hour after it was made; a minute more is allowed for.
    static let blockDelay: Int64 = 16 * 60_000_000
    /// So many stretches are remembered, the newest.
    private static let most = 1000

    /// What is being asked for.
    private struct Hole: Sendable {
        var times: Range<Int64>
        /// Whether trades are known to lack.
        var isKnown: Bool
        /// What of it counted as whole before the hole was seen.
        var withdrawn: [Range<Int64>] = []
    }

    private struct Book: Sendable {
        /// Until when nothing lacks; nil before the first look.
        var until: Int64?
        /// Since when the stream delivers without a cut.
        var deliversSince: Int64?
        /// Until when nothing lacks once open questions are answered.
        var candidate: Int64?
        var blocksUntil: Int64?
        /// What is being asked for, by the number of its question.
        var open: [Int: Hole] = [:]
        /// Holes that the venue has told of since, later than what counts as whole yet.
        var mended: [Range<Int64>] = []
        /// What the venue did not give: a neighbour that it gave must not hide it.
        var lost: [Range<Int64>] = []
        /// What counts as whole.
        var covered = OptionCoverage()
    }

    private var books: [OptionFamily: Book] = [:]
    private var claims: [OptionClaim] = []

    init(_ begins: [OptionFamily: OptionRepair.Begin]) {
        for (family, begin) in begins {
            // Behind the last trade of a tape nothing is known, and everything can be asked for.
            books[family] = Book(
                until: begin.coverage.stretches.last?.times.upperBound ?? begin.time, blocksUntil: begin.blocksWhole,
                covered: begin.coverage)
        }
    }

    /// What became known since it was last taken.
    mutating func takeClaims() -> [OptionClaim] {
        defer { claims = [] }
        return claims
    }

    /// Until when the book's trades are known; nil before the first look.
    func until(_ family: OptionFamily) -> Int64? { books[family]?.until }

    /// The stream delivers a family since a time, unless it has before.
    mutating func delivers(_ family: OptionFamily, since time: Int64) {
        books[family, default: Book()].deliversSince = books[family]?.deliversSince ?? time
    }

    /// The stream was cut.
    mutating func lost(_ family: OptionFamily) { books[family]?.deliversSince = nil }

    /// The newest trades of a family were looked at.
    ///
    /// - Parameters:
    ///   - time: when they were asked for.
    ///   - reach: how far back they go.
    /// - Returns: false if between what is known and them something may lack: every option has to be asked for.
    mutating func looked(at family: OptionFamily, at time: Int64, reach: Int64) -> Bool {
        guard let until = books[family]?.until else {
            books[family, default: Book()].until = time
            return true
        }
        guard reach <= until else { return false }
        promise(family, time)
        return true
    }

    /// Nothing lacks up to shortly before a time, once what is being asked for is there.
    mutating func promise(_ family: OptionFamily, _ time: Int64) {
        books[family, default: Book()].candidate = max(books[family]?.candidate ?? .min, time - OptionProof.settling)
        settle(family)
    }

    private mutating func settle(_ family: OptionFamily) {
        guard let book = books[family], book.open.isEmpty, let candidate = book.candidate, let until = book.until, until < candidate else {
            return
        }
        let isRepaired = book.deliversSince.map { $0 > until } ?? true
        books[family]?.until = candidate
        books[family]?.candidate = nil
        books[family]?.mended.removeAll { $0.upperBound <= candidate }
        for times in book.mended where times.overlaps(until..<candidate) {
            say(whole: times.clamped(to: until..<candidate), family, .book, isRepaired: true)
        }
        say(whole: until..<candidate, family, .book, isRepaired: isRepaired)
    }

    private mutating func say(whole times: Range<Int64>, _ family: OptionFamily, _ part: OptionPart, isRepaired: Bool) {
        claims.append(.whole(family, part, times, isRepaired: isRepaired))
        guard part == .book, var book = books[family] else { return }
        book.covered.add(times, isRepaired: isRepaired)
        for other in book.lost where other.overlaps(times) {
            book.covered.remove(other)
            claims.append(.lacking(family, .book, other))
        }
        for number in book.open.keys.sorted() where book.open[number]?.times.overlaps(times) == true {
            withdraw(number, family, &book)
        }
        if book.covered.stretches.count > OptionProof.most, let first = book.covered.stretches.first { book.covered.remove(first.times) }
        books[family] = book
    }

    /// Says that something lacks, and remembers what is to be said again once it is there.
    private mutating func withdraw(_ number: Int, _ family: OptionFamily, _ book: inout Book) {
        guard let times = book.open[number]?.times else { return }
        book.open[number]?.withdrawn += book.covered.stretches(in: times).map(\.times)
        book.covered.remove(times)
        claims.append(.lacking(family, .book, times))
    }

    /// Trades between two others lack, and are asked for; a question's number is given once.
    ///
    /// - Parameter isHole: whether they are known to lack; else they may, since what is known ends there.
    mutating func asks(_ number: Int, _ family: OptionFamily, _ times: Range<Int64>, isHole: Bool) {
        var book = books[family] ?? Book()
        book.open[number] = Hole(times: times, isKnown: isHole)
        if isHole { withdraw(number, family, &book) }
        books[family] = book
    }

    /// What was asked for is there, or the venue does not give it.
    mutating func answered(_ number: Int, _ family: OptionFamily, isThere: Bool) {
        guard var book = books[family], let hole = book.open.removeValue(forKey: number) else { return }
        if !isThere {
            book.lost.append(hole.times)
            if book.lost.count > OptionProof.most { book.lost.removeFirst() }
            book.covered.remove(hole.times)
            claims.append(.lacking(family, .book, hole.times))
        } else if hole.isKnown, hole.times.upperBound > book.until ?? .min {
            book.mended.append(hole.times)
        }
        books[family] = book
        if isThere { for times in hole.withdrawn { say(whole: times, family, .book, isRepaired: true) } }
        settle(family)
    }

    /// A venue that is asked by time has told of all trades within some times, blocks too.
    mutating func told(_ family: OptionFamily, _ times: ClosedRange<Int64>) {
        let end = times.upperBound - OptionProof.settling
        let book = books[family] ?? Book()
        let start = max(book.until ?? times.lowerBound, times.lowerBound)
        let blocksStart = max(book.blocksUntil ?? times.lowerBound, times.lowerBound)
        books[family, default: Book()].until = max(book.until ?? .min, end)
        books[family]?.blocksUntil = max(book.blocksUntil ?? .min, end)
        let isRepaired = book.deliversSince.map { $0 > start } ?? true
        if start < end { say(whole: start..<end, family, .book, isRepaired: isRepaired) }
        if blocksStart < end { say(whole: blocksStart..<end, family, .blocks, isRepaired: isRepaired) }
    }

    /// Blocks were asked for at a time.
    ///
    /// - Parameter reach: how far back the answer goes without a hole.
    mutating func toldBlocks(_ family: OptionFamily, at time: Int64, reach: Int64) {
        let end = time - OptionProof.blockDelay
        guard let until = books[family]?.blocksUntil, reach <= until else {
            // From now on none is missed.
            books[family, default: Book()].blocksUntil = time
            return
        }
        guard until < end else { return }
        books[family]?.blocksUntil = end
        say(whole: until..<end, family, .blocks, isRepaired: false)
    }
}
