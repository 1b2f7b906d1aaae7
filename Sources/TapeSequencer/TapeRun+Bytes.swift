extension TapeRun {
    /// The runs as bytes: variable-length differences, about ten bytes a run.
    public static func encode(_ runs: [TapeRun]) -> [UInt8] {
        var bytes: [UInt8] = []
        var previous: [Int64] = [0, 0]
        for run in runs {
            put(run.first &- previous[0], &bytes)
            put(run.last &- run.first, &bytes)
            put(run.firstTime &- previous[1], &bytes)
            put(run.lastTime &- run.firstTime, &bytes)
            previous = [run.last, run.lastTime]
        }
        return bytes
    }

    /// Reads what ``encode(_:)`` wrote, or nil if the bytes are not that.
    public static func decode(_ bytes: [UInt8]) -> [TapeRun]? {
        var rest = bytes[...]
        var runs: [TapeRun] = []
        var previous: [Int64] = [0, 0]
        while !rest.isEmpty {
            guard let first = take(&rest), let length = take(&rest), let time = take(&rest), let span = take(&rest) else { return nil }
            let run = TapeRun(
                first: previous[0] &+ first, last: previous[0] &+ first &+ length, firstTime: previous[1] &+ time,
                lastTime: previous[1] &+ time &+ span)
            guard run.first <= run.last else { return nil }
            runs.append(run)
            previous = [run.last, run.lastTime]
        }
        return runs
    }

    private static func put(_ value: Int64, _ bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func take(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        return nil
    }
}
