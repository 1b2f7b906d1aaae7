public import Transport

/// The page for people at `/`: static files that ask the native API for all they show.
///
/// docs/page.md has what it shows and how it is built. It wants no key itself: the API does, and the page then asks its reader for one.
public enum Page {
    /// The page at `/`.
    ///
    /// - Parameter files: nil where there are none; then it says what to do.
    public static func mount(_ files: PageFiles?) -> Mount {
        Mount(
            "/", name: "page", summary: "Order flow as it happens, for people",
            routes: [
                Route("", summary: "The page", answer: .file(.html)) { _ in
                    guard let files else {
                        throw Failure(.notFound, "the page is not installed: run 'make install', or scripts/setup in the build tree")
                    }
                    return .page(body: .file(try FileBody(path: files.index)), headers: [fresh])
                }
            ])
    }

    /// The scripts, styles and pictures of the page, below `/page`: every file is a route of its own, so that no path leads anywhere else.
    public static func parts(_ files: PageFiles?) -> Mount {
        Mount(
            "/page", name: "page",
            routes: (files?.files ?? []).map { file in
                Route(file.name, summary: "A part of the page") { _ in
                    Response(contentType: file.type, body: .file(try FileBody(path: file.path)), headers: [fresh, own])
                }
            })
    }

    /// A browser asks each time whether its copy is still right: the parts of one version belong together.
    private static let fresh = Header("Cache-Control", "no-cache")
    private static let own = Header("Cross-Origin-Resource-Policy", "same-origin")
}
