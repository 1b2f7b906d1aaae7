import Synchronization

/// How many bytes the clients of a server hold together, how many they may, and how many of them had to go for it.
///
/// Whoever lets a client hold more says so, and looks whether that was too much: then clients go, until an eighth is free again and the
/// others can grow for a while.
final class ByteBudget: Sendable {
    /// How many bytes there may be.
    let limit: Int
    private let heldValue = Atomic<Int>(0)
    private let shedValue = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// How many bytes there are.
    var held: Int { heldValue.load(ordering: .relaxed) }
    /// How many clients were refused or cut off for the budget's sake.
    var shed: Int { shedValue.load(ordering: .relaxed) }
    /// Whether there are more bytes than there may be.
    var isExceeded: Bool { held > limit }
    /// How many bytes there may be once clients have gone.
    var comfort: Int { limit / 8 * 7 }

    /// A client holds more, or less.
    func change(by count: Int) {
        if count != 0 { heldValue.add(count, ordering: .relaxed) }
    }

    /// A client is refused or cut off.
    func countShed() { shedValue.add(1, ordering: .relaxed) }

    /// Lets those go that hold the most.
    ///
    /// - Parameter cut: makes a client let go of its bytes, before it returns.
    func makeRoom<Client>(among clients: [(client: Client, held: Int)], cut: (Client) -> Void) {
        guard isExceeded else { return }
        for each in clients.sorted(by: { $0.held > $1.held }) where held > comfort && each.held > 0 {
            countShed()
            cut(each.client)
        }
    }
}
