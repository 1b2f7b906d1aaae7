import Foundation
import Testing

struct DatasetsTests {
    @Test(arguments: ["flow", "trade_size", "impact", "range", "updownticks", "run_structure", "returns", "vtwap", "ohlcv"])
    func `The page of a dataset is what the declaration says`(name: String) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/datasets/\(name).md").standardized
        #expect(try Binary.run(["datasets", name]).stdout == String(contentsOf: page, encoding: .utf8))
    }

    @Test func `Every dataset is listed`() throws {
        let lines = try Binary.run(["datasets"]).stdout.split(separator: "\n")
        #expect(lines.count == 9)
    }

    @Test func `An unknown dataset is named, with the nearest there is`() throws {
        let result = try Binary.run(["datasets", "trade_sizes"])
        #expect(result.status == 2)
        #expect(result.stderr.contains("Did you mean trade_size?"))
    }
}
