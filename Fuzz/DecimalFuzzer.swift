import Archives
import MarketModel

/// Any text as a decimal number: both readers agree, and what they read prints and reads back the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    let general = Result { () throws(DecimalError) in try FixedPoint(bytes: bytes) }
    let quick = Result { () throws(DecimalError) in try DecimalText.parse(bytes) }
    precondition(general == quick, "The two readers disagree.")
    if case .success(let number) = general {
        precondition(number.mantissa.magnitude <= FixedPoint.limit.magnitude && (0...18).contains(number.scale))
        precondition(number == number.normalized)
        let again = try? FixedPoint(text: number.description)
        precondition(again == number, "It does not read back.")
    }
    return 0
}
