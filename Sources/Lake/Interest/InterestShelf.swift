import Glibc
import MarketModel
import Synchronization

/// The open days of open interest as readers see them, of this process or of another one that writes them.
final class InterestShelf: Sendable {
    private struct Book {
        var day: InterestDay
        var inode: UInt
    }

    private let directory: String
    private let books = Mutex<[CivilDate: Book]>([:])

    init(directory: String) { self.directory = directory }

    /// The journal of a day, opened anew where another file has taken its place; nil if there is none.
    func day(_ date: CivilDate) throws -> InterestDay? {
        var status = stat()
        guard stat(InterestPath.journal(directory, date), &status) == 0, status.st_size > 0 else { return nil }
        let inode = UInt(status.st_ino)
        return try books.withLock { books in
            if let book = books[date], book.inode == inode { return book.day }
            let day = try InterestDay(lake: directory, day: date, create: false)
            guard try day.isWhole() else { return nil }
            books[date] = Book(day: day, inode: inode)
            return day
        }
    }

    /// Closes the journal of a day.
    func forget(_ date: CivilDate) { books.withLock { $0[date] = nil } }
}
