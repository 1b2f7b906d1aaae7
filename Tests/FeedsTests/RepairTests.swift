import Feeds
import MarketModel
import TestSupport
import Testing

private let second: Int64 = 1_000_000_000

/// What changes something cannot stand inside a `#expect`.
private func expect<Value: Equatable>(_ value: Value, _ wanted: Value, at location: SourceLocation = #_sourceLocation) {
    #expect(value == wanted, sourceLocation: location)
}

private func next(_ queue: inout RepairQueue, _ budget: inout RateBudget) throws -> RESTRequest {
    let request = queue.next(now: 0, budget: &budget)
    return try #require(request)
}

struct RateBudgetTests {
    private func request(_ weight: Int, _ bucket: String = "a") -> RESTRequest {
        RESTRequest(.instruments, url: "http://a/", weight: weight, bucket: bucket)
    }

    private let well = RESTAnswer(status: 200, body: [])

    @Test func `In no window more goes than its share, and all that fits goes`() {
        var budget = RateBudget([RateLimit(bucket: "a", weight: 100, seconds: 10)], percent: 50)
        for round in 0..<12 { expect(budget.take(request(4), now: Int64(round)), true) }
        expect(budget.take(request(4), now: 5 * second), false)
        expect(budget.take(request(2), now: 5 * second), true)
        let ready = budget.ready(request(4), now: 5 * second)
        #expect(ready > 9 * second && ready <= 10 * second + 11)
        expect(budget.take(request(4), now: ready), true)
        expect(budget.take(request(1, "unknown"), now: 0), true)
    }

