import Feeds
import Glibc

/// Frames that were recorded at a venue, parsed and normalised again and again.
struct RecordedFrames {
    private let bytes: [UInt8]
    private let frames: [Range<Int>]
    private let times: Int

    /// Reads a file of frames, one a line.
    init(path: String, times: Int) throws {
        guard let file = fopen(path, "r") else { throw Mismatch("cannot read \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        var frames: [Range<Int>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            frames.append(start..<index)
            start = index + 1
        }
        self.bytes = bytes
        self.frames = frames
        self.times = times
    }

    func run() throws {
        for isCounted in [false, true] {
            var parser = FrameParser(adapter: BinanceFeed(.usdMargined))
            let watch = Stopwatch()
            bytes.withUnsafeBytes { bytes in
                for _ in 0..<times {
                    for frame in frames { _ = parser.parse(UnsafeRawBufferPointer(rebasing: bytes[frame])) }
                }
            }
            let (seconds, processor) = (watch.seconds, watch.processorSeconds)
            guard parser.counts.trades == frames.count * times, parser.counts.faultyRows == 0 else {
                throw Mismatch("\(parser.counts.trades) trades were read of \(frames.count * times)")
            }
            guard isCounted else { continue }
            tell(["trades": Double(parser.counts.trades), "seconds": seconds, "processor": processor])
        }
    }
}
