/// How the integer fields and the end of an aggTrades row are written.
struct AggTradesShape {
    private(set) var id = IntegerShape()
    private(set) var first = IntegerShape()
    private(set) var last = IntegerShape()
    private(set) var time = TimeShape()
    private(set) var end = RowEnd()

    /// A shape to be replaced before it is used.
    init() {}

    /// Learns from the row that begins at `row`; nil if the hot parser cannot read such a row.
    init?(_ row: UnsafeRawPointer, _ stop: UnsafeRawPointer, isSpot: Bool) {
        var fields = CommaFields(row, stop)
        guard let idField = fields.next(), fields.next() != nil, fields.next() != nil, let firstField = fields.next(),
            let lastField = fields.next(), let timeField = fields.next()
        else { return nil }
        guard id.learn(idField.text, length: idField.length), first.learn(firstField.text, length: firstField.length),
            last.learn(lastField.text, length: lastField.length), time.learn(timeField.text, length: timeField.length),
            end.learn(fields.rest, stop, isSpot: isSpot)
        else { return nil }
    }
}

/// Walks over the fields of a row that end with a comma.
private struct CommaFields {
    /// Where the next field begins.
    private(set) var rest: UnsafeRawPointer
    private let stop: UnsafeRawPointer

    init(_ row: UnsafeRawPointer, _ stop: UnsafeRawPointer) {
        rest = row
        self.stop = stop
    }

    /// The next field, or nil if the row or the text ends before a comma.
    mutating func next() -> (text: UnsafeRawPointer, length: Int)? {
        var at = rest
        while at < stop {
            let byte = at.load(as: UInt8.self)
            if byte == UInt8(ascii: ",") {
                defer { rest = at + 1 }
                return (rest, at - rest)
            }
            if byte == UInt8(ascii: "\n") { return nil }
            at += 1
        }
        return nil
    }
}
