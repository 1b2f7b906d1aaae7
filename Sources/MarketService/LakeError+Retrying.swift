import Glibc
package import Lake

extension LakeError {
    /// Does something that reads a tape from its summary on, and again where the tape was replaced meanwhile.
    ///
    /// Between the renaming of a day's file and the catalogue's word for it no summary fits, for as long as disks take to force both. So
    /// attempts are ever further apart, for two seconds in all.
    package static func retrying<Result>(_ body: () throws -> Result) throws -> Result {
        var pause: useconds_t = 2000
        while true {
            do {
                return try body()
            } catch let error as LakeError where error.isRetryable && pause < 2_000_000 {
                usleep(pause)
                pause *= 2
            }
        }
    }
}
