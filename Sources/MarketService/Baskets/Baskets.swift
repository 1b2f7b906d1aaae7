public import Config
import Synchronization

/// The baskets of a configuration, in its order.
///
///     baskets: { 'btc-perps': ['binance-futures:BTCUSDT', 'bybit-linear:BTCUSDT', 'okx-perps:BTC-USDT-SWAP'] }
public struct Baskets: Sendable, Hashable {
    /// The most that a configuration may have.
    public static let most = 256

    /// All of them.
    public let all: [Basket]

    /// Creates no baskets.
    public init() { all = [] }

    /// Reads the members of the setting `baskets`: of each a name, and a list of instruments.
    ///
    /// - Parameter faults: takes all that is wrong.
    public init(_ declared: [ConfigMember], noting faults: inout [ConfigFault]) {
        var all: [Basket] = []
        var lines: [String: Int] = [:]
        for member in declared {
            if lines.count == Baskets.most, lines[member.name] == nil {
                faults.append(ConfigFault(member.position, "there are more than \(Baskets.most) baskets"))
                break
            }
            if !Baskets.isName(member.name) {
                faults.append(
                    ConfigFault(
                        member.position,
                        "\(ConfigFault.quote(member.name)) is no name of a basket: that is 1 to \(Baskets.longestName) small letters, digits and hyphens"
                    ))
            } else if let line = lines[member.name] {
                faults.append(ConfigFault(member.position, "there is a basket '\(member.name)' already, in line \(line)"))
            }
            lines[member.name] = lines[member.name] ?? member.position.line
            all.append(Basket(name: member.name, members: Baskets.members(of: member, &faults)))
        }
        self.all = all
    }

    private static func members(of basket: ConfigMember, _ faults: inout [ConfigFault]) -> [Basket.Member] {
        guard case .list(let values) = basket.value.kind, (1...Basket.mostMembers).contains(values.count) else {
            faults.append(
                ConfigFault(
                    basket.value.position,
                    "a basket is a list of 1 to \(Basket.mostMembers) instruments in brackets, not \(basket.value.counted)"))
            return []
        }
        var members: [Basket.Member] = []
        for value in values {
            guard case .text(let text) = value.kind else {
                faults.append(
                    ConfigFault(value.position, "an instrument is a text like 'binance-futures:BTCUSDT', not \(value.counted)"))
                continue
            }
            do throws(Basket.Member.Fault) {
                let member = try Basket.Member(text)
                if members.contains(member) {
                    faults.append(ConfigFault(value.position, "\(ConfigFault.quote(text)) is in the basket already"))
                }
                members.append(member)
            } catch {
                faults.append(ConfigFault(value.position, "\(ConfigFault.quote(text)) \(error.reason)"))
            }
        }
        return members
    }

    private static let longestName = 40

    private static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// The setting as a configuration has it, by lines; empty without baskets. What it names holds nothing that would want an escape.
    public var section: String {
        guard !all.isEmpty else { return "" }
        let lines = all.map { basket in
            "    '\(basket.name)': [\(basket.members.map { "'\($0)'" }.joined(separator: ", "))],\n"
        }
        return "  baskets: {\n\(lines.joined())  },\n"
    }
}

extension ConfigValue {
    /// What it is, and of a list how long.
    fileprivate var counted: String {
        if case .list(let values) = kind { "\(values.count) of them" } else { noun }
    }
}

/// The baskets that are in force: they may change while questions are asked.
public final class BasketBook: Sendable {
    private let held: Mutex<Baskets>

    /// Creates a book.
    public init(_ baskets: Baskets = Baskets()) { held = Mutex(baskets) }

    /// Puts other baskets in force; what is being answered goes on with the ones it began with.
    public func adopt(_ baskets: Baskets) { held.withLock { $0 = baskets } }

    /// All that are in force, in their order.
    public var all: [Basket] { held.withLock { $0.all } }

    /// The basket of a name, or nil.
    public func named(_ name: String) -> Basket? { all.first { $0.name == name } }
}
