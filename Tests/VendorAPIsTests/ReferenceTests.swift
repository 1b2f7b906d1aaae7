import Foundation
import Testing
import Transport
import VendorAPIs

/// What a server tells of itself: for programs and for people.
struct ReferenceTests {
    private static let others = [
        Mount(
            "/api", name: "vendor", summary: "One & only",
            routes: [
                Route(
                    "/items", parameters: [Parameter("side", .choice(["<buy>", "sell"]), required: true, "Which \"side\"")],
                    summary: "Items",
                    handler: Route.Guarded(KeyPlace(header: "Authorization", scheme: "Bearer")) { _ in Response() })
            ])
    ]
    private static let router = Router(others + Reference.mounts(of: others, version: "1.2"))

    @Test func `The description has all routes, its own too`() throws {
        let response = Self.router.respond(to: try Request("/openapi.json"))
        #expect(response.status == .ok && response.contentType?.value.description.hasPrefix("application/json") == true)
        let document = try #require(JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: Any])
        #expect(Set(paths.keys) == ["/api/items", "/openapi.json", "/docs", "/docs/style.css"])
        #expect((document["info"] as? [String: Any])?["version"] as? String == "1.2")
    }

    @Test func `The page shows what is declared, escaped, and loads nothing but its own style`() throws {
        let response = Self.router.respond(to: try Request("/docs"))
        let page = response.bodyText
        #expect(response.contentType?.value.description.hasPrefix("text/html") == true)
        #expect(page.contains("&lt;buy&gt;") && !page.contains("<buy>") && page.contains("Which &quot;side&quot;"))
        #expect(page.contains("Authorization: Bearer KEY") && page.contains("One &amp; only"))
        #expect(
            !page.contains("<script") && !page.contains("style=")
                && page.contains("curl -H 'Authorization: Bearer KEY' 'http://127.0.0.1:8080/api/items?side="))
        #expect(page.components(separatedBy: "href=").count == 5)
        let style = Self.router.respond(to: try Request("/docs/style.css"))
        #expect(style.contentType?.value.description.hasPrefix("text/css") == true && !style.bodyText.contains("url("))
    }
}
