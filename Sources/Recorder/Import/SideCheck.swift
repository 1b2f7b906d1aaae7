public import Archives
import TapeSequencer

/// The sanity test for broken dumps in which every row has the same side, as some venues have published for months.
public enum SideCheck {
    /// Refuses a dump with more than 99 % of more than 10,000 trades on one side, unless it is forced.
    public static func require(_ archive: ArchiveReport, of path: String, force: Bool) throws {
        let most = max(archive.scan.buys, archive.scan.sells)
        guard archive.trades > 10_000, most * 100 > archive.trades * 99, !force else { return }
        throw ImportError(
            .oneSided, path,
            "\(most) of its \(archive.trades) trades are taker \(archive.scan.buys == most ? "buys" : "sells"), which no market does: "
                + "check the file, or take it with --force")
    }
}
