import Access
import Config
import Glibc
import MarketService
import OrderFlow
import VendorAPIs

/// What a configuration says.
struct Configuration: Sendable {
    /// The plans that are in force with it.
    var plans = Plans.standard
    /// The baskets that can be asked for.
    var baskets = Baskets()

    /// What comes with the server.
    static let standard = Configuration()

    private init() {}

    /// Reads a document in JSON5.
    ///
    /// - Throws: all that is wrong with it.
    init(document: some Collection<UInt8>) throws(ConfigFaults) {
        let root: ConfigValue
        do {
            root = try JSON5.read(document)
        } catch {
            throw ConfigFaults([error])
        }
        var faults: [ConfigFault] = []
        let file = ConfigSection(root, of: "the configuration", settings: ["plans", "baskets"], noting: &faults)
        plans = Plans(
            file.list("plans", noting: &faults) ?? [], over: .standard, datasets: Dataset<BarRow>.all.map(\.name),
            paths: KeyedPaths.ofVendor, noting: &faults)
        baskets = Baskets(file.members("baskets", noting: &faults) ?? [], noting: &faults)
        guard faults.isEmpty else { throw ConfigFaults(faults) }
    }

    /// A document that reads back as the same.
    var document: String { "{\n\(plans.section)\(baskets.section)}\n" }
}

/// The configuration file, as commands name it.
struct PlanFile: Sendable {
    let path: String

    /// The file that `--config` names, or nil.
    init?(_ arguments: Arguments) {
        guard let path = arguments.value("config") else { return nil }
        self.path = path
    }

    init(path: String) { self.path = path }

    static let option = CommandOption(
        "config", "FILE", .file, "Plans and baskets in JSON5, over what comes with the server: 'millrace config show'")

    /// What is wrong with the file, line by line.
    struct Faults: Error {
        let lines: [String]
    }

    /// What is in force with the file.
    ///
    /// - Throws: ``Faults`` where the file is there and wrong, ``CommandError`` where it cannot be read.
    func read() throws -> Configuration {
        let bytes = try contents()
        do throws(ConfigFaults) {
            return try Configuration(document: bytes)
        } catch {
            throw Faults(lines: error.faults.map { $0.line(in: path) })
        }
    }

    /// Does what wants a configuration: that of the file that is named, or the standard one.
    ///
    /// - Returns: nil where the file is wrong, after each fault has been said.
    static func withConfiguration<Result>(_ file: PlanFile?, _ body: (Configuration) throws -> Result) throws -> Result? {
        do {
            return try body(file?.read() ?? .standard)
        } catch let error as Faults {
            for line in error.lines { Console.complain(line) }
            return nil
        }
    }

    private func contents() throws(CommandError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        // One byte more than is read at most, so that the reader sees that there is more.
        var bytes = [UInt8](repeating: 0, count: JSON5.longest + 1)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            done += count
        }
        return Array(bytes[..<done])
    }
}
