import MarketModel

/// Where the files of a tape are, relative to the data directory.
package enum TapePath {
    /// The directory that holds all tapes.
    package static let root = "tape"

    /// `tape/exchange=V/symbol=S`.
    package static func instrument(venue: Venue, symbol: String) -> String {
        "\(root)/exchange=\(venue.name)/symbol=\(escape(symbol))"
    }

    /// `tape/exchange=V/symbol=S/year=YYYY/month=MM/day=DD`.
    package static func directory(venue: Venue, symbol: String, day: CivilDate) -> String {
        // YYYY-MM-DD, cut at its hyphens from the right, as years may be negative.
        let text = Array(day.description.utf8)
        let year = String(decoding: text.dropLast(6), as: UTF8.self)
        let month = String(decoding: text.dropLast(3).suffix(2), as: UTF8.self)
        return
            "\(instrument(venue: venue, symbol: symbol))/year=\(year)/month=\(month)/day=\(String(decoding: text.suffix(2), as: UTF8.self))"
    }

    /// The tape file of a day.
    package static func file(venue: Venue, symbol: String, day: CivilDate) -> String {
        directory(venue: venue, symbol: symbol, day: day) + "/trades.parquet"
    }

    /// A symbol as a Hive partition value: letters, digits, `_`, `-` and inner `.` stand, every other byte becomes `%XX`.
    package static func escape(_ symbol: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for (index, byte) in symbol.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                bytes.append(byte)
            case UInt8(ascii: ".") where index > 0:
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
