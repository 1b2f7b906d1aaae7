import Transport

extension CoinGlass {
    /// The three keys around every answer: a code as text, `"0"` for success, a message, and the data.
    enum Envelope {
        static func ok(capacity: Int = 1024, _ data: (inout JSONWriter) throws -> Void) rethrows -> Response {
            var json = JSONWriter(capacity: capacity)
            json.beginObject()
            json.member("code", literal: "0")
            json.member("msg", literal: "success")
            json.key("data")
            try data(&json)
            json.endObject()
            return Response(json: json)
        }

        /// An answer whose data is JSON already.
        static func ok(_ data: [UInt8]) -> Response { ok(capacity: data.count + 64) { $0.value(json: data) } }

        /// The live service answers what is wrong with a request or a key with HTTP 200 and a code in the body; unknown paths, too many
        /// calls and failures of its own with their status.
        static let error: Mount.ErrorRenderer = { failure, _, _ in
            let (status, code, message): (Status, Int, String) =
                switch failure.status {
                case .unauthorized: (.ok, 400, failure.message)
                case .paymentRequired: (.ok, 401, failure.message)
                case .badRequest, .forbidden: (.ok, failure.status.code, failure.message)
                case .notFound: (.notFound, 404, "Endpoint not found")
                case .tooManyRequests: (.tooManyRequests, 429, "Too Many Requests")
                default: (failure.status, failure.status.code, failure.message)
                }
            var json = JSONWriter(capacity: 256)
            json.beginObject()
            json.member("code", String(code))
            json.member("msg", message)
            json.endObject()
            return Response(status, json: json, headers: failure.headers)
        }
    }
}
