import CParquet
import Glibc
import MarketModel
import TapeSequencer

/// Writes one tape file: rows in tape order in, a finished file and what the catalogue has to know of it out.
///
/// Row groups have a fixed number of rows and are encoded on `threads` threads, so the bytes depend on the rows alone.
/// Not Sendable: one thread at a time feeds a writer.
package final class TapeWriter {
    /// The file being written.
    package let path: String
    /// How many rows it was given.
    package private(set) var rows = 0
    /// The layout of the file.
    package let layout: TapeLayout

    private let descriptor: Int32
    private let sink: TapeSink
    private let native: OpaquePointer
    private let queue: EncodingQueue
    private var group = TapeRowGroup()
    private var firstTime = Int64.max
    private var lastTime = Int64.min
    private var arrivals = ArrivalSpan()
    private var runs = TapeRuns()
    private var finished = false

    /// Creates the file, replacing what was there.
    package init(path: String, layout: TapeLayout, threads: Int) throws(LakeError) {
        self.path = path
        self.layout = layout
        descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        sink = TapeSink(descriptor: descriptor)
        var native = layout.native
        var error: UnsafeMutablePointer<CChar>?
        // The sink outlives the native writer: both end with this object.
        guard let opened = mr_tape_writer_open(&native, TapeSink.callback, Unmanaged.passUnretained(sink).toOpaque(), &error) else {
            close(descriptor)
            throw LakeError(.system, path, takeText(error))
        }
        self.native = opened
        queue = EncodingQueue(layout: layout, threads: threads)
    }

    deinit {
        queue.close()
        mr_tape_writer_free(native)
        close(descriptor)
        if !finished { FileSystem.remove(path) }
    }

    /// Appends rows that follow those appended before in tape order.
    ///
    /// - Parameter ordinals: one for each row of `batch` on tapes that have them, else empty.
    package func append(_ batch: borrowing TradeColumns, _ range: Range<Int>, ordinals: [Int32] = []) throws(LakeError) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + TapeRowGroup.capacity - group.rows.count)
            take(batch, start..<end, ordinals)
            start = end
            if group.rows.count == TapeRowGroup.capacity { try submit() }
        }
    }

    private func take(_ batch: borrowing TradeColumns, _ range: Range<Int>, _ ordinals: [Int32]) {
        if group.rows.time.capacity < TapeRowGroup.capacity { group.rows.reserve(TapeRowGroup.capacity) }
        group.rows.appendOrigin(batch, range)
        group.rows.time += batch.time[range]
        group.rows.price += batch.price[range]
        group.rows.quantity += batch.quantity[range]
        group.rows.side += batch.side[range]
        group.rows.fills += batch.fills[range]
        if layout.hasIDs { group.rows.id += batch.id[range] }
        if layout.hasWideIDs { group.rows.idHigh += batch.idHigh[range] }
        if layout.hasOrdinals { group.ordinals += ordinals[range] }
        for row in range {
            firstTime = min(firstTime, batch.time[row])
            lastTime = max(lastTime, batch.time[row])
        }
        if !batch.arrival.isEmpty { arrivals.add(batch.arrival.span.extracting(range)) }
        if layout.tradeIDs == .contiguous {
            runs.append(ids: batch.id.span.extracting(range), times: batch.time.span.extracting(range))
        }
        rows += range.count
    }

    private func submit() throws(LakeError) {
        group = try queue.submit(group)
        while let encoded = try queue.take(all: false) { try append(encoded) }
    }

    private func append(_ encoded: EncodedGroup) throws(LakeError) {
        var error: UnsafeMutablePointer<CChar>?
        guard mr_tape_writer_append(native, encoded.native, &error) == 0 else { throw failure(error) }
    }

    /// Writes the footer, forces the file to the disk and says what is in it.
    ///
    /// - Parameter metadata: goes into the footer beside the content hash.
    package func finish(date: CivilDate, instrument: Instrument) throws(LakeError) -> TapeDay {
        if group.rows.count > 0 { group = try queue.submit(group) }
        while let encoded = try queue.take(all: true) { try append(encoded) }
        queue.close()
        guard let content = sink.hexadecimal() else { throw FileSystem.failure(path, sink.failure) }
        let pairs = TapeMetadata.pairs(instrument: instrument, layout: layout, content: content)
        var error: UnsafeMutablePointer<CChar>?
        let status = withCStrings(pairs.map(\.0)) { keys in
            withCStrings(pairs.map(\.1)) { values in
                mr_tape_writer_finish(native, Int32(pairs.count), keys, values, &error)
            }
        }
        guard status == 0 else { throw failure(error) }
        guard let hash = sink.hexadecimal() else { throw FileSystem.failure(path, sink.failure) }
        guard fsync(descriptor) == 0 else { throw FileSystem.failure(path) }
        finished = true
        return TapeDay(
            date: date, rows: rows, firstTime: firstTime, lastTime: lastTime, contractSize: instrument.contractSize,
            contentHash: content, fileHash: hash, bytes: sink.written, arrivals: arrivals, runs: runs.runs)
    }

    private func failure(_ error: UnsafeMutablePointer<CChar>?) -> LakeError {
        let text = takeText(error)
        return sink.failure != 0 ? FileSystem.failure(path, sink.failure) : LakeError(.system, path, text)
    }
}
