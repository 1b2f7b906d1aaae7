/// One WebSocket of a ``Connection``.
struct Link: Sendable {
    /// A request that the venue has not answered for all its symbols.
    struct Pending: Sendable {
        var request: Request
        var sent: Int64
    }

    let id: Int
    let url: Int
    let began: Int64
    var opened: Int64?
    var lastFrame: Int64
    var lastPing: Int64
    var rotateAt = Int64.max
    /// When all that was asked had been answered.
    var wholeSince: Int64?
    var firstTrade: Int64?
    var lastTrade: Int64?
    /// What still has to be said.
    var queue: [(request: Request, awaits: Bool)] = []
    var pending: [Pending] = []
    var sends: AttemptBudget
    /// What the venue has granted.
    var granted: [String] = []
    /// How often a symbol has been asked for without an answer.
    var tries: [String: Int] = [:]

    init(id: Int, url: Int, now: Int64, limits: FeedLimits) {
        self.id = id
        self.url = url
        began = now
        lastFrame = now
        lastPing = now
        sends = AttemptBudget(limits.sends, in: limits.sendWindow)
    }

    /// Whether everything was said and answered.
    var isWhole: Bool { opened != nil && queue.isEmpty && pending.isEmpty }

    mutating func enqueue(_ requests: [Request], awaits: Bool) {
        queue += requests.map { ($0, awaits) }
        if !requests.isEmpty { wholeSince = nil }
    }

    /// Strikes the symbols of an answer off what is pending, and returns them.
    mutating func answered(_ subject: Frame.Subject) -> [String] {
        switch subject {
        case .unnamed: return []
        case .request(let id):
            guard let index = pending.firstIndex(where: { $0.request.id == id }) else { return [] }
            return pending.remove(at: index).request.symbols
        case .symbol(let symbol):
            for index in pending.indices {
                guard let at = pending[index].request.symbols.firstIndex(of: symbol) else { continue }
                pending[index].request.symbols.remove(at: at)
                if pending[index].request.symbols.isEmpty { pending.remove(at: index) }
                return [symbol]
            }
            return []
        }
    }
}
