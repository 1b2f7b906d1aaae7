import Lake
import Notices
import Pipeline

/// Reads tapes again on a thread of its own, one wish after the other.
final class Rereading: Sendable {
    let lake: Lake
    private let report: @Sendable (Notice) -> Void
    private let worker = SerialWorker()

    init(lake: Lake, report: @escaping @Sendable (Notice) -> Void) {
        self.lake = lake
        self.report = report
    }

    func submit(_ wish: @escaping @Sendable (Lake) throws -> Void) {
        worker.submit { [lake, report, weak worker] in
            do {
                try wish(lake)
            } catch  where worker?.isStopped == true {
                // Nobody waits for it.
            } catch {
                report(.error("a bar cannot be read again: \(error)"))
            }
        }
    }

    /// Whether what is being read is for nobody any more: a long wish ends then.
    var isStopped: Bool { worker.isStopped }

    func stop() { worker.stop() }
}
