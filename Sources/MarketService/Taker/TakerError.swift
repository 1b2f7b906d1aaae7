/// Why takers' trades cannot be told.
public struct TakerError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case tooManyLevels
    }

    let code: Code

    /// The footprints have more levels than ``TakerMarket/mostLevels``.
    public static let tooManyLevels = TakerError(code: .tooManyLevels)

    public var description: String {
        switch code {
        case .tooManyLevels: "the bars have more than \(TakerMarket.mostLevels) levels of price together: ask for fewer bars"
        }
    }
}
