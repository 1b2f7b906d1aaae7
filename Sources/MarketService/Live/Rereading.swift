import Lake
import Pipeline

/// A thread that reads tapes again, one wish after the other.
final class Rereading: Sendable {
    let lake: Lake
    private let report: @Sendable (String) -> Void
    private let wishes: Condition<Wishes>
    private let thread: JoinableThread?

    typealias Wish = @Sendable (Lake) throws -> Void

    private struct Wishes: Sendable {
        var waiting: [Wish] = []
        var isOver = false
    }

    init(lake: Lake, report: @escaping @Sendable (String) -> Void) {
        self.lake = lake
        self.report = report
        let wishes = Condition(Wishes())
        self.wishes = wishes
        thread = JoinableThread {
            while let wish = Rereading.next(wishes) {
                do {
                    try wish(lake)
                } catch {
                    report("a bar cannot be read again: \(error)")
                }
            }
        }
    }

    func submit(_ wish: @escaping Wish) {
        wishes.withLock { $0.waiting.append(wish) }
    }

    func stop() {
        let isFirst = wishes.withLock { wishes in
            defer { wishes.isOver = true }
            return !wishes.isOver
        }
        if isFirst { thread?.join() }
    }

    private static func next(_ wishes: Condition<Wishes>) -> Wish? {
        wishes.wait { wishes -> Wish?? in
            if wishes.isOver { return .some(nil) }
            return wishes.waiting.isEmpty ? nil : .some(wishes.waiting.removeFirst())
        }
    }
}
