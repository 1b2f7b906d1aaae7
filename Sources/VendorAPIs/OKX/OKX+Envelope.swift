import Transport

extension OKX {
    /// The keys around every answer: a code as text, `"0"` for success, a message, and the data.
    enum Envelope {
        static func ok(capacity: Int = 512, _ data: (inout JSONWriter) throws -> Void) rethrows -> Response {
            var json = JSONWriter(capacity: capacity)
            json.beginObject()
            json.member("code", literal: "0")
            json.key("data")
            try data(&json)
            json.member("msg", literal: "")
            json.endObject()
            return Response(json: json)
        }

        /// A missing parameter, as the vendor's 50014 words it.
        static func missing(_ name: String) -> Failure { Failure(.badRequest, "Parameter \(name)\(lacks)") }
        /// A parameter that is none of its values, as the vendor's 51000 words it.
        static func wrong(_ name: String) -> Failure { Failure(.badRequest, "Parameter \(name) error") }

        private static let lacks = " can not be empty."

        static let error: Mount.ErrorRenderer = { failure, _, _ in
            let (code, message): (String, String) =
                switch failure.status {
                case .badRequest: (failure.message.hasSuffix(lacks) ? "50014" : "51000", failure.message)
                case .tooManyRequests: ("50011", "Too Many Requests")
                case .unavailable: ("50001", "Service temporarily unavailable. Please try again later")
                case .notFound: ("404", "Request path not found")
                case .methodNotAllowed: ("405", "Request method not allowed")
                default: ("50026", "System error. Please try again later.")
                }
            var json = JSONWriter(capacity: 160)
            json.beginObject()
            json.member("code", code)
            // Who asks too often gets no data, not even none.
            if failure.status != .tooManyRequests {
                json.key("data")
                json.beginArray()
                json.endArray()
            }
            json.member("msg", message)
            json.endObject()
            return Response(failure.status, json: json, headers: failure.headers)
        }
    }
}
