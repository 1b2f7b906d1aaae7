import Feeds
import MarketModel
import Testing

/// When publishers of option statistics are asked for what, on a clock that the test turns.
@Suite struct ReportScheduleTests {
    private static let second: Int64 = 1_000_000
    private static let hour = 3600 * second
    /// A Thursday.
    private static let thursday = CivilDate("2026-06-11") ?? CivilDate(epochDay: 0)

    /// When that day's pages of New York are out, in microseconds.
    private static let published = ExchangeClock.newYork.midnight(thursday) * second + 20 * hour + 45 * 60 * second

    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    /// All that is asked for from a time on, without letting more than a minute pass; each answered so.
    private func asked(
        _ schedule: inout ReportSchedule, at start: Int64, _ outcome: (ReportQuestion) -> ReportSchedule.Outcome
    ) -> [ReportQuestion] {
        var questions: [ReportQuestion] = []
        var now = start
        while now < start + 60 * Self.second {
            switch schedule.next(at: now) {
            case .ask(let question):
                questions.append(question)
                schedule.answered(question, outcome(question), at: now)
            case .wait(let until): now = max(now + 1, until)
            }
        }
        return questions
    }

    @Test func `Trading days are asked for, the newest first, and none before it is out`() throws {
        var schedule = ReportSchedule(.cboe, since: try day("2026-06-08"), pause: Self.second)
        let early = asked(&schedule, at: Self.published - 61 * Self.second) { .days([$0.day]) }
        #expect(early.map(\.day.description) == ["2026-06-10", "2026-06-09", "2026-06-08"])
        let late = asked(&schedule, at: Self.published) { .days([$0.day]) }
        #expect(late.map(\.day.description) == ["2026-06-11"])
        #expect(schedule.isSettled(at: Self.published + 60 * Self.second))
        // Friday is out in the evening; Saturday and Sunday are never asked for.
        let weekend = asked(&schedule, at: Self.published + 72 * Self.hour) { .days([$0.day]) }
        #expect(weekend.map(\.day.description).first == "2026-06-12")
        #expect(!weekend.contains { ["2026-06-13", "2026-06-14"].contains($0.day.description) })
    }

    @Test func `Days that came are asked for once more a day until they are five days old`() throws {
        var schedule = ReportSchedule(.cboe, since: Self.thursday, pause: Self.second)
        #expect(asked(&schedule, at: Self.published) { .days([$0.day]) }.count == 1)
        var times = 0
        for hours in 1...200 {
            times += asked(&schedule, at: Self.published + Int64(hours) * Self.hour) { .days([$0.day]) }
                .count { $0.day == Self.thursday }
        }
        #expect(times == 4)
    }

    @Test func `A page that tells of a month is asked for once`() throws {
        var schedule = ReportSchedule(.occ, since: try day("2026-05-11"), pause: Self.second)
        let month = Set((0...31).map { CivilDate(epochDay: Self.thursday.epochDay - $0) })
        let questions = asked(&schedule, at: Self.published) { $0.page == .occInterest ? .days(month) : .days([$0.day]) }
        #expect(questions.count { $0.page == .occInterest } == 1)
        #expect(questions.count { $0.page == .occVolume } > 20)
    }

    @Test func `What is not there is asked for every hour, and after three days no more`() throws {
        var schedule = ReportSchedule(.cboe, since: Self.thursday, pause: Self.second)
        var hours: [Int] = []
        for hour in 0...200
        where asked(
            &schedule, at: Self.published + Int64(hour) * Self.hour,
            { question in
                question.day == Self.thursday ? .nothing : .days([question.day])
            }
        ).contains(where: { $0.day == Self.thursday }) {
            hours.append(hour)
        }
        #expect(hours.count > 30 && hours.last.map { $0 <= 73 } == true)
    }

    @Test func `A publisher that fails is left alone for longer and longer, and one that says how long for that long`() throws {
        var schedule = ReportSchedule(.cboe, since: try day("2026-05-01"), pause: Self.second)
        var now = Self.published
        var pauses: [Int64] = []
        for _ in 0..<9 {
            guard case .ask(let question) = schedule.next(at: now) else {
                Issue.record("nothing is asked for")
                return
            }
            schedule.answered(question, .failed, at: now)
            guard case .wait(let until) = schedule.next(at: now) else {
                Issue.record("a publisher that fails is asked again at once")
                return
            }
            pauses.append((until - now) / (60 * Self.second))
            now = until
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        guard case .ask(let question) = schedule.next(at: now) else {
            Issue.record("nothing is asked for")
            return
        }
        schedule.answered(question, .limited(seconds: 120), at: now)
        #expect(schedule.next(at: now) == .wait(until: now + 120 * Self.second))
        schedule.answered(question, .limited(seconds: nil), at: now)
        #expect(schedule.next(at: now) == .wait(until: now + 15 * 60 * Self.second))
    }

    @Test func `What is held is asked for again only as long as it may be corrected, and pauses are kept`() throws {
        let days = Set((0...40).map { CivilDate(epochDay: Self.thursday.epochDay - $0) })
        var schedule = ReportSchedule(.cboe, since: try day("2026-05-11"), held: [.cboeDaily: days])
        #expect(schedule.next(at: Self.published) != .ask(ReportQuestion(page: .cboeDaily, day: Self.thursday)))
        let next = asked(&schedule, at: Self.published + 24 * Self.hour - 30 * Self.second) { .days([$0.day]) }
        #expect((2...5).contains(next.count))
        var fresh = ReportSchedule(.hkex, since: Self.thursday)
        let now = Self.published
        guard case .ask(let first) = fresh.next(at: now) else {
            Issue.record("nothing is asked for")
            return
        }
        fresh.answered(first, .days([first.day]), at: now)
        #expect(fresh.next(at: now + 1) == .wait(until: now + 3 * Self.second))
    }

    @Test func `Pages are where their publishers have them`() throws {
        let paths = OptionReportPage.allCases.map { $0.path(Self.thursday) }
        #expect(
            paths == [
                "/mdapi/daily-volume-totals?report_date=2026-06-11", "/mdapi/open-interest?report_date=06/11/2026",
                "/data/us/options/market_statistics/daily/2026-06-11_daily_options", "/eng/stat/dmstat/oi/DTOP_O_20260611.zip",
                "/eng/stat/dmstat/oi/DTOP_F_20260611.zip", "/eng/stat/dmstat/dayrpt/dqe260611.htm",
            ])
    }
}
