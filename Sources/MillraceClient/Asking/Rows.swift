/// The rows of a question, asked for page by page while they are read.
///
/// A page that fails ends the sequence with its error. Nothing is held but one page.
public struct Rows<Row: Sendable>: AsyncSequence, Sendable {
    /// Some rows, and where the next page begins.
    struct Page: Sendable {
        var rows: [Row]
        /// Nil on the last page.
        var next: String?
    }

    /// Where the first page begins.
    let first: String?
    let ask: @Sendable (String?) async throws -> Page

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(next: first, ask: ask) }

    /// Hands on rows one by one.
    public struct Iterator: AsyncIteratorProtocol {
        private var next: String?
        private var rows: ArraySlice<Row> = []
        private var isLast = false
        private let ask: @Sendable (String?) async throws -> Page

        init(next: String?, ask: @escaping @Sendable (String?) async throws -> Page) {
            self.next = next
            self.ask = ask
        }

        /// The next row; nil behind the last.
        public mutating func next() async throws -> Row? {
            while rows.isEmpty, !isLast {
                let page = try await ask(next)
                guard page.next == nil || page.next != next else {
                    throw MillraceError(.unreadable, "a page names itself as the next one")
                }
                rows = page.rows[...]
                next = page.next
                isLast = page.next == nil
            }
            return rows.popFirst()
        }
    }
}
