extension OpenAPI {
    /// An error as a mount answers it.
    private struct Refusal {
        let status: Status
        let example: String
        let isJSON: Bool
    }

    /// Writes what a route may be answered with, by status.
    func writeAnswers(_ route: Route, _ mount: Mount, _ json: inout JSONWriter) {
        let refusals = OpenAPI.refusals(of: mount, asksForKey: mount.key ?? route.key != nil)
        let success = refusals.filter { $0.status == .ok }
        switch route.answer {
        case .body(let media):
            write(
                .ok, "What is asked for" + (success.isEmpty ? "" : ", or in the vendor's way what is wrong"), [media], success,
                shape: route.shape, &json)
        case .table(let media):
            write(.ok, "The rows", media, success, shape: route.shape, &json)
            write(.notModified, "The client has the rows as they are", [], [], &json)
        case .file(let media):
            write(.ok, "The file", [media], success, shape: route.shape, &json)
            write(.partialContent, "The part of the file that was asked for", [media], [], &json)
            write(.notModified, "The client has the file as it is", [], [], &json)
            write(.rangeNotSatisfiable, "The file has no such part", [], [], &json)
        case .stream(let hasEvents):
            write(.switchingProtocols, "The connection is a WebSocket from here on", [], [], &json)
            if hasEvents { write(.ok, "Events, for as long as both sides like", [.events], [], &json) }
            write(.upgradeRequired, "The client has to ask for a WebSocket of version 13", [.json], [], &json)
        }
        var written: Set<Int> = [Status.ok.code]
        for refusal in refusals where written.insert(refusal.status.code).inserted {
            let alike = refusals.filter { $0.status == refusal.status }
            write(refusal.status, refusal.status.reason, [refusal.isJSON ? .json : .text], alike, &json)
        }
    }

    private func write(
        _ status: Status, _ description: String, _ media: [MediaType], _ examples: [Refusal], shape: JSONShape? = nil,
        _ json: inout JSONWriter
    ) {
        json.key(escaping: String(status.code))
        json.beginObject()
        json.member("description", description)
        if !media.isEmpty {
            json.key("content")
            json.beginObject()
            for type in media {
                json.key(escaping: type.rawValue)
                json.beginObject()
                if type == .json, let shape {
                    json.key("schema")
                    shape.write(to: &json)
                }
                if !examples.isEmpty { write(examples, &json) }
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
    }

    private func write(_ examples: [Refusal], _ json: inout JSONWriter) {
        json.key("examples")
        json.beginObject()
        for (number, example) in examples.enumerated() {
            json.key(escaping: "error\(number + 1)")
            json.beginObject()
            json.key("value")
            if example.isJSON { json.value(json: Array(example.example.utf8)) } else { json.value(example.example) }
            json.endObject()
        }
        json.endObject()
    }

    /// How a mount answers every kind of failure, asked of its own renderer.
    private static func refusals(of mount: Mount, asksForKey: Bool) -> [Refusal] {
        (OpenAPI.refusals + (asksForKey ? OpenAPI.keyRefusals : [])).map { status in
            let response = mount.render(Failure(status), RequestID(high: 0, low: 0), 0)
            return Refusal(
                status: response.status, example: response.bodyText,
                isJSON: response.contentType?.value.description.contains("json") == true)
        }
    }
}

extension Parameter.Kind {
    /// Writes the members of a JSON schema.
    func write(to json: inout JSONWriter) {
        switch self {
        case .text:
            json.member("type", literal: "string")
        case .integer(let range, _):
            json.member("type", literal: "integer")
            json.member("minimum", range.lowerBound)
            // What no 64 bits hold is no limit worth telling.
            if range.upperBound < Int.max { json.member("maximum", range.upperBound) }
        case .decimal:
            json.member("type", literal: "number")
            json.member("minimum", 0)
        case .choice(let choices):
            json.member("type", literal: "string")
            json.key("enum")
            json.beginArray()
            for choice in choices { json.value(choice) }
            json.endArray()
        }
    }

    /// Writes a value of this kind that is given as text.
    func write(_ text: String, to json: inout JSONWriter) {
        switch self {
        case .integer, .decimal: json.value(json: Array(text.utf8))
        case .text, .choice: json.value(text)
        }
    }
}
