import Foundation
import Testing
import Transport

/// The description of routes: what is declared stands in it, and errors look as they are answered.
struct OpenAPITests {
    private static let key = KeyPlace(header: "X-Key")
    private static let mounts = [
        Mount(
            "", name: "plain", summary: "Without a vendor",
            routes: [Route("/healthz", summary: "Lives", answer: .body(.text)) { _ in Response() }]),
        Mount(
            "/api", name: "vendor", summary: "With one",
            routes: [
                Route(
                    "/items/{name}",
                    parameters: [
                        Parameter("name", .text, required: true, example: "a\"b", "Which"),
                        Parameter("limit", .integer(1...1000, clamped: true), default: "10", "How many"),
                        Parameter("since", .integer(0...Int.max, clamped: false), "From when on"),
                        Parameter("size", .decimal, default: "1.5", "How large"),
                        Parameter("side", .choice(["buy", "sell"]), default: "buy", "Which side"),
                    ], summary: "Items",
                    handler: Route.Guarded(key) { _ in Response() }),
                Route("/files/{year}/{name}", summary: "A file", answer: .file(.parquet)) { _ in Response() },
                Route("/stream", summary: "A stream", answer: .stream(hasEvents: true)) { _ in Response() },
                Route(.post, "/stream", summary: "Something else") { _ in Response() },
            ],
            errors: { failure, _, _ in
                // As some vendors do: what is wrong with a request has status 200.
                var json = JSONWriter()
                json.beginObject()
                json.member("code", failure.status.code)
                json.endObject()
                return Response(failure.status == .badRequest ? .ok : failure.status, json: json)
            }),
    ]

    private struct Document {
        let root: [String: Any]

        init() throws {
            let text = OpenAPI(title: "T", version: "1", mounts: OpenAPITests.mounts).json().text
            root = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }

        func at(_ path: String...) -> Any? {
            var value: Any? = root
            for name in path { value = (value as? [String: Any])?[name] }
            return value
        }
    }

    @Test func `Every route is described by its whole path, method, façade and key`() throws {
        let document = try Document()
        #expect(document.at("openapi") as? String == "3.1.0")
        let paths = try #require(document.at("paths") as? [String: [String: [String: Any]]])
        #expect(Set(paths.keys) == ["/healthz", "/api/items/{name}", "/api/files/{year}/{name}", "/api/stream"])
        #expect(Set(try #require(paths["/api/stream"]).keys) == ["get", "post"])
        #expect(document.at("paths", "/healthz", "get", "x-millrace-facade") as? String == "plain")
        #expect((document.at("paths", "/healthz", "get", "security") as? [Any])?.isEmpty == true)
        let security = document.at("paths", "/api/items/{name}", "get", "security") as? [[String: [String]]]
        #expect(security == [["vendor": []]])
        #expect(document.at("components", "securitySchemes", "vendor", "name") as? String == "X-Key")
        #expect(document.at("components", "securitySchemes", "plain") == nil)
    }

    @Test func `Parameters say their values, and those of the path are of the path`() throws {
        let document = try Document()
        let parameters = try #require(document.at("paths", "/api/items/{name}", "get", "parameters") as? [[String: Any]])
        func schema(_ name: String) throws -> [String: Any] {
            try #require(parameters.first { $0["name"] as? String == name }?["schema"] as? [String: Any])
        }
        #expect(parameters.map { $0["in"] as? String } == ["path", "query", "query", "query", "query"])
        #expect(parameters[0]["example"] as? String == "a\"b")
        #expect(try schema("limit")["minimum"] as? Int == 1 && schema("limit")["maximum"] as? Int == 1000)
        #expect(try schema("limit")["default"] as? Int == 10)
        #expect(try schema("since")["maximum"] == nil)
        #expect(try schema("size")["type"] as? String == "number" && schema("size")["default"] as? Double == 1.5)
        #expect(try schema("side")["enum"] as? [String] == ["buy", "sell"])
        let files = try #require(document.at("paths", "/api/files/{year}/{name}", "get", "parameters") as? [[String: Any]])
        #expect(files.map { $0["name"] as? String } == ["year", "name"])
        #expect(files.allSatisfy { $0["in"] as? String == "path" && $0["required"] as? Bool == true })
    }

    @Test func `What JSON looks like stands there member by member, with units, and nothing else may be in it`() throws {
        let shape = JSONShape.object([
            .init("rows", .list(.object([.init("price", .nullable(.number), unit: "quote", "The price")])), "The rows"),
            .init("side", .choice(["buy", "sell"]), required: false, "Who"),
            .init("id", .either([.integer, .text]), "Which"), .init("last", .flag, "Whether"),
        ])
        let mount = Mount(
            "", name: "m", routes: [Route("/rows", summary: "Rows", answer: .table([.json, .csv]), shape: shape) { _ in Response() }])
        let text = OpenAPI(title: "T", version: "1", mounts: [mount]).json().text
        let schema = [
            #""application/json":{"schema":{"type":"object","properties":{"rows":{"type":"array","items":{"type":"object","properties":"#,
            #"{"price":{"anyOf":[{"type":"number"},{"type":"null"}],"description":"The price","x-unit":"quote"}},"required":["price"],"#,
            #""additionalProperties":false},"description":"The rows"},"side":{"type":"string","enum":["buy","sell"],"description":"Who"},"#,
            #""id":{"anyOf":[{"type":"integer"},{"type":"string"}],"description":"Which"},"last":{"type":"boolean","description":"Whether"}},"#,
            #""required":["rows","id","last"],"additionalProperties":false}},"text/csv":{}"#,
        ].joined()
        #expect(text.contains(schema))
    }

    @Test func `Answers are described by status, and errors as the mount gives them`() throws {
        let document = try Document()
        let items = try #require(document.at("paths", "/api/items/{name}", "get", "responses") as? [String: Any])
        #expect(Set(items.keys).isSuperset(of: ["200", "401", "402", "403", "404", "429", "500", "503"]) && items["400"] == nil)
        let wrong = document.at(
            "paths", "/api/items/{name}", "get", "responses", "200", "content", "application/json", "examples", "error1", "value", "code")
        #expect(wrong as? Int == 400)
        #expect(
            document.at("paths", "/healthz", "get", "responses", "404", "content", "text/plain", "examples", "error1", "value") as? String
                == "Not found\n")
        let file = try #require(document.at("paths", "/api/files/{year}/{name}", "get", "responses") as? [String: Any])
        #expect(Set(file.keys).isSuperset(of: ["200", "206", "304", "403", "416"]) && file["401"] == nil)
        let stream = try #require(document.at("paths", "/api/stream", "get", "responses") as? [String: Any])
        #expect(Set(stream.keys).isSuperset(of: ["101", "200", "426"]))
    }
}
