import MarketModel
import Transport

extension Oanor {
    /// The five keys around every answer, in the order in which the vendor's documentation prints them.
    enum Envelope {
        /// What an answer says of the request, which an answer that is made later outlives.
        struct Stamp: Sendable {
            let id: RequestID
            let time: Int64

            init(_ request: borrowing Request) {
                id = request.id
                time = request.time
            }
        }

        /// Writes an answer around its data.
        static func ok(_ request: borrowing Request, message: StaticString, _ data: (inout JSONWriter) throws -> Void) rethrows -> Response
        {
            try ok(Stamp(request), message: message, data)
        }

        /// Writes an answer around its data.
        static func ok(_ stamp: Stamp, message: StaticString, _ data: (inout JSONWriter) throws -> Void) rethrows -> Response {
            try wrap(stamp, message: message) { json in
                json.beginObject()
                try data(&json)
                json.endObject()
            }
        }

        /// Writes an answer around data that is JSON already.
        static func ok(_ stamp: Stamp, message: StaticString, data: [UInt8]) -> Response {
            wrap(stamp, message: message) { $0.value(json: data) }
        }

        private static func wrap(
            _ stamp: Stamp, message: StaticString, _ data: (inout JSONWriter) throws -> Void
        ) rethrows -> Response {
            var json = JSONWriter(capacity: 2048)
            json.beginObject()
            json.key("data")
            try data(&json)
            meta(&json, id: stamp.id, time: stamp.time)
            json.member("status", literal: "ok")
            json.member("message", literal: message)
            json.member("success", true)
            json.endObject()
            return Response(json: json)
        }

        /// An error in the same envelope, without data.
        static let error: Mount.ErrorRenderer = { failure, id, time in
            var json = JSONWriter(capacity: 512)
            json.beginObject()
            json.key("data")
            json.null()
            meta(&json, id: id, time: time)
            json.member("status", literal: "error")
            json.member("message", failure.message)
            json.member("success", false)
            json.endObject()
            return Response(failure.status, json: json, headers: failure.headers)
        }

        private static func meta(_ json: inout JSONWriter, id: RequestID, time: Int64) {
            json.key("meta")
            json.beginObject()
            json.key("timestamp")
            json.value(milliseconds: time)
            json.key("request_id")
            json.value(id)
            json.endObject()
        }
    }
}

extension JSONWriter {
    /// Writes an instant as `2026-06-12T01:41:13.615Z`.
    ///
    /// - Parameter time: microseconds since 1970-01-01 UTC.
    mutating func value(milliseconds time: Int64) {
        let date = CivilDate(microseconds: time)
        let rest = Int((time - date.microseconds) / 1000)
        value(json: "\"")
        buffer.append(padded: date.year, digits: 4)
        buffer.append("-")
        buffer.append(padded: date.month, digits: 2)
        buffer.append("-")
        buffer.append(padded: date.day, digits: 2)
        buffer.append("T")
        buffer.append(padded: rest / 3_600_000, digits: 2)
        buffer.append(":")
        buffer.append(padded: rest / 60_000 % 60, digits: 2)
        buffer.append(":")
        buffer.append(padded: rest / 1000 % 60, digits: 2)
        buffer.append(".")
        buffer.append(padded: rest % 1000, digits: 3)
        buffer.append("Z\"")
    }
}

extension ByteBuffer {
    /// Appends a number that is not negative with leading zeros.
    fileprivate mutating func append(padded number: Int, digits: Int) {
        append(upTo: digits) { memory in
            var rest = number
            for place in (0..<digits).reversed() {
                memory[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }
}
