/// A media type that routes answer with, as documentation writes it.
public enum MediaType: String, Sendable, Hashable {
    case json = "application/json"
    case text = "text/plain"
    case html = "text/html"
    case css = "text/css"
    case csv = "text/csv"
    case parquet = "application/vnd.apache.parquet"
    case arrow = "application/vnd.apache.arrow.stream"
    case events = "text/event-stream"
}
