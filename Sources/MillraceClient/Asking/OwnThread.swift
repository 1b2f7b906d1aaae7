import Pipeline
import Transport

/// Calls that block, made from tasks.
enum OwnThread {
    /// Does something on a thread of its own, which ends with it.
    ///
    /// - Parameter work: is given what the task's cancellation sets.
    static func run<Result: Sendable>(_ work: @escaping @Sendable (Cancellation) throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let thread = JoinableThread { continuation.resume(with: .init { try work(cancellation) }) }
                guard let thread else {
                    return continuation.resume(throwing: MillraceError(.unusable, "no thread is left for a request"))
                }
                thread.detach()
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
