import Config
import Testing

struct SectionTests {
    @Test func `All faults of an object are told at once, by line and column`() throws {
        let value = try JSON5.read(
            """
            {
              calls: 0, calls: 5,
              cals: 3,
              wholly_unlike: 1,
              open: 'yes',
              colour: 'gren',
              sizes: ['s', 4, 'x'],
              empty: null,
            }
            """.utf8)
        var faults: [ConfigFault] = []
        let section = ConfigSection(
            value, of: "a thing", settings: ["calls", "open", "colour", "sizes", "empty", "name"], noting: &faults)
        #expect(section.integer("calls", in: 1...9, noting: &faults) == nil)
        #expect(section.flag("open", noting: &faults) == nil && section.flag("empty", noting: &faults) == nil)
        let colours = ["red", "green"]
        #expect(
            section.text("colour", "a colour", choices: colours, noting: &faults) { colours.contains($0) ? $0 : nil } == nil)
        #expect(section.texts("sizes", "s or l", noting: &faults) { $0 == "s" ? $0 : nil } == ["s"])
        section.require("name", noting: &faults)
        section.require("calls", noting: &faults)
        #expect(
            ConfigFaults(faults).faults.map { $0.line(in: "f.json5") } == [
                "f.json5:1:1: a thing wants 'name'", "f.json5:2:10: 'calls' is a whole number from 1 to 9, not 0",
                "f.json5:2:13: 'calls' is given twice, first in line 2",
                "f.json5:3:3: 'cals' is no setting of a thing. Did you mean 'calls'?",
                "f.json5:4:3: 'wholly_unlike' is no setting of a thing. There are calls, open, colour, sizes, empty, name",
                "f.json5:5:9: 'open' is true or false, not 'yes'",
                "f.json5:6:11: 'colour' is a colour, not 'gren'. Did you mean 'green'?", "f.json5:7:16: 'sizes' is s or l, not 4",
                "f.json5:7:19: 'sizes' is s or l, not 'x'",
            ])
    }

    @Test func `A text out of a file cannot drive a terminal or fill it`() {
        #expect(ConfigFault.quote("a\u{1B}[2J\u{202E}\n") == #"'a\u{1B}[2J\u{202E}\n'"#)
        #expect(ConfigFault.quote(String(repeating: "é", count: 500)) == "'\(String(repeating: "é", count: 60))…'")
    }
}
