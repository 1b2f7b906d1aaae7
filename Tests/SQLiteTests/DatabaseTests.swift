import Glibc
import SQLite
import Testing

struct DatabaseTests {
    struct Cancelled: Error {}

    static func temporaryPath() -> String {
        let folder = "/tmp/millrace-sqlite-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        mkdir(folder, 0o755)
        return folder + "/test.sqlite"
    }

    @Test func `Values come back as they were stored`() throws {
        let database = try Database(path: DatabaseTests.temporaryPath())
        try database.execute("CREATE TABLE v (i INTEGER, d REAL, t TEXT, b BLOB, n TEXT)")
        try database.run("INSERT INTO v VALUES (?, ?, ?, ?, ?)", Int64.min, 0.1, "Größe", [UInt8]([0, 255]), String?.none)
        let rows = try database.query("SELECT * FROM v") { row in
            (row.integer(0), row.double(1), row.text(2), row.bytes(3), row.isNull(4))
        }
        #expect(rows.count == 1)
        #expect(rows[0].0 == .min && rows[0].1 == 0.1 && rows[0].2 == "Größe" && rows[0].3 == [0, 255] && rows[0].4)
    }

    @Test func `An error inside a transaction leaves nothing behind`() throws {
        let database = try Database(path: DatabaseTests.temporaryPath())
        try database.execute("CREATE TABLE v (i INTEGER PRIMARY KEY)")
        #expect(throws: Cancelled.self) {
            try database.transaction { connection in
                try connection.run("INSERT INTO v VALUES (1)")
                throw Cancelled()
            }
        }
        #expect(try database.query("SELECT COUNT(*) FROM v") { $0.integer(0) } == [0])
    }

    @Test func `The data version tells of commits by others only`() throws {
        let path = DatabaseTests.temporaryPath()
        let mine = try Database(path: path)
        let other = try Database(path: path)
        try mine.execute("CREATE TABLE v (i INTEGER PRIMARY KEY)")
        let before = try mine.dataVersion()
        try mine.run("INSERT INTO v VALUES (1)")
        #expect(try mine.dataVersion() == before)
        try other.run("INSERT INTO v VALUES (2)")
        #expect(try mine.dataVersion() != before)
    }

    @Test func `A file that cannot be opened is named`() {
        #expect {
            try Database(path: "/nonexistent/catalogue.sqlite")
        } throws: { "\($0)".contains("/nonexistent/catalogue.sqlite") }
    }

    @Test func `A broken constraint says so`() throws {
        let database = try Database(path: DatabaseTests.temporaryPath())
        try database.execute("CREATE TABLE v (i INTEGER PRIMARY KEY)")
        try database.run("INSERT INTO v VALUES (1)")
        #expect {
            try database.run("INSERT INTO v VALUES (?)", 1)
        } throws: { ($0 as? SQLiteError)?.isConstraint == true }
    }
}
