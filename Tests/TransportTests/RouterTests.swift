import Testing
import Transport

struct RouterTests {
    static let router = Router([
        Mount("", routes: [Route("/hello", summary: "Says hello") { _ in Response(text: "hello") }]),
        Mount(
            "/api",
            routes: [
                Route("/v1/item/{name}", summary: "Names an item") { Response(text: $0.pathParameters["name"] ?? "") },
                Route(.post, "/v1/item/{name}", summary: "Makes an item") { _ in Response(text: "made") },
                Route("/v1/broken", summary: "Fails") { _ in throw Broken() },
                Route("/v1/greedy", summary: "Asks for too much") { _ in .later { _ in throw Greedy() } },
                Route("/v1/count", parameters: [count], summary: "Counts") { request in
                    Response(text: "\(try count.integer(in: request) ?? -1)")
                },
            ],
            gate: { request throws(Failure) in
                if request.header("x-key") == "bad" { throw Failure(.unauthorized) }
                return [Header("x-left", "5")]
            },
            errors: { failure, id, _ in Response(failure.status, text: "api: \(failure.message)", headers: failure.headers) }),
    ])
    static let count = Parameter("n", .integer(1...10, clamped: true), default: "3", "How many")

    struct Broken: Error {}

    /// An error that says itself how it is answered.
    struct Greedy: RefusingError {
        var failure: Failure { Failure(.badRequest, "ask for less") }
    }

    static func ask(_ method: Transport.Method = .get, _ target: String, key: String? = nil) throws -> Response {
        router.respond(to: try Request(method, target, headers: key.map { [("X-Key", $0)] } ?? []))
    }

    @Test func `A path finds its route, decoded and with its parameters`() throws {
        #expect(try RouterTests.ask(.get, "/hello").bodyText == "hello")
        #expect(try RouterTests.ask(.head, "/hello").status == .ok)
        #expect(try RouterTests.ask(.get, "/api/v1/item/a%2Fb").bodyText == "a/b")
        #expect(try RouterTests.ask(.get, "/api/v1/i%74em/x").bodyText == "x")
        #expect(try RouterTests.ask(.post, "/api/v1/item/x").bodyText == "made")
        #expect(try RouterTests.ask(.get, "/api/v1/item/").status == .notFound)
        #expect(try RouterTests.ask(.get, "/apiary").status == .notFound)
    }

    @Test func `Errors have the shape of the mount they are for`() throws {
        #expect(try RouterTests.ask(.get, "/api/v2").bodyText == "api: there is nothing at this path")
        #expect(try RouterTests.ask(.get, "/other").bodyText == "there is nothing at this path\n")
        let wrong = try RouterTests.ask(.delete, "/api/v1/item/x")
        #expect(wrong.status == .methodNotAllowed && wrong.header("allow") == "GET, HEAD, POST, OPTIONS")
        #expect(try RouterTests.ask(.get, "/api/v1/broken").status == .internalError)
    }

    @Test func `Work says itself how what it refuses is answered`() throws {
        let response = RouterTests.router.respondFully(to: try Request("/api/v1/greedy"))
        #expect(response.status == .badRequest && response.bodyText == "api: ask for less" && response.header("x-left") == "5")
    }

    @Test func `The gate comes first and its headers go with every answer`() throws {
        #expect(try RouterTests.ask(.get, "/api/v1/item/x", key: "bad").status == .unauthorized)
        #expect(try RouterTests.ask(.options, "/api/nothing", key: "bad").status == .unauthorized)
        #expect(try RouterTests.ask(.get, "/api/v1/item/x").header("x-left") == "5")
        #expect(try RouterTests.ask(.get, "/api/nothing").header("x-left") == "5")
    }

    @Test(arguments: [
        ("", "3"), ("?n=5", "5"), ("?n=0", "1"), ("?n=-7", "1"), ("?n=11", "10"), ("?n=99999999999999999999", "10"), ("?n=", "3"),
    ])
    func `A clamped number is moved into its range`(query: String, answer: String) throws {
        #expect(try RouterTests.ask(.get, "/api/v1/count" + query).bodyText == answer)
    }

    @Test(arguments: ["?n=x", "?n=1.5", "?n=--1", "?n=1e3", "?n=%2B1"])
    func `What is no whole number is refused`(query: String) throws {
        #expect(try RouterTests.ask(.get, "/api/v1/count" + query).status == .badRequest)
    }
}
