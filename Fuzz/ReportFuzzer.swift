import Feeds
import MarketModel

/// Any bytes as a publisher's file: nothing traps, nothing is said twice, and what is said can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    // With a day and without one; the last two are told apart by nothing else.
    let names = ["2026-06-11_dtop_f", "x", "totalpc.csv", "indexpc.csv"]
    let reports = names.map { try? OptionReport.read(bytes, name: $0) }
    for report in reports { report.map(check) }
    if let total = reports[2], let index = reports[3] {
        let (statements, rejects) = OptionReport.securities(total: total, index: index)
        precondition(statements.count + rejects.count <= total.totals.count)
    }
    // Also a file of which half has come.
    if let half = try? OptionReport.read(Array(bytes.prefix(size / 2)), name: names[0]) { check(half) }
    return 0
}

private struct Key: Hashable {
    let subject: String
    let day: CivilDate
    let measure: OptionMeasure
}

private func check(_ report: OptionReport) {
    precondition(report.rejects.count == min(report.rejectCount, OptionReport.keptRejects))
    for reject in report.rejects { precondition(reject.line >= 0 && !reject.reason.isEmpty && reject.text.unicodeScalars.count <= 200) }
    var keys: Set<Key> = []
    for statement in report.statements {
        precondition(statement.count.calls >= 0 && statement.count.puts >= 0 && statement.count.total >= 0)
        precondition(OptionSubject(name: statement.subject.name) == statement.subject)
        precondition((1973...2199).contains(statement.day.year))
        precondition(keys.insert(Key(subject: statement.subject.name, day: statement.day, measure: statement.measure)).inserted)
    }
    for check in report.checks { precondition(check.contracts >= 0) }
}
