import Transport

/// Texts of numbers as venues write them.
extension ByteBuffer {
    /// Appends a whole number that is not negative.
    @inline(__always)
    mutating func append(number value: Int64) {
        var rest = UInt64(bitPattern: max(0, value))
        append(upTo: 20) { memory in
            var count = 1
            var limit: UInt64 = 10
            while count < 19, rest >= limit {
                limit &*= 10
                count &+= 1
            }
            var at = count
            while at > 0 {
                at &-= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                memory[at] = 48 &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
            }
            return count
        }
    }

    /// Appends `mantissa` / 10^`decimals` with `digits` digits after the point, at least `decimals` of them; no point if there are none.
    @inline(__always)
    mutating func append(mantissa: Int64, decimals: Int, digits: Int) {
        var rest = UInt64(bitPattern: max(0, mantissa))
        append(upTo: 48) { memory in
            var at = 47
            for _ in 0..<max(0, digits - decimals) {
                memory[at] = 48
                at &-= 1
            }
            var left = decimals
            if digits > 0 {
                while left > 0 {
                    let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                    memory[at] = 48 &+ UInt8(truncatingIfNeeded: digit)
                    at &-= 1
                    rest = quotient
                    left &-= 1
                }
                memory[at] = UInt8(ascii: ".")
                at &-= 1
            }
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                memory[at] = 48 &+ UInt8(truncatingIfNeeded: digit)
                at &-= 1
                rest = quotient
            } while rest != 0
            let count = 47 - at
            memory.update(from: memory + at + 1, count: count)
            return count
        }
    }

    /// Appends a price or quantity without trailing zeros, as OKX writes them.
    @inline(__always)
    mutating func append(trimmed mantissa: Int64, decimals: Int) {
        var (mantissa, decimals) = (mantissa, decimals)
        while decimals > 0 {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            mantissa = quotient
            decimals -= 1
        }
        append(mantissa: mantissa, decimals: decimals, digits: decimals)
    }
}

/// An instrument's fixed texts, so that frames are put together from pieces.
struct InstrumentText: Sendable {
    let symbol: [UInt8]
    let symbolLower: [UInt8]
    let instrument: SimulatedInstrument

    init(_ instrument: SimulatedInstrument) {
        self.instrument = instrument
        symbol = Array(instrument.symbol.utf8)
        symbolLower = Array(instrument.symbol.lowercased().utf8)
    }
}

extension ByteBuffer {
    /// Appends bytes.
    @inline(__always)
    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0) }
    }

    /// Appends a price as Binance and Bybit write it.
    @inline(__always)
    mutating func append(price: Int64, of instrument: SimulatedInstrument) {
        append(mantissa: price, decimals: instrument.priceDecimals, digits: instrument.printedPriceDigits)
    }

    /// Appends a quantity as Binance and Bybit write it.
    @inline(__always)
    mutating func append(quantity: Int64, of instrument: SimulatedInstrument) {
        append(mantissa: quantity, decimals: instrument.quantityDecimals, digits: instrument.printedQuantityDigits)
    }
}
