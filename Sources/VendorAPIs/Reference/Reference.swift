public import Transport

/// What a server answers, told by itself: `/openapi.json` for programs, `/docs` for people. Both are made from the declarations of the routes.
public enum Reference {
    /// The mounts of the description, which it describes too.
    ///
    /// - Parameters:
    ///   - mounts: what is described.
    ///   - version: of the server.
    public static func mounts(of mounts: [Mount], version: String) -> [Mount] {
        // Their handlers answer from what is written once, below, when all routes are known.
        func own(_ document: [UInt8] = [], _ page: String = "") -> [Mount] {
            let style = styleSheet
            return [
                Mount(
                    "/openapi.json", name: "reference", summary: "What the server answers, told by itself",
                    routes: [
                        Route("", summary: "This description, in OpenAPI 3.1") { _ in
                            var json = JSONWriter(capacity: document.count)
                            json.value(json: document)
                            return Response(json: json)
                        }
                    ]),
                Mount(
                    "/docs", name: "reference", summary: "The same for people",
                    routes: [
                        Route("", summary: "Every route with its parameters, to read", answer: .body(.html)) { _ in
                            .page(body: Response(text: page).body)
                        },
                        Route("/style.css", summary: "How that page looks", answer: .body(.css)) { _ in
                            Response(contentType: .css, body: .constant(style))
                        },
                    ]),
            ]
        }
        let all = mounts + own()
        let document = OpenAPI(title: "Millrace", version: version, mounts: all).json().text
        return own(Array(document.utf8), ReferencePage(mounts: all, version: version).html)
    }
}
