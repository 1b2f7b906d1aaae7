import Access
import Config

/// Those that the standard plans name, and some that a document may.
private let paths = ["coinglass": ["/api/futures/cvd/history", "/api/futures/volume/footprint-history"], "millrace": ["/v1/gaps"]]

/// Any bytes as a configuration: nothing traps, faults stand where there is something, and plans that are read are written as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    do throws(ConfigFaults) {
        let plans = try Plans(document: bytes, over: .standard, datasets: ["flow", "impact"], paths: paths)
        let again = try Plans(document: plans.document.utf8, over: .standard, datasets: ["flow", "impact"], paths: paths)
        precondition(again == plans, "What is written does not read back.")
    } catch {
        precondition(!error.faults.isEmpty)
        for fault in error.faults {
            precondition((1...size + 1).contains(fault.position.line) && (1...size + 1).contains(fault.position.column))
            precondition(!fault.message.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "A message drives the terminal.")
        }
    }
    return 0
}