    @Test func `Over any window the sum stays within the limit, whatever is asked when`() {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            let limit = RateLimit(
                bucket: "a", weight: Int.random(in: 1...500, using: &random), seconds: Int.random(in: 1...60, using: &random))
            var budget = RateBudget([limit], percent: 100)
            var taken: [(time: Int64, weight: Int)] = []
            var now: Int64 = 0
            for _ in 0..<200 {
                now += Int64.random(in: 0...second, using: &random)
                let weight = Int.random(in: 1...min(50, limit.weight), using: &random)
                let ready = budget.ready(request(weight), now: now)
                if budget.take(request(weight), now: now) {
                    #expect(ready == now)
                    taken.append((now, weight))
                    let start = now - Int64(limit.seconds) * second
                    #expect(taken.reduce(0) { $1.time > start ? $0 + $1.weight : $0 } <= limit.weight)
                } else {
                    let later = budget.ready(request(weight), now: ready)
                    #expect(ready > now && later == ready)
                }
            }
        }
    }

    @Test func `A request that costs more than there is goes alone`() {
        var budget = RateBudget([RateLimit(bucket: "a", weight: 10, seconds: 1)])
        expect(budget.take(request(50), now: 0), true)
        expect(budget.take(request(1), now: second / 2), false)
        expect(budget.take(request(50), now: second), true)
    }

    @Test func `What the venue has counted counts`() {
        var budget = RateBudget([RateLimit(bucket: "a", weight: 100, seconds: 60)], percent: 100)
        expect(budget.take(request(4), now: 0), true)
        budget.answered(request(4), RESTAnswer(status: 200, usedWeight: 95, body: []), .done, now: second)
        expect(budget.take(request(5), now: second), true)
        expect(budget.take(request(1), now: second), false)
        // Less than we know of is another minute's.
        budget.answered(request(4), RESTAnswer(status: 200, usedWeight: 1, body: []), .done, now: 2 * second)
        expect(budget.take(request(1), now: 2 * second), false)
        for odd in [Int.min, -1, Int.max] {
            budget.answered(request(4), RESTAnswer(status: 200, usedWeight: odd, body: []), .done, now: 3 * second)
        }
        expect(budget.take(request(1), now: 100 * second), true)
    }

    @Test(arguments: [
        (429, 7, 7), (429, nil, 60), (418, nil, 120), (418, 9, 9), (403, nil, 300), (429, 1 << 40, 3 * 86400), (429, -5, 60), (429, 0, 1),
    ])
    func `A refusal keeps everything away for its time`(status: Int, retryAfter: Int?, seconds: Int64) {
        var budget = RateBudget([
            RateLimit(bucket: "a", weight: 100, seconds: 60, forbiddenSeconds: 300), RateLimit(bucket: "b", weight: 1, seconds: 1),
        ])
        budget.answered(request(1), RESTAnswer(status: status, retryAfter: retryAfter, body: []), .limited(reason: ""), now: 0)
        #expect(budget.bannedUntil("a", now: 0) == seconds * second)
        expect(budget.take(request(1), now: seconds * second - 1), false)
        expect(budget.take(request(1), now: seconds * second), true)
        #expect(budget.bannedUntil("a", now: seconds * second) == nil)
        expect(budget.take(request(1, "b"), now: 0), true)
    }

    @Test func `Refusals in a row wait longer each time, until an answer`() {
        var budget = RateBudget([RateLimit(bucket: "a", weight: 100, seconds: 10)])
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 0..<4 {
            budget.answered(request(1), RESTAnswer(status: 429, body: []), .limited(reason: ""), now: now)
            let ready = budget.ready(request(1), now: now)
            waits.append((ready - now) / second)
            now = ready
        }
        #expect(waits == [10, 20, 40, 80])
        budget.answered(request(1), well, .done, now: now)
        budget.answered(request(1), RESTAnswer(status: 429, body: []), .limited(reason: ""), now: now)
        expect(budget.ready(request(1), now: now), now + 10 * second)
    }

    @Test func `Headers are taken by their names, and senseless ones left`() {
        let answer = RESTAnswer(status: 429, body: []) { ["retry-after": "12", "x-mbx-used-weight-1m": "34"][$0] }
        #expect(answer.retryAfter == 12 && answer.usedWeight == 34)
        let odd = RESTAnswer(status: 429, body: []) { ["retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "x-mbx-used-weight": "x"][$0] }
        #expect(odd.retryAfter == nil && odd.usedWeight == nil)
    }
}

struct RepairQueueTests {
    private let adapter = BinanceREST(.spot)

    private func range(_ request: RESTRequest?) -> String {
        guard let request, case .trades(let symbol, let ids) = request.question else { return "nothing" }
        return "\(symbol) \(ids)"
    }

    private func budget(_ weight: Int = 1000) -> RateBudget {
        RateBudget([RateLimit(bucket: "binance-spot", weight: weight, seconds: 10)], percent: 100)
    }

    @Test func `Symbols take turns, a page at a time`() {
        var queue = RepairQueue(adapter: adapter, atOnce: 1)
        var (budget, ended) = (budget(), [RepairQueue.Ended]())
        expect(queue.want(.ids("BIG", 1...2500)), true)
        expect(queue.want(.ids("SMALL", 7...9)), true)
        expect(queue.want(.ids("BIG", 1...2500)), true)
        #expect(queue.count == 2)
        var order: [String] = []
        while let request = queue.next(now: 0, budget: &budget) {
            expect(queue.next(now: 0, budget: &budget) == nil, true)
            order.append(range(request))
            #expect(queue.wish(of: request)?.symbol == request.symbol)
            guard case .trades(let symbol, let ids) = request.question else { return }
            let last = min(ids.upperBound, ids.lowerBound + 999)
            let outcome = last < ids.upperBound ? adapter.trades(symbol, ids: last + 1...ids.upperBound).map { RESTOutcome.more($0) } : nil
            queue.answered(request, outcome ?? .done, into: &ended)
        }
        #expect(order == ["BIG 1...2500", "SMALL 7...9", "BIG 1001...2500", "BIG 2001...2500"])
        #expect(ended.map(\.wish) == [.ids("SMALL", 7...9), .ids("BIG", 1...2500)])
        #expect(ended.allSatisfy { $0.ending == .answered })
        #expect(queue.isEmpty)
    }

    @Test func `Nothing goes beyond the budget, and the deadline says when more may`() {
        var queue = RepairQueue(adapter: adapter, atOnce: 100)
        var budget = budget(10)
        for symbol in 0..<5 { expect(queue.want(.ids("S\(symbol)", 1...2)), true) }
        var sent = 0
        while queue.next(now: 0, budget: &budget) != nil { sent += 1 }
        #expect(sent == 2)
        expect(queue.deadline(now: 0, budget: budget), 10 * second)
        expect(queue.next(now: 10 * second - 1, budget: &budget) == nil, true)
        expect(queue.next(now: 10 * second, budget: &budget) != nil, true)
    }

    @Test func `A request that was too much waits in its place and ends nothing`() throws {
        var queue = RepairQueue(adapter: adapter)
        var (budget, ended) = (budget(), [RepairQueue.Ended]())
        expect(queue.want(.ids("A", 1...2)), true)
        expect(queue.want(.ids("B", 1...2)), true)
        let request = try next(&queue, &budget)
        let outcome = RESTOutcome.limited(reason: "HTTP 429")
        budget.answered(request, RESTAnswer(status: 429, retryAfter: 30, body: []), outcome, now: 0)
        queue.answered(request, outcome, into: &ended)
        #expect(ended.isEmpty)
        expect(queue.next(now: 29 * second, budget: &budget) == nil, true)
        expect(queue.deadline(now: 0, budget: budget), 30 * second)
        let last = queue.next(now: 30 * second, budget: &budget)
        #expect(range(last) == "A 1...2")
    }

    @Test func `Refusals and failures end a wish with their reason, and it may be wished again`() throws {
        var queue = RepairQueue(adapter: adapter)
        var (budget, ended) = (budget(), [RepairQueue.Ended]())
        for outcome in [RESTOutcome.refused(reason: "-4166"), .failed(reason: "HTTP 503")] {
            expect(queue.want(.ids("A", 1...2)), true)
            queue.answered(try next(&queue, &budget), outcome, into: &ended)
        }
        #expect(ended.map(\.ending) == [.refused(reason: "-4166"), .failed(reason: "HTTP 503")])
        #expect(queue.isEmpty)
    }

    @Test func `A symbol that is forgotten ends nothing, answers on their way included`() throws {
        var queue = RepairQueue(adapter: adapter)
        var (budget, ended) = (budget(), [RepairQueue.Ended]())
        expect(queue.want(.ids("A", 1...2)), true)
        expect(queue.want(.ids("A", 5...6)), true)
        expect(queue.want(.ids("B", 1...2)), true)
        let request = try next(&queue, &budget)
        queue.forget("A")
        #expect(queue.wish(of: request) == nil)
        queue.answered(request, .done, into: &ended)
        #expect(ended.isEmpty)
        let last = queue.next(now: 0, budget: &budget)
        #expect(range(last) == "B 1...2")
        expect(queue.next(now: 0, budget: &budget) == nil, true)
    }

    @Test func `Where ids cannot be asked for, the newest trades can`() throws {
        var queue = RepairQueue(adapter: BybitREST(.linear))
        var (budget, ended) = (RateBudget(BybitREST(.linear).rates), [RepairQueue.Ended]())
        expect(queue.want(.ids("BTCUSDT", 1...2)), false)
        expect(queue.want(.recent("BTCUSDT")), true)
        let request = try next(&queue, &budget)
        #expect(request.question == .recentTrades("BTCUSDT"))
        queue.answered(request, .done, into: &ended)
        #expect(ended == [RepairQueue.Ended(.recent("BTCUSDT"), .answered)])
    }
}
