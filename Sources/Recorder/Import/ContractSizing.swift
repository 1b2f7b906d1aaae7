import Lake
import MarketModel

/// What a contract is worth on each day: what the user says, else what the tape has, else what the built-in table knows.
struct ContractSizing: Sendable {
    let instrument: Instrument
    let stated: FixedPoint?
    let tape: TapeSummary?

    func size(on day: CivilDate) throws -> FixedPoint {
        guard instrument.countsContracts else { return FixedPoint(mantissa: 1) }
        if let known = tape?.days.first(where: { $0.date == day })?.contractSize {
            guard stated == nil || stated?.normalized == known.normalized else {
                throw ImportError(
                    .contractSize, instrument.description,
                    "\(day) is on the tape with a contract size of \(known), not \(stated?.description ?? ""): leave --contract-size out")
            }
            return known
        }
        if let stated { return stated.normalized }
        if let listed = ContractSizes.size(of: instrument, on: day) { return listed }
        throw ImportError(
            .contractSize, instrument.description,
            "its contract size on \(day) is not in the built-in table: state it with --contract-size")
    }

    /// Refuses at once, before anything is read, what no day could be imported of.
    func checkKnown() throws {
        guard instrument.countsContracts, stated == nil, tape == nil,
            ContractSizes.size(of: instrument, on: CivilDate(epochDay: 40_000)) == nil
        else { return }
        throw ImportError(
            .contractSize, instrument.description, "its contract size is not in the built-in table: state it with --contract-size")
    }
}
