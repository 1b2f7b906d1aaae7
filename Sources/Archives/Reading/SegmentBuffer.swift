import Synchronization

/// A reused piece of memory that holds one segment of text.
///
/// The padding invariant: `headroom` readable bytes stand before ``text`` and `tailroom` after it, so that the hot parser may load eight
/// bytes at any place within that distance of a row without looking. They are memory of this buffer, and what they hold does not matter.
///
/// `@unchecked Sendable`: a buffer is owned by one thread at a time. Whoever takes it from the pool owns it until it hands it on as a
/// pipeline job or gives it back.
final class SegmentBuffer: @unchecked Sendable {
    static let headroom = 64
    static let tailroom = 512

    let capacity: Int
    private let memory: UnsafeMutableRawBufferPointer
    /// Where the text stands, as offsets from ``base``.
    var text = 0..<0

    init(capacity: Int) {
        self.capacity = capacity
        memory = .allocate(byteCount: SegmentBuffer.headroom + capacity + SegmentBuffer.tailroom, alignment: 4096)
        UnsafeMutableRawBufferPointer(rebasing: memory[..<SegmentBuffer.headroom]).initializeMemory(as: UInt8.self, repeating: 0)
        UnsafeMutableRawBufferPointer(rebasing: memory[(SegmentBuffer.headroom + capacity)...]).initializeMemory(
            as: UInt8.self, repeating: 0)
    }

    deinit { memory.deallocate() }

    /// The bytes that text may use.
    var base: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[SegmentBuffer.headroom..<SegmentBuffer.headroom + capacity])
    }

    /// The text.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: base[text]) }
}

/// Things that are dear to make, kept for the next user.
final class Pool<Element: Sendable>: Sendable {
    private let free = Mutex<[Element]>([])
    private let make: @Sendable () -> Element

    init(_ make: @escaping @Sendable () -> Element) { self.make = make }

    func take() -> Element { free.withLock { $0.popLast() } ?? make() }

    func give(_ element: Element) { free.withLock { $0.append(element) } }
}
