import JSONReading
import MarketModel

/// Why a row of an answer is no sample.
public enum OpenInterestFault: String, Error, Sendable, Hashable, CaseIterable {
    /// It does not say, in a way that is understood, which contract it is of.
    case noContract = "no contract"
    /// A contract that the venue has not listed.
    case notListed = "not listed"
    /// There is no figure.
    case missing = "missing"
    /// What stands for a figure is none: text, NaN, more than 18 digits before the point.
    case notANumber = "not a number"
    /// A figure below zero.
    case negative = "negative"
    /// A time that makes no sense.
    case wrongTime = "a time that makes no sense"
    /// No price by which it could be brought to coins and USD.
    case noPrice = "no price"
    /// Its worth does not fit in 18 digits.
    case tooLarge = "too large"
}

extension JSONValue {
    /// The number that a figure of open interest or a price stands for, cut to 18 digits where venues print more of them after the point.
    var figure: Result<FixedPoint, OpenInterestFault> {
        switch kind {
        case .null: return .failure(.missing)
        case .number, .string: break
        case .true, .false, .array, .object: return .failure(.notANumber)
        }
        let bytes = bytes
        if let exact = decimal { return exact.mantissa < 0 ? .failure(.negative) : .success(exact) }
        // Floats of the venue's come with digits that mean nothing: 605822.25579999999999999.
        guard bytes.count <= 64, let point = bytes.firstIndex(of: UInt8(ascii: ".")), point < 18,
            bytes.indices.allSatisfy({ $0 == point || (48...57).contains(bytes[$0]) }),
            let cut = DecimalBytes.decimal(UnsafeRawBufferPointer(rebasing: bytes.prefix(19)))
        else { return .failure(.notANumber) }
        return .success(cut)
    }

    /// A price above zero; nil for anything else.
    var price: FixedPoint? {
        guard case .success(let price) = figure, price.mantissa > 0 else { return nil }
        return price
    }

    /// A symbol that can be one; nil for anything else.
    var symbol: String? {
        guard kind == .string, (1...64).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return string
    }
}
