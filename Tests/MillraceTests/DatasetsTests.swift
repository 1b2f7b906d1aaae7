import Foundation
import Testing

struct DatasetsTests {
    @Test func `The page of the flow dataset is what the declaration says`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/datasets/flow.md").standardized
        #expect(try Binary.run(["datasets", "flow"]).stdout == String(contentsOf: page, encoding: .utf8))
    }
}
