import Feeds
import MarketModel
import Testing

/// A decimal number of a test.
func decimal(_ text: String) -> FixedPoint { (try? FixedPoint(text: text)) ?? FixedPoint(mantissa: .min) }

/// A sweep, and the clock that drives it.
struct OpenInterestPoll {
    var sweep: OpenInterestSweep
    var budget: RateBudget
    var now: Int64 = 1_000_000_000
    /// When answers come: 2030-03-17, after all times in fixtures.
    static let received: Int64 = 1_900_000_000_000_000
    var asked: [RESTRequest] = []

    init(_ adapter: any OpenInterestAdapter, factor: String? = nil) {
        sweep = OpenInterestSweep(adapter: adapter, factor: factor.map { decimal($0) })
        budget = RateBudget(adapter.rates)
    }

    /// One sweep with what a venue answers, by the ends of addresses or by posted bodies; 404 for anything else.
    mutating func poll(_ bodies: [String: String], status: Int = 200) -> OpenInterestSum {
        poll { request in
            let found = bodies.first { request.url.hasSuffix($0.key) || request.body?.contains($0.key) == true }
            return RESTAnswer(status: found == nil ? 404 : status, body: Array((found?.value ?? "").utf8))
        }
    }

    mutating func poll(_ answering: (RESTRequest) -> RESTAnswer) -> OpenInterestSum {
        var sum = OpenInterestSum()
        let until = sweep.sweeps + 1
        asked = []
        while sweep.sweeps < until, asked.count < 5000 {
            guard let request = sweep.next(now: now, budget: &budget) else {
                now = max(now + 1, sweep.ready(now: now, budget: budget) ?? now)
                continue
            }
            asked.append(request)
            let answer = answering(request)
            let result = sweep.answered(request, answer, received: Self.received)
            budget.answered(request, answer, result.outcome, now: now)
            sum.take(result)
        }
        return sum
    }
}

/// All that came of a sweep.
struct OpenInterestSum {
    var samples: [OpenInterestSample] = []
    var faults: [OpenInterestFault: Int] = [:]
    var outcomes: [RESTOutcome] = []
    var unchanged = 0
    var lastFault = ""

    mutating func take(_ answer: OpenInterestAnswer) {
        samples += answer.samples
        faults.merge(answer.faults) { $0 + $1 }
        outcomes.append(answer.outcome)
        unchanged = max(unchanged, answer.unchanged)
        if !answer.lastFault.isEmpty { lastFault = answer.lastFault }
    }

    /// `BTC/USDT stable 1.5 = 150 USD`: coin, quote, margin, coins and USD of a symbol's sample.
    func text(_ symbol: String) -> String? {
        samples.first { $0.contract.symbol == symbol }.map { sample in
            let contract = sample.contract
            return "\(contract.coin)/\(contract.quote) \(contract.margin.rawValue) \(sample.value.quantity) = \(sample.value.usd) USD"
        }
    }

    func time(_ symbol: String) -> Int64? { samples.first { $0.contract.symbol == symbol }?.time }
}
