import Access
import Config
import Glibc
import OrderFlow
import VendorAPIs

/// The configuration file of plans, as commands name it.
struct PlanFile: Sendable {
    let path: String

    /// The file that `--config` names, or nil.
    init?(_ arguments: Arguments) {
        guard let path = arguments.value("config") else { return nil }
        self.path = path
    }

    init(path: String) { self.path = path }

    static let option = CommandOption(
        "config", "FILE", .file, "Plans in JSON5, over those that come with the server: 'millrace config show'")

    /// What is wrong with the file, line by line.
    struct Faults: Error {
        let lines: [String]
    }

    /// The plans that are in force with the file.
    ///
    /// - Throws: ``Faults`` where the file is there and wrong, ``CommandError`` where it cannot be read.
    func read() throws -> Plans {
        let bytes = try contents()
        do throws(ConfigFaults) {
            return try Plans(document: bytes, over: .standard, datasets: Dataset<BarRow>.all.map(\.name), paths: KeyedPaths.ofVendor)
        } catch {
            throw Faults(lines: error.faults.map { $0.line(in: path) })
        }
    }

    /// Does what wants plans: those of the file that is named, or the standard ones.
    ///
    /// - Returns: nil where the file is wrong, after each fault has been said.
    static func withPlans<Result>(_ file: PlanFile?, _ body: (Plans) throws -> Result) throws -> Result? {
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
