import JSONReading
import MarketModel

/// Why a row says nothing that can be kept, in one line.
struct ReportFlaw: Error {
    /// The reason.
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Counts of contracts as publishers write them.
enum ReportNumber {
    /// Digits, or digits in groups of three behind commas; nil for any other text, for a fraction, below zero or beyond 64 bits.
    static func count(_ text: some StringProtocol) -> Int64? {
        var value: Int64 = 0
        // How many digits stand behind the last comma; nil before the first one.
        var group: Int?
        var digits = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: ",") {
                guard group == nil ? (1...3).contains(digits) : group == 3 else { return nil }
                group = 0
                continue
            }
            guard (48...57).contains(byte) else { return nil }
            let (tens, beyond) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = tens.addingReportingOverflow(Int64(byte - 48))
            guard !beyond, !over else { return nil }
            value = sum
            digits += 1
            group = group.map { $0 + 1 }
        }
        return digits > 0 && (group ?? 3) == 3 ? value : nil
    }

    /// A count in a file of rows.
    ///
    /// - Parameter what: what it counts, for the reason.
    static func count(_ text: String, of what: String) throws(ReportFlaw) -> Int64 {
        guard let count = count(text) else {
            throw ReportFlaw(
                text.isEmpty ? "\(what): nothing is there" : "\(what): \"\(ReportText.excerpt(text, length: 40))\" is no count")
        }
        return count
    }

    /// A count in JSON: a number, or a text that holds one.
    static func count(_ value: JSONValue?, of what: String) throws(ReportFlaw) -> Int64 {
        guard let value, value.kind != .null else { throw ReportFlaw("\(what): nothing is there") }
        if let number = value.decimal?.normalized, number.scale == 0, number.mantissa >= 0 { return number.mantissa }
        return try count(String(decoding: value.bytes, as: UTF8.self), of: what)
    }
}

extension PutCallCount {
    /// Calls and puts of a row, which must come to the total beside them where there is one.
    init(calls: Int64, puts: Int64, total: Int64? = nil) throws(ReportFlaw) {
        guard let count = PutCallCount(calls: calls, puts: puts) else { throw ReportFlaw("calls and puts do not fit in 64 bits") }
        if let total, count.total != total {
            throw ReportFlaw("does not add up: \(calls) calls and \(puts) puts are \(count.total), not \(total)")
        }
        self = count
    }

    /// Calls and puts of a row in JSON, which must come to the total beside them where there is one.
    init(_ calls: JSONValue?, _ puts: JSONValue?, total: JSONValue?) throws(ReportFlaw) {
        let isTotalled = total.map { $0.kind != .null } ?? false
        try self.init(
            calls: ReportNumber.count(calls, of: "calls"), puts: ReportNumber.count(puts, of: "puts"),
            total: isTotalled ? ReportNumber.count(total, of: "total") : nil)
    }

    /// Both counts together.
    func adding(_ other: PutCallCount) throws(ReportFlaw) -> PutCallCount {
        let (calls, over) = calls.addingReportingOverflow(other.calls)
        let (puts, beyond) = puts.addingReportingOverflow(other.puts)
        guard !over, !beyond, let sum = PutCallCount(calls: calls, puts: puts) else { throw ReportFlaw("the sum does not fit in 64 bits") }
        return sum
    }

    /// This count without another.
    func subtracting(_ other: PutCallCount) throws(ReportFlaw) -> PutCallCount {
        guard let rest = PutCallCount(calls: calls - other.calls, puts: puts - other.puts) else {
            throw ReportFlaw("\(self.words) of which \(other.words) are a part")
        }
        return rest
    }

    /// `5 calls and 7 puts`
    var words: String { "\(calls) calls and \(puts) puts" }

}
