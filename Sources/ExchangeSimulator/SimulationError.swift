import Glibc

/// Why a simulated archive could not be written.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
    /// One line that says what to do.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The error of the system call that has just failed.
    static func system(_ what: String) -> SimulationError {
        SimulationError("\(what): \(String(cString: strerror(errno)))")
    }
}
