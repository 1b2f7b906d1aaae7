import MarketService
import Transport

extension Aperiodic {
    /// An answer in the vendor's shape of errors: what is wrong, each fault by itself, and a word for programs.
    struct Refusal: Error {
        var status: Status
        var error: String
        var details: [String] = []
        var code: String?
        var headers: [Header] = []

        /// Parameters that are missing or wrong, all of them.
        static func faults(_ details: [String], code: String? = nil) -> Refusal {
            Refusal(status: .badRequest, error: "Invalid request parameters", details: details, code: code)
        }

        var response: Response {
            var json = JSONWriter(capacity: 512)
            json.beginObject()
            json.member("error", error)
            if !details.isEmpty {
                json.key("details")
                json.beginArray()
                for detail in details { json.value(detail) }
                json.endArray()
            }
            if let code { json.member("code", code) }
            json.endObject()
            return Response(status, json: json, headers: headers)
        }
    }

    static let renderError: Mount.ErrorRenderer = { failure, _, _ in
        // What else is forbidden is refused with a word of its own.
        let code = failure.status == .forbidden ? "endpoint_not_in_plan" : nil
        return Refusal(status: failure.status, error: failure.message, code: code, headers: failure.headers).response
    }

    /// Gives refusals, and month files that cannot be had, the vendor's shape.
    static func shaped(_ body: () throws -> Response) throws -> Response {
        do {
            return try body()
        } catch let refusal as Refusal {
            return refusal.response
        } catch let error as MonthFilesError {
            if error.isAbsent { return Refusal(status: .notFound, error: error.description).response }
            guard error.isLate else { return Refusal(status: .badRequest, error: error.description).response }
            return Refusal(
                status: .unavailable, error: error.description, code: "file_not_ready", headers: [Header("Retry-After", "5")]
            ).response
        }
    }
}
