import Access
import MarketModel
import Transport

extension KeyGate.Grant {
    /// The first time that the caller's plan opens, in microseconds since 1970-01-01 UTC; nil where it opens all.
    func opens(at now: Int64) -> Int64? { plan?.firstDay(at: now)?.microseconds }

    /// Refuses what lies before the time that the caller's plan opens.
    ///
    /// - Parameter unit: how many microseconds the parameter `from` counts.
    /// - Throws: ``Failure`` 403 that says what may be asked instead.
    func check(from: Int64, unit: Int64 = 1, at now: Int64) throws(Failure) {
        guard let plan, let opens = opens(at: now), from < opens else { return }
        throw Failure(
            .forbidden, "plan '\(plan.name)' opens the last \(plan.historyDays ?? 0) days: ask for from=\(opens / unit) or later")
    }
}
