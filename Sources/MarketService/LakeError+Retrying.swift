import Lake

extension LakeError {
    /// Does something that reads a tape from its summary on, and again where the tape was replaced meanwhile, a few times.
    static func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        var attempts = 0
        while true {
            do {
                return try body()
            } catch let error as LakeError where error.isRetryable && attempts < 5 {
                attempts += 1
            }
        }
    }
}
