import Feeds
import MarketModel

extension CommandOption {
    /// What a contract of an option is on.
    static let optionSize = CommandOption(
        "option-size", "FAMILY=COINS", "What a contract of an option is on, where Millrace does not know: okx:SOL-USD@2023-06-01=1",
        repeatable: true)
}

extension RecordingOptions {
    /// Reads `okx:BTC-USD,deribit:BTC`.
    mutating func followOptions(_ text: String) throws(UsageError) {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        for name in names {
            guard let family = OptionFamily(name) else {
                throw UsageError("--options \(text): '\(name)' is no family of options: write okx:BTC-USD or deribit:BTC")
            }
            if !optionFamilies.contains(family) { optionFamilies.append(family) }
        }
    }

    /// What contracts of options are on: what is known, and what the command line says.
    static func optionSizes(_ arguments: Arguments) throws(UsageError) -> OptionSizes {
        var sizes = OptionSizes.known
        for text in arguments.all("option-size") where !sizes.add(text) {
            throw UsageError("--option-size \(text): write it like okx:SOL-USD=1, or okx:SOL-USD@2023-06-01=1 for what holds from a day on")
        }
        return sizes
    }
}
