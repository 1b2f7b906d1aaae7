import Foundation
import Glibc
import Lake
import Testing
import TestSupport

@Suite struct MetricFileTests {
    static let columns = [
        MetricColumn(name: "time", values: .timestamps([0, 1_704_067_200_000_000, 2])),
        MetricColumn(name: "count", values: .integers([1, nil, .max])),
        MetricColumn(name: "share", values: .doubles([0.1, nil, .infinity])),
        MetricColumn(name: "quality", values: .texts(["complete", nil, "gap ü"])),
    ]

    static func write(_ format: MetricFile.Format, to path: String, batches: Int = 2) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        let file = try MetricFile(descriptor: descriptor, format: format, like: columns, metadata: [("dataset", "test")])
        for _ in 0..<batches { try file.append(columns) }
        try file.finish()
    }

    @Test func `The same batches give the same bytes`() throws {
        let folder = try Folder()
        for format in [MetricFile.Format.parquet, .arrowStream] {
            try Self.write(format, to: folder.path + "/a")
            try Self.write(format, to: folder.path + "/b")
            let bytes = try Data(contentsOf: URL(filePath: folder.path + "/a"))
            #expect(bytes == (try Data(contentsOf: URL(filePath: folder.path + "/b"))))
            #expect(bytes.count > 200)
        }
    }

    @Test func `A file carries its metadata`() throws {
        let folder = try Folder()
        for format in [MetricFile.Format.parquet, .arrowStream] {
            try Self.write(format, to: folder.path + "/a")
            let bytes = try Data(contentsOf: URL(filePath: folder.path + "/a"))
            for text in ["dataset", "test"] { #expect(bytes.range(of: Data(text.utf8)) != nil, "\(format)") }
        }
    }

    @Test func `A batch of other columns is refused, and a full disk is an error`() throws {
        let folder = try Folder()
        let descriptor = open(folder.path + "/a", O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        let file = try MetricFile(descriptor: descriptor, format: .parquet, like: Self.columns)
        #expect(throws: LakeError.self) { try file.append(Array(Self.columns.dropLast())) }
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(throws: LakeError.self) {
            let file = try MetricFile(descriptor: full, format: .arrowStream, like: Self.columns)
            try file.append(Self.columns)
            try file.finish()
        }
    }
}
