import Glibc
import MarketModel
import Synchronization

/// Journals of open days as readers see them, of this process or of another one that writes them.
final class DayShelf<Day: Sendable>: Sendable {
    private struct Book {
        var day: Day
        var inode: UInt
    }

    private let path: @Sendable (CivilDate) -> String
    private let open: @Sendable (CivilDate) throws -> Day?
    private let books = Mutex<[CivilDate: Book]>([:])

    /// - Parameters:
    ///   - path: of a day's journal.
    ///   - open: opens it to read; nil while it is being made.
    init(path: @escaping @Sendable (CivilDate) -> String, open: @escaping @Sendable (CivilDate) throws -> Day?) {
        self.path = path
        self.open = open
    }

    /// The journal of a day, opened anew where another file has taken its place; nil if there is none.
    func day(_ date: CivilDate) throws -> Day? {
        var status = stat()
        guard stat(path(date), &status) == 0, status.st_size > 0 else { return nil }
        let inode = UInt(status.st_ino)
        return try books.withLock { books in
            if let book = books[date], book.inode == inode { return book.day }
            guard let day = try open(date) else { return nil }
            books[date] = Book(day: day, inode: inode)
            return day
        }
    }

    /// Closes the journal of a day.
    func forget(_ date: CivilDate) { books.withLock { $0[date] = nil } }
}
