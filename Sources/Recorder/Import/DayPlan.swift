import Lake
import MarketModel

/// What an import needs to know of the tape before it reads: scales that hold both, days that exist, contract sizes.
struct DayPlan: Sendable {
    let lake: Lake
    /// The tape as it is, or nil if there is none yet.
    let tape: TapeSummary?
    /// The instrument; its contract size is that of no day in particular.
    let instrument: Instrument
    /// The scales that the tape has afterwards.
    var scales: Scales
    let contractSizes: @Sendable (CivilDate) throws -> FixedPoint
    let threads: Int

    var layout: TapeLayout { TapeLayout(tradeIDs: instrument.tradeIDs, scales: scales) }

    /// The day as the tape has it.
    func existing(_ day: CivilDate) -> TapeDay? {
        tape?.days.first { $0.date == day }
    }

    /// Starts the new file of a day.
    func writer(_ name: String) throws -> TapeWriter {
        try TapeWriter(path: "\(lake.incoming)/\(name)", layout: layout, threads: threads)
    }

    /// Finishes a day's file.
    func finish(_ writer: TapeWriter, _ date: CivilDate) throws -> StagedDay {
        var instrument = instrument
        instrument.contractSize = try contractSizes(date)
        let day = try writer.finish(date: date, instrument: instrument)
        return StagedDay(day: day, path: String(writer.path.dropFirst(lake.directory.utf8.count + 1)))
    }

    /// The temporary name of a day's file.
    func name(_ day: CivilDate) -> String { "\(day).parquet" }
}

/// Brings mantissas from one pair of scales to a wider one.
struct Rescaling: Sendable {
    private let price: Int64
    private let quantity: Int64
    private let subject: String

    init(from: Scales, to: Scales, subject: String) {
        price = FixedPoint.powersOfTen[to.price - from.price]
        quantity = FixedPoint.powersOfTen[to.quantity - from.quantity]
        self.subject = subject
    }

    /// Whether there is nothing to do.
    var isIdentity: Bool { price == 1 && quantity == 1 }

    /// Rescales all rows of a batch.
    ///
    /// - Throws: ``ImportError`` naming the first row that needs more than 18 digits.
    func apply(_ batch: inout TradeColumns) throws {
        if price != 1 { try multiply(&batch.price, by: price, "price", batch.id, batch.time) }
        if quantity != 1 { try multiply(&batch.quantity, by: quantity, "quantity", batch.id, batch.time) }
    }

    private func multiply(_ column: inout [Int64], by factor: Int64, _ name: String, _ ids: [Int64], _ times: [Int64]) throws {
        for row in column.indices {
            let (product, overflow) = column[row].multipliedReportingOverflow(by: factor)
            guard !overflow, product <= FixedPoint.limit else {
                let id = row < ids.count ? "trade \(ids[row]) " : ""
                throw ImportError(
                    .overflow, subject,
                    "the \(name) of \(id)at \(Timestamp.iso8601(times[row])) does not fit 18 digits at the scale that the tape needs")
            }
            column[row] = product
        }
    }
}
