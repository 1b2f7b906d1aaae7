import MarketModel

/// All that simulated exchanges do wrong, in the order of time.
///
///     let plan = try FaultPlan(text: "+10s mute for=30s venue=okx", start: now)
public struct FaultPlan: Sendable, Hashable {
    /// The faults.
    public let faults: [Fault]

    /// Nothing goes wrong.
    public static let none = FaultPlan([])

    /// Creates a plan.
    public init(_ faults: [Fault]) {
        self.faults = faults.sorted { $0.from < $1.from }
    }

    /// Reads a plan: one fault a line (or between semicolons), `#` begins a remark.
    ///
    /// `WHEN KIND [for=TIME] [venue=V] [symbol=S] [status=N] [retry=SECONDS] [every=TIME] [rate=N] [by=TIME] [shape=NAME] [size=N]`, where
    /// WHEN is `+TIME` after `start` or an ISO 8601 instant, and TIME is a number with `ms`, `s`, `m` or `h`.
    ///
    /// - Throws: ``FaultPlanError``, which names the line.
    public init(text: String, start: Int64) throws(FaultPlanError) {
        var faults: [Fault] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) {
            number += 1
            let rule = line.prefix { $0 != "#" }
            for part in rule.split(separator: ";") {
                let words = part.split(whereSeparator: { $0 == " " || $0 == "\t" })
                guard !words.isEmpty else { continue }
                do throws(FaultWordError) {
                    faults.append(try Self.fault(words, start: start))
                } catch {
                    throw FaultPlanError(line: number, text: String(part), reason: error.reason)
                }
            }
        }
        self.init(faults)
    }

    private struct FaultWordError: Error { let reason: String }

    private static func fault(_ words: [Substring], start: Int64) throws(FaultWordError) -> Fault {
        guard words.count >= 2 else { throw FaultWordError(reason: "write when and what, as in '+10s drop'") }
        guard let from = instant(words[0], start: start) else {
            throw FaultWordError(reason: "'\(words[0])' is no time: write +10s, +500ms, +2m or 2026-01-05T12:00:00Z")
        }
        guard let kind = Fault.Kind(rawValue: String(words[1])) else {
            throw FaultWordError(reason: "'\(words[1])' is none of \(Fault.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var fault = Fault(kind, from: from)
        // What has no end of its own lasts.
        if [.list, .delist, .restart, .freeze, .double, .nonsense].contains(kind) { fault.until = .max }
        for word in words.dropFirst(2) {
            guard let equals = word.firstIndex(of: "=") else { throw FaultWordError(reason: "'\(word)' is not name=value") }
            let value = word[word.index(after: equals)...]
            guard set(String(word[..<equals]), to: value, in: &fault) else {
                throw FaultWordError(reason: "'\(word)' makes no sense here; see the simulator's help for names and values")
            }
        }
        if fault.symbol == nil, kind == .list || kind == .delist || kind == .restart {
            throw FaultWordError(reason: "\(kind.rawValue) needs symbol=")
        }
        return fault
    }

    private static func set(_ name: String, to value: Substring, in fault: inout Fault) -> Bool {
        func put<Value>(_ value: Value?, _ path: WritableKeyPath<Fault, Value>) -> Bool {
            guard let value else { return false }
            fault[keyPath: path] = value
            return true
        }
        func within(_ range: ClosedRange<Int>) -> Int? { Int(value).flatMap { range.contains($0) ? $0 : nil } }
        switch name {
        case "for": return put(duration(value).map { fault.from + $0 }, \.until)
        case "venue": return put(String(value), \.venue)
        case "symbol": return put(String(value), \.symbol)
        case "status": return put(within(400...599), \.status)
        case "retry": return put(within(0...1_000_000).map { $0 == 0 ? nil : $0 }, \.retry)
        case "every": return put(duration(value).flatMap { $0 > 0 ? $0 : nil }, \.every)
        case "rate": return put(within(1...1_000_000_000), \.rate)
        case "by":
            let negative = value.first == "-"
            return put(duration(negative ? value.dropFirst() : value).map { negative ? -$0 : $0 }, \.by)
        case "shape": return put(Fault.Shape(rawValue: String(value)), \.shape)
        case "size": return put(within(1...(64 << 20)), \.size)
        default: return false
        }
    }

    private static func instant(_ text: Substring, start: Int64) -> Int64? {
        text.first == "+" ? duration(text.dropFirst()).map { start + $0 } : Timestamp.parse(text)
    }

    /// Microseconds of `500ms`, `1.5s`, `2m`, `1h`.
    static func duration(_ text: Substring) -> Int64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units = ["ms": Int64(1000), "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000]
        guard let unit = units[String(text[digits.endIndex...])], let number = try? FixedPoint(text: digits),
            (0...9_000_000_000).contains(number.mantissa), number.scale <= 6
        else { return nil }
        let length = Int128(number.mantissa) * Int128(unit) / Int128(FixedPoint.powersOfTen[number.scale])
        return length <= 10 * 366 * Int128(CivilDate.dayLength) ? Int64(length) : nil
    }
}

/// Why a plan of faults cannot be read.
public struct FaultPlanError: Error, Sendable, CustomStringConvertible {
    /// Which line, from 1.
    public let line: Int
    let text: String
    let reason: String

    /// One line that says what to do.
    public var description: String { "fault '\(text)' in line \(line): \(reason)" }
}
