import Lake
import MarketModel
import Recorder
import Testing
import TestSupport

/// Times of which a recording does not know whether trades are missing, and dumps that tell.
@Suite struct LossTests {
    private static let day = CivilDate(epochDay: 20_000)

    /// A dump of a venue whose ids tell nothing: a trade an hour, as long as no hours are left out.
    private func dump(_ day: CivilDate, hours: some Sequence<Int> = 0..<24, spoiled: Bool = false) -> String {
        var text = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n"
        for hour in hours {
            let time = day.microseconds / 1_000_000 + Int64(hour) * 3600 + 1800
            let price = spoiled && hour == 5 ? "?" : "100.5"
            text += "\(time).1234,TESTUSDT,Buy,1.5,\(price),PlusTick,"
            text += "00000000-0000-4000-8000-\(String(100_000_000_000 + day.epochDay * 100 + hour)),1,1.5,150.75\n"
        }
        return text
    }

    private func record(_ losses: [TapeLoss], into data: String) throws {
        let lake = try Lake(directory: data, create: true)
        let journal = try Journal(lake: lake, venue: .bybitLinear)
        let instrument = Instrument(venue: .bybitLinear, symbol: "TESTUSDT")
        let name = try journal.open(instrument, scales: Scales(price: 1, quantity: 1)).symbol
        for loss in losses { journal.note(name, loss) }
        try journal.flush()
        journal.close()
    }

    private func losses(_ data: String) throws -> [TapeLoss] {
        try Lake(directory: data, create: false).tape(venue: .bybitLinear, symbol: "TESTUSDT")?.losses ?? []
    }

    private func loss(_ from: Double, _ to: Double, _ state: TapeLoss.State = .abandoned, end: Int64 = 0) -> TapeLoss {
        let start = Self.day.microseconds
        return TapeLoss(timeFrom: start + Int64(from * 3_600_000_000), timeTo: start + Int64(to * 3_600_000_000) + end, state: state)
    }

    @Test func `A venue's dump of a day repairs what a recording lacked of that day, and nothing beyond`() throws {
        let folder = try Folder()
        let data = folder.data("d")
        // The second one crosses midnight.
        try record([loss(3, 5), loss(22, 26, .open)], into: data)
        #expect(try losses(data) == [loss(3, 5), loss(22, 26, .open)])
        let first = try folder.file("TESTUSDT\(Self.day).csv", dump(Self.day))
        try importFiles([first], into: data, venue: .bybitLinear)
        #expect(try losses(data) == [loss(3, 5, .repaired), loss(22, 24, .repaired, end: -1), loss(24, 26, .open)])
        let next = CivilDate(epochDay: Self.day.epochDay + 1)
        try importFiles([try folder.file("TESTUSDT\(next).csv", dump(next))], into: data, venue: .bybitLinear)
        #expect(try losses(data) == [loss(3, 5, .repaired), loss(22, 26, .repaired)])
        #expect(try findings(data).isEmpty)

        // What is noted afterwards of times that the dump has told of is no loss either, and stays so when the journal is sealed.
        try record([loss(10, 11)], into: data)
        #expect(try losses(data).contains(loss(10, 11, .repaired)))
        let lake = try Lake(directory: data, create: false)
        let journal = try Journal(lake: lake, venue: .bybitLinear)
        try journal.seal(before: CivilDate(epochDay: next.epochDay + 1))
        journal.close()
        #expect(try losses(data) == [loss(3, 5, .repaired), loss(10, 11, .repaired), loss(22, 26, .repaired)])
    }

    @Test func `A file that may be an excerpt, or could not be read whole, repairs only what it shows, or nothing`() throws {
        let folder = try Folder()
        for name in ["excerpt.csv", "TESTUSDT\(Self.day).csv"] {
            let data = folder.data(name + ".d")
            try record([loss(3, 5), loss(6, 23)], into: data)
            let isExcerpt = name == "excerpt.csv"
            let file = try folder.file(name, dump(Self.day, hours: isExcerpt ? 4..<12 : 0..<24, spoiled: !isExcerpt))
            try importFiles([file], into: data, venue: .bybitLinear, force: true)
            let states = try losses(data).map(\.state)
            #expect(states == (isExcerpt ? [.abandoned, .repaired, .repaired, .abandoned] : [.abandoned, .abandoned]))
        }
    }
}
