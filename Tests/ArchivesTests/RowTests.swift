import Archives
import MarketModel
import TapeSequencer
import Testing

/// Rows that are odd, and rows that are wrong.
struct RowTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func read(_ rows: [String], threads: Int = 1) throws -> Collected {
        try Collected(directory.file("rows.csv", rows.joined(separator: "\n") + "\n"), venue: .binanceFutures, threads: threads)
    }

    static func good(_ id: Int, price: String = "100.5", quantity: String = "1") -> String {
        "\(id),\(price),\(quantity),\(id),\(id),\(1_700_000_000_000 + id),\(id % 2 == 0)"
    }

    @Test(arguments: [
        ("7,-1,1,7,7,1700000000007,true", "price '-1' is negative"),
        ("7,1,-0.5,7,7,1700000000007,true", "quantity '-0.5' is negative"),
        ("7,NaN,1,7,7,1700000000007,true", "price 'NaN' is not a decimal number"),
        ("7,inf,1,7,7,1700000000007,true", "price 'inf' is not a decimal number"),
        ("7,1e400,1,7,7,1700000000007,true", "price '1e400' needs more than 18 digits"),
        ("7,1,1e-400,7,7,1700000000007,true", "quantity '1e-400' needs more than 18 digits"),
        (
            "7,1234567890123456789012345678901234567890,1,7,7,1700000000007,true",
            "price '1234567890123456789012345678901234567890' needs more than 18 digits"
        ),
        ("7,1\u{fffd},1,7,7,1700000000007,true", "price '1???' is not a decimal number"),
        ("7,,1,7,7,1700000000007,true", "price '' is not a decimal number"),
        ("7,1,1,7,7,1700000000007", "has 6 columns, not 7"),
        ("7,1,1,7,7,1700000000007,true,9", "has 8 columns, not 7"),
        ("7,1,1,7,7,1700000000007,maybe", "side 'maybe' is neither true nor false"),
        ("7,1,1,7,7,17000,true", "time '17000' is not a time"),
        ("x,1,1,7,7,1700000000007,true", "id 'x' is not an integer of 64 bits"),
        ("99999999999999999999,1,1,7,7,1700000000007,true", "id '99999999999999999999' is not an integer of 64 bits"),
        ("7,1,1,8,7,1700000000007,true", "its last id 7 does not follow its first id 8"),
        ("7,1.2.3,1,7,7,1700000000007,true", "price '1.2.3' is not a decimal number"),
        ("garbage", "has 1 columns, not 7"),
    ])
    func `A wrong row is rejected with its line and its reason, and its neighbours are kept`(row: String, reason: String) throws {
        let file = try read([RowTests.good(1), RowTests.good(2), row, RowTests.good(8), RowTests.good(9)])
        #expect(file.report.rejectedRows == [RejectedRow(line: 3, reason: reason)])
        #expect(file.report.rejected == 1)
        #expect(file.trades.map(\.id.integer) == [1, 2, 8, 9])
    }

    @Test(arguments: [
        ("7,+1.5,1,7,7,1700000000007,true", 150), ("7,.5,1,7,7,1700000000007,true", 50), ("7,1e2,1,7,7,1700000000007,true", 10_000),
        ("7,0001.50000000000,1,7,7,1700000000007,true", 150), ("7, 1.5 ,1,7,7,1700000000007,TRUE", 150),
        ("\"7\",\"1.5\",1,7,7,1700000000007,true", 150), ("7,1.25,1,-1,-1,1700000000007,true", 125),
        ("7,1.5,1,7,7,1700000000007.0,true", 150), ("7,1.5,1,7,7,1700000000007000000,true", 150),
    ])
    func `An odd row is read exactly`(row: String, price: Int64) throws {
        let file = try read([RowTests.good(6), row, RowTests.good(8)])
        #expect(file.report.rejected == 0)
        #expect(file.trades.map(\.id.integer) == [6, 7, 8])
        let scale = file.scales.price
        #expect(file.trades[1].price * FixedPoint.powersOfTen[2] == price * FixedPoint.powersOfTen[scale])
        #expect(file.trades[1].time == 1_700_000_000_007_000)
    }

    @Test func `Rows with zero price or quantity are no trades, and their ids are present`() throws {
        let file = try read([
            RowTests.good(1), "2,0,0,-1,-1,1700000000002,true", RowTests.good(3), "4,0.0,5,4,4,1700000000004,true", RowTests.good(6),
        ])
        #expect(file.trades.map(\.id.integer) == [1, 3, 6])
        #expect(file.report.zero == 2)
        #expect(file.report.rows == 5)
        #expect(file.report.scan.holes.map(\.from) == [5])
        #expect(file.report.scan.missingIDs == 1)
        #expect(file.report.scan.isStrictlyAscending)
    }

    @Test func `A row that needs more digits widens the scales and begins again`() throws {
        var rows = (1...4000).map { RowTests.good($0) }
        rows.append(RowTests.good(4001, price: "100.1234", quantity: "0.00001"))
        rows += (4002...8000).map { RowTests.good($0) }
        let file = try read(rows, threads: 2)
        #expect(file.passes == 2)
        #expect(file.scales == Scales(price: 4, quantity: 5))
        #expect(file.trades.count == 8000)
        #expect(file.trades[0].price == 1_005_000)
        #expect(file.trades[4000].price == 1_001_234)
        #expect(file.trades[4000].quantity == 1)
        #expect(file.trades[0].quantity == 100_000)
    }

    @Test func `A value with no place beside the others' decimals is an error that names its row`() throws {
        let rows = [
            RowTests.good(1), RowTests.good(2, quantity: "0.000000000000000001"), RowTests.good(3, quantity: "12345"),
        ]
        let error = #expect(throws: ArchiveError.self) { _ = try read(rows) }
        #expect(error?.line == 1)
        #expect(error?.description.contains("needs more than 18 digits") == true)
    }

    @Test func `All wrong rows are counted and the first thousand listed`() throws {
        var rows: [String] = []
        for id in 1...5000 { rows += [RowTests.good(id), id % 2 == 0 ? "x" : RowTests.good(id + 100_000)] }
        let file = try read(rows, threads: 2)
        #expect(file.report.rejected == 2500)
        #expect(file.report.rejectedRows.count == RejectedRow.limit)
        #expect(file.report.rejectedRows.first?.line == 4)
        #expect(file.report.rejectedRows.last?.line == 4000)
    }

    @Test func `A file of mostly wrong rows is refused`() throws {
        let error = #expect(throws: ArchiveError.self) { _ = try read([RowTests.good(1), "a,b", "c,d", "e"]) }
        #expect(error?.description.contains("3 of 4 rows cannot be read") == true)
    }

    @Test func `A header alone is a file of no trades`() throws {
        let file = try read(["agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"])
        #expect(file.trades.isEmpty)
        #expect(file.report.rows == 0)
    }
}
