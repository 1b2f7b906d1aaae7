import Pipeline
import Testing
import Transport

/// Figures as Prometheus reads them.
@Suite struct MetricsTextTests {
    @Test func `A name is written once with its help, its type and all its samples, and labels are escaped`() {
        var text = MetricsText()
        text.counter(
            "a_total", "What it counts",
            [
                MetricsText.Sample(12, ["venue": "okx", "symbol": "A\"B\\C\nD"]),
                MetricsText.Sample(0.5, ["venue": "deribit", "symbol": ""]),
            ])
        text.gauge("b", "How it is", -3)
        text.gauge("c", "Nothing is known", [])
        #expect(
            text.text == """
                # HELP a_total What it counts
                # TYPE a_total counter
                a_total{venue="okx",symbol="A\\"B\\\\C\\nD"} 12
                a_total{venue="deribit",symbol=""} 0.5
                # HELP b How it is
                # TYPE b gauge
                b -3

                """)
    }

    @Test func `A histogram's classes ascend to the count, and bounds belong to the class below them`() {
        let histogram = LatencyHistogram()
        for nanoseconds: Int64 in [0, 50_000, 50_001, 1_000_000, 20_000_000_000, -5] { histogram.record(nanoseconds: nanoseconds) }
        let snapshot = histogram.snapshot
        #expect(snapshot.count == 6)
        #expect(snapshot.cumulative.first == 3 && snapshot.cumulative[1] == 4 && snapshot.cumulative[4] == 5)
        #expect(snapshot.cumulative == snapshot.cumulative.sorted())
        #expect(snapshot.sum == 20_001_100_001)
        var text = MetricsText()
        text.histogram("d_seconds", "How long", [(["facade": "x"], snapshot)])
        let lines = text.text.split(separator: "\n")
        #expect(lines.count == 2 + LatencyHistogram.bounds.count + 1 + 2)
        #expect(lines[2] == #"d_seconds_bucket{facade="x",le="5e-05"} 3"#)
        #expect(lines.contains(#"d_seconds_bucket{facade="x",le="+Inf"} 6"#))
        #expect(lines.last == #"d_seconds_count{facade="x"} 6"#)
    }

    @Test func `Threads count at once, and nothing is lost`() async {
        let histogram = LatencyHistogram()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { for step in 0..<10_000 { histogram.record(nanoseconds: Int64(step) * 1000) } } }
        }
        #expect(histogram.snapshot.count == 40_000)
    }
}
