import MarketModel
import OrderFlow
import TestSupport
import Testing

struct TapeWholenessTests {
    @Test func `A bar that shares an instant with a hole is a gap`() {
        let tape = TapeWholeness(holes: [.init(from: 150, to: 310), .init(from: 1000, to: 999)])
        let states = stride(from: Int64(0), to: 1300, by: 100).map { tape.quality(start: $0, length: 100) }
        #expect(states.enumerated().filter { $0.element == .gap }.map(\.offset) == [1, 2, 3, 9, 10])
    }

    @Test func `An open hole outweighs a repaired one`() {
        let tape = TapeWholeness(holes: [.init(from: 0, to: 50, isRepaired: true), .init(from: 40, to: 60)])
        #expect(tape.quality(start: 0, length: 30) == .repaired)
        #expect(tape.quality(start: 30, length: 30) == .gap)
        #expect(tape.quality(start: 61, length: 30) == .complete)
    }

    @Test func `Any bar agrees with looking at every hole`() {
        var random = Seeded(5)
        let holes = (0..<60).map { _ -> TapeWholeness.Hole in
            let from = Int64.random(in: 0...5000, using: &random)
            return .init(from: from, to: from + Int64.random(in: 0...400, using: &random), isRepaired: Bool.random(using: &random))
        }
        let tape = TapeWholeness(holes: holes)
        for start in stride(from: Int64(-100), to: 6000, by: 7) {
            let touching = holes.filter { $0.from < start + 30 && $0.to >= start }
            let expected = touching.contains { !$0.isRepaired } ? BarQuality.gap : touching.isEmpty ? .complete : .repaired
            #expect(tape.quality(start: start, length: 30) == expected)
        }
    }
}
