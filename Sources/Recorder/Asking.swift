import Feeds
import Pipeline
import Transport

extension HTTPClient {
    /// Asks a venue and waits for what it answers.
    ///
    /// - Throws: ``TransportError`` where it does not answer.
    func answer(to request: RESTRequest, cancellation: Cancellation) throws -> RESTAnswer {
        let headers = [Header("Accept", "application/json")]
        let got =
            if let body = request.body {
                try post(request.url, body: Array(body.utf8), headers: headers, cancellation: cancellation)
            } else {
                try get(request.url, headers: headers, cancellation: cancellation)
            }
        return RESTAnswer(status: got.status, body: got.body) { got.header($0) }
    }
}
