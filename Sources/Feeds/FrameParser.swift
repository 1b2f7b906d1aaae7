import JSONReading

/// Reads the frames of one connection to a venue.
///
/// Trades land in ``trades``, which is refilled by the next frame with trades. A frame that is not understood is counted and kept for show:
/// never dropped in silence, never fatal. Allocates nothing for a frame with trades of known symbols.
public struct FrameParser {
    /// The venue's adapter.
    public let adapter: any FeedAdapter
    /// What was read so far.
    public private(set) var counts = FrameCounts()
    private let reader: JSONReader
    private var batch = TradeBatch()

    /// Creates a parser for one connection.
    public init(adapter: any FeedAdapter, reader: JSONReader = JSONReader()) {
        self.adapter = adapter
        self.reader = reader
    }

    /// The trades of the last frame, in its order.
    public var trades: [FeedTrade] { batch.trades }

    /// Says what a frame was.
    public mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Frame {
        batch.removeAll()
        if let frame = adapter.read(plain: bytes, into: &batch) { return note(frame, bytes) }
        let frame: Frame
        do throws(JSONFault) {
            frame = try reader.read(bytes) { adapter.read($0, into: &batch) }
        } catch {
            frame = adapter.read(text: bytes) ?? .unknown("\(error)")
        }
        return note(frame, bytes)
    }

    private mutating func note(_ frame: Frame, _ bytes: UnsafeRawBufferPointer) -> Frame {
        if batch.faults > 0 {
            counts.faultyRows += batch.faults
            counts.lastFault = Self.beginning(bytes)
        }
        switch frame {
        case .trades:
            counts.tradeFrames += 1
            counts.trades += batch.trades.count
        case .acknowledged, .rejected, .pong, .notice: counts.control += 1
        case .other: counts.other += 1
        case .unknown(let reason):
            counts.unknown += 1
            let beginning = Self.beginning(bytes)
            counts.lastFault = beginning
            return .unknown(reason.isEmpty ? beginning : "\(reason): \(beginning)")
        }
        return frame
    }

    /// Up to 200 characters that are safe to print.
    static func beginning(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "\u{fffd}" : $0 }))
    }
}
