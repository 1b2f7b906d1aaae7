import Access
import MarketModel
import MarketService
import Transport

/// Answers the questions of one connection, whatever it came over, as often as it may ask.
struct OpenDDesk {
    private let statistics: any OptionStatistics
    private let quota: OpenDQuota
    /// Made with the first question: most connections are idle.
    private var windows: [UInt32: SlidingWindow] = [:]
    /// The key whose plan says how often, in place of the quota; nil without one.
    var pass: OpenDPass?

    init(statistics: any OptionStatistics, quota: OpenDQuota) {
        self.statistics = statistics
        self.quota = quota
    }

    /// Answers a question.
    ///
    /// - Parameter connection: the connection's number.
    mutating func answer(
        _ protocolID: UInt32, _ body: ArraySlice<UInt8>, _ format: OpenDFormat, connection: Int64, at time: StreamTime
    ) -> OpenDAnswer {
        do throws(OpenDRefusal) {
            switch protocolID {
            case OpenDProtocol.keepAlive: return .alive(OpenDKeepAliveAnswer(time: time.microseconds / 1_000_000))
            case OpenDProtocol.globalState: return .state(OpenDStateAnswer(connection: connection, time: time.microseconds))
            case OpenDProtocol.marketStatistic: return try market(body, format, at: time)
            case OpenDProtocol.underlyingStatistic: return try underlying(body, format, at: time)
            default: throw .unknown(protocolID)
            }
        } catch {
            return .refused(error)
        }
    }

    /// 3301.
    private mutating func market(_ body: ArraySlice<UInt8>, _ format: OpenDFormat, at time: StreamTime) throws(OpenDRefusal) -> OpenDAnswer
    {
        let question = try OpenDMarketQuestion(body, format)
        let page = try page(
            of: question.days, OpenDProtocol.marketStatistic, "获取期权市场统计", question.market.clock, format, time, day: \.day
        ) { [statistics] days in statistics.rows(of: question.market, question.measure, in: days) }
        return .market(OpenDMarketAnswer(question: question, page: page))
    }

    /// 3302.
    private mutating func underlying(_ body: ArraySlice<UInt8>, _ format: OpenDFormat, at time: StreamTime) throws(OpenDRefusal)
        -> OpenDAnswer
    {
        let question = try OpenDUnderlyingQuestion(body, format)
        guard let underlying = question.underlying else { throw .underlying }
        let clock = underlying.place.clock
        let page = try page(
            of: question.days, OpenDProtocol.underlyingStatistic, "获取期权标的历史统计", clock, format, time, day: \.day
        ) { [statistics] days in statistics.rows(of: underlying, in: days) }
        return .underlying(OpenDUnderlyingAnswer(question: question, clock: clock, page: page))
    }

    /// A page of what is held.
    ///
    /// - Parameter read: the rows of some days, the oldest first, or nil for an underlying that is not held.
    private mutating func page<Row>(
        of days: OpenDDays, _ protocolID: UInt32, _ name: String, _ clock: ExchangeClock, _ format: OpenDFormat, _ time: StreamTime,
        day: (Row) -> CivilDate, _ read: (ClosedRange<CivilDate>) -> ArraySlice<Row>?
    ) throws(OpenDRefusal) -> OpenDPage<Row> {
        let range = try days.range(today: clock.day(of: time.microseconds))
        let end = try days.pageEnd(in: range)
        try admit(protocolID, name, isFirstPage: end == nil, at: time)
        let last = end ?? range.upperBound
        guard let rows = read(range.lowerBound...last) else { throw .underlying }
        // A client hangs on a key in JSON.
        return format == .json ? OpenDPage(all: rows) : OpenDPage(of: rows, through: last, day: day)
    }

    private mutating func admit(_ protocolID: UInt32, _ name: String, isFirstPage: Bool, at time: StreamTime) throws(OpenDRefusal) {
        if let pass { return try pass.count(protocolID, name, isFirstPage: isFirstPage, at: time) }
        // Further pages do not count.
        guard isFirstPage, let times = quota.firstPages else { return }
        let wait = windows[protocolID, default: SlidingWindow(limit: times, length: OpenDQuota.window)].admit(at: time.nanoseconds)
        guard wait == nil else { throw .tooOften(name, times: times, seconds: Int(OpenDQuota.window / 1_000_000_000)) }
    }
}

/// How often a connection may ask.
public struct OpenDQuota: Sendable, Hashable {
    /// First pages in any 30 seconds, of each protocol; nil for as many as anybody likes.
    var firstPages: Int?
    /// Nanoseconds.
    static let window: Int64 = 30_000_000_000

    /// The vendor's: 60 first pages in any 30 seconds.
    public static let vendor = OpenDQuota(firstPages: 60)
    /// As often as it likes, for measuring.
    public static let unlimited = OpenDQuota(firstPages: nil)
}
