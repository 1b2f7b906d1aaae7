public import MarketModel

/// A question for a publisher's page of a day.
public struct ReportQuestion: Sendable, Hashable {
    /// Which page.
    public var page: OptionReportPage
    /// Which trading day.
    public var day: CivilDate

    /// Creates a question.
    public init(page: OptionReportPage, day: CivilDate) {
        self.page = page
        self.day = day
    }
}

/// Which page of a publisher is asked for when: pure, time comes in as an argument.
///
/// Trading days since some day, the newest first, each once it is published and with a pause between questions. A day that came is asked for
/// once more a day, until it is five days old: publishers correct. A page that is not there is asked for every hour until its day is three
/// days old, and then held for a holiday that the calendar does not know. A publisher that fails is left alone, a minute at first and up to
/// an hour.
///
///     var schedule = ReportSchedule(.occ, since: day, held: [.occVolume: days])
///     switch schedule.next(at: now) {
///     case .ask(let question): …; schedule.answered(question, .days([question.day]), at: now)
///     case .wait(let until): …
///     }
public struct ReportSchedule: Sendable {
    /// What to do next.
    public enum Turn: Sendable, Hashable {
        /// To ask.
        case ask(ReportQuestion)
        /// To wait until a time, in microseconds since 1970-01-01 UTC.
        case wait(until: Int64)
    }

    /// What came of a question.
    public enum Outcome: Sendable, Hashable {
        /// The page spoke of these days.
        case days(Set<CivilDate>)
        /// There is no such page, or nothing on it.
        case nothing
        /// The publisher did not answer, or not in a way that is understood.
        case failed
        /// It was asked too much; how many seconds it wants to be left alone, where it says so.
        case limited(seconds: Int?)
    }

    /// The publisher.
    public let publisher: OptionPublisher
    private let pause: Int64
    /// When each question is due; those that are done are not there.
    private var due: [ReportQuestion: Int64] = [:]
    /// The last day whose questions are in ``due``.
    private var planned: CivilDate
    private var held: [OptionReportPage: Set<CivilDate>]
    private var notBefore: Int64 = .min
    private var failures = 0

    private static let minute: Int64 = 60_000_000
    private static let hour = 60 * minute
    private static let correctedDays = 5
    private static let lateDays = 3
    /// How long a publisher that was asked too much is left alone if it does not say.
    private static let penalty = 15 * minute

    /// Creates a schedule.
    ///
    /// - Parameters:
    ///   - since: the first day that is wanted.
    ///   - held: the days that are held, by page.
    ///   - pause: the least time between two questions, in microseconds; nothing is urgent here.
    public init(
        _ publisher: OptionPublisher, since: CivilDate, held: [OptionReportPage: Set<CivilDate>] = [:], pause: Int64 = 3_000_000
    ) {
        self.publisher = publisher
        self.held = held
        self.pause = pause
        planned = CivilDate(epochDay: since.epochDay - 1)
    }

    /// Whether all days that are published have been asked for and nothing has to be asked for now.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    public func isSettled(at now: Int64) -> Bool {
        publication(of: CivilDate(epochDay: planned.epochDay + 1)) > now && !due.values.contains { $0 <= now }
    }

    /// When the pages of a day are published, in microseconds since 1970-01-01 UTC.
    private func publication(of day: CivilDate) -> Int64 { publisher.place.clock.midnight(day) * 1_000_000 + publisher.publishes }

    /// What to do now.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    /// - Complexity: O(days that are not held).
    public mutating func next(at now: Int64) -> Turn {
        plan(at: now)
        guard now >= notBefore else { return .wait(until: notBefore) }
        let ready = due.filter { $0.value <= now }.keys.min { a, b in
            (b.day, a.page.rawValue) < (a.day, b.page.rawValue)
        }
        if let ready {
            notBefore = now + pause
            return .ask(ready)
        }
        let tomorrow = publication(of: CivilDate(epochDay: planned.epochDay + 1))
        return .wait(until: min(due.values.min() ?? tomorrow, tomorrow))
    }

    /// Takes up the days that were published meanwhile.
    private mutating func plan(at now: Int64) {
        while case let day = CivilDate(epochDay: planned.epochDay + 1), publication(of: day) <= now {
            planned = day
            guard TradingDays.isTradingDay(day, of: publisher.place) else { continue }
            for page in publisher.pages {
                let isHeld = held[page]?.contains(day) == true
                let question = ReportQuestion(page: page, day: day)
                if !isHeld { due[question] = publication(of: day) } else { due[question] = correction(of: day, after: now) }
            }
        }
        held = [:]
    }

    /// When a day that came is asked for again; nil where it is too old to be corrected.
    private func correction(of day: CivilDate, after now: Int64) -> Int64? {
        let again = now + 24 * ReportSchedule.hour
        return again < publication(of: CivilDate(epochDay: day.epochDay + ReportSchedule.correctedDays)) ? again : nil
    }

    /// Takes what came of a question.
    public mutating func answered(_ question: ReportQuestion, _ outcome: Outcome, at now: Int64) {
        switch outcome {
        case .days(let days):
            failures = 0
            // A page may speak of other days too, which then need not be asked for.
            for day in days {
                let told = ReportQuestion(page: question.page, day: day)
                if due[told] != nil { due[told] = correction(of: day, after: now) }
            }
            // One that does not speak of its own day has not got it yet.
            if !days.contains(question.day) { wait(for: question, at: now) }
        case .nothing:
            failures = 0
            wait(for: question, at: now)
        case .failed:
            failures += 1
            let rest = min(ReportSchedule.hour, ReportSchedule.minute << Int64(min(failures - 1, 6)))
            // Another question may fare better: what fails for good must not hold up all others.
            due[question] = now + 2 * rest
            notBefore = now + rest
        case .limited(let seconds):
            notBefore = now + (seconds.map { Int64(max(1, min($0, 86_400))) * 1_000_000 } ?? ReportSchedule.penalty)
        }
    }

    private mutating func wait(for question: ReportQuestion, at now: Int64) {
        let isLate = now > publication(of: CivilDate(epochDay: question.day.epochDay + ReportSchedule.lateDays))
        due[question] = isLate ? nil : now + ReportSchedule.hour
    }
}
