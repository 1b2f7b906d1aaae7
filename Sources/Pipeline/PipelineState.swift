/// What the threads of an ``OrderedPipeline`` share.
final class PipelineState<Job: Sendable, Result: Sendable>: Sendable {
    private struct Shared {
        var jobs: [(index: Int, job: Job)] = []
        var results: [Int: Result] = [:]
        var produced = 0
        var consumed = 0
        var producing = false
        var consuming = false
        var exhausted = false
        var failure: (any Error)?
    }

    private enum Step {
        case produce
        case work(index: Int, job: Job)
        case consume(Result)
        case stop
    }

    private let shared = Condition(Shared())
    private let limit: Int
    private let produce: @Sendable () throws -> Job?
    private let work: @Sendable (Job) throws -> Result
    private let consume: @Sendable (Result) throws -> Void

    init(
        limit: Int, produce: @escaping @Sendable () throws -> Job?, work: @escaping @Sendable (Job) throws -> Result,
        consume: @escaping @Sendable (Result) throws -> Void
    ) {
        self.limit = limit
        self.produce = produce
        self.work = work
        self.consume = consume
    }

    var failure: (any Error)? { shared.withLock { $0.failure } }

    /// Takes steps until the pipeline has ended or failed.
    func runWorker() {
        while true {
            switch nextStep() {
            case .produce:
                perform {
                    let job = try produce()
                    shared.withLock {
                        $0.producing = false
                        if let job {
                            $0.jobs.append(($0.produced, job))
                            $0.produced += 1
                        } else {
                            $0.exhausted = true
                        }
                    }
                }
            case .work(let index, let job):
                perform {
                    let result = try work(job)
                    shared.withLock { $0.results[index] = result }
                }
            case .consume(let result):
                perform {
                    try consume(result)
                    shared.withLock {
                        $0.consuming = false
                        $0.consumed += 1
                    }
                }
            case .stop:
                return
            }
        }
    }

    private func perform(_ step: () throws -> Void) {
        do {
            try step()
        } catch {
            shared.withLock { $0.failure = $0.failure ?? error }
        }
    }

    /// Consuming comes first, so that results do not pile up. Producing comes before working while few jobs wait: it is serial, and where it
    /// is the slowest stage (inflating a zip) every moment without it is lost.
    private func nextStep() -> Step {
        shared.wait { state -> Step? in
            if state.failure != nil { return .stop }
            if !state.consuming, let result = state.results.removeValue(forKey: state.consumed) {
                state.consuming = true
                return .consume(result)
            }
            let mayProduce = !state.exhausted && !state.producing && state.produced - state.consumed < limit
            if mayProduce, state.jobs.count < limit / 2 {
                state.producing = true
                return .produce
            }
            if !state.jobs.isEmpty {
                let (index, job) = state.jobs.removeFirst()
                return .work(index: index, job: job)
            }
            return state.exhausted && state.consumed == state.produced ? .stop : nil
        }
    }
}
