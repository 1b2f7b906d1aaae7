import MarketModel
import MarketService

/// An option of a command, as data.
struct CommandOption: Sendable {
    /// Without the dashes: `interval`.
    let name: String
    /// What its value is called in help (`DIR`), or nil for a switch.
    let value: String?
    /// One sentence or less, without a full stop.
    let help: String
    /// What holds when it is not given, as text; nil if there is nothing to say.
    var defaultText: String?
    var required = false
    /// Whether it may be given more than once.
    var repeatable = false
    /// What its value may be.
    var takes = ValueKind.free

    init(
        _ name: String, _ value: String, _ takes: ValueKind, _ help: String, default defaultText: String? = nil,
        required: Bool = false, repeatable: Bool = false
    ) {
        self.name = name
        self.value = value
        self.takes = takes
        self.help = help
        self.defaultText = defaultText
        self.required = required
        self.repeatable = repeatable
    }

    /// An option that takes any text.
    init(
        _ name: String, _ value: String, _ help: String, default defaultText: String? = nil, required: Bool = false,
        repeatable: Bool = false
    ) {
        self.init(name, value, .free, help, default: defaultText, required: required, repeatable: repeatable)
    }

    private init(switch name: String, _ help: String) {
        self.name = name
        self.value = nil
        self.help = help
    }

    /// An option without a value: it is given or not.
    static func flag(_ name: String, _ help: String) -> CommandOption { CommandOption(switch: name, help) }

    /// The option as a usage line shows it: `--data DIR`, `[--force]`.
    var usage: String {
        let word = value.map { "--\(name) \($0)" } ?? "--\(name)"
        return required ? word : "[\(word)]" + (repeatable ? "…" : "")
    }

    /// What it is for, with all that its declaration says of its values.
    var explanation: String {
        var notes: [String] = []
        if required { notes.append("required") }
        if repeatable { notes.append("may be repeated") }
        if !takes.choices.isEmpty { notes.append(takes.choices.joined(separator: ", ")) }
        if let text = defaultText { notes.append("default: \(text)") }
        return help + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
    }

    /// The options that every command takes.
    static let common = [
        flag("quiet", "Print results and errors only: no progress, no notes"),
        flag("help", "Print this help"),
    ]
}

extension CommandOption {
    // Options that several commands share, so that they are spelled and explained alike everywhere.

    static func data(required: Bool = true) -> CommandOption {
        CommandOption("data", "DIR", .directory, "The data directory", required: required)
    }
    static func venue(required: Bool = true) -> CommandOption {
        CommandOption(
            "venue", "V", .venue, "The venue: binance-spot, binance-futures, binance-coin-futures, okx-perps, bybit-linear …",
            required: required)
    }
    static let venueOrBasket = CommandOption(
        "venue", "V", .suggestion(Venue.known.map(\.name) + [Basket.venue]),
        "The venue: binance-spot, binance-futures, binance-coin-futures, okx-perps, bybit-linear …; basket for one of --config",
        required: true)
    static func symbol(required: Bool = true) -> CommandOption {
        CommandOption("symbol", "NATIVE", "The symbol as the venue spells it: BTCUSDT, BTCUSD_PERP, BTC-USDT-SWAP", required: required)
    }
    static let interval = CommandOption("interval", "I", .interval, "Bar length", required: true)
    static let from = CommandOption("from", "T", "Start, inclusive: ISO 8601 (UTC unless it says otherwise) or epoch milliseconds")
    static let to = CommandOption("to", "T", "End, exclusive, written like --from")
    static let clock = CommandOption("clock", "CLOCK", .choice(["exchange", "true"]), "Which clock bars follow", default: "exchange")
    static let threads = CommandOption("threads", "N", "Worker threads, 1 to 64", default: "one a core")
}
