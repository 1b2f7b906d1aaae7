extension Response {
    /// Answers with a page for people: HTML, CSS and scripts that load and ask nothing but this server.
    ///
    ///     Route("/", …) { _ in .page(body: .constant("<!doctype html>…")) }
    ///
    /// The browser is told to run no script and take no style that stands in the page itself, to send no form, to show the page in no
    /// other's frame, to share no window with other origins, and to tell nobody where the reader came from.
    public static func page(_ status: Status = .ok, body: Body, headers: [Header] = []) -> Response {
        Response(status, contentType: .html, body: body, headers: headers + pageHeaders)
    }

    private static let pageHeaders = [
        Header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
                + "form-action 'none'; frame-ancestors 'none'"),
        Header("Referrer-Policy", "no-referrer"),
        Header("Cross-Origin-Opener-Policy", "same-origin"),
        Header("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}
