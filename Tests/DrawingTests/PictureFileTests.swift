import Charts
import Drawing
import Foundation
import FoundationXML
import Testing

struct PictureFileTests {
    private static let fonts = "/usr/share/fonts/truetype/dejavu"

    private func typeface() throws -> Typeface {
        try Typeface(regular: "\(Self.fonts)/DejaVuSans.ttf", bold: "\(Self.fonts)/DejaVuSans-Bold.ttf")
    }

    private let picture = Picture(
        width: 40, height: 30,
        shapes: [
            .fill(Rectangle(x: 0, y: 0, width: 40, height: 30), Color(0xFFFFFF)),
            .fill(Rectangle(x: 10, y: 5, width: 4, height: 8), Color(0x12877A)),
            .outline(Rectangle(x: 20.5, y: 5.5, width: 6, height: 8), Stroke(Color(0xD64541))),
            .line([Point(0, 20.5), Point(40, 20.5)], Stroke(Color(0x2F6FDE), dashes: [2, 2])), .line([], Stroke(Color(0))),
            .text(Label("a<b>&\u{FFFD}", at: Point(20, 28), anchor: .middle, font: Font(size: 8), color: Color(0))),
        ])

    @Test func `An SVG is well-formed XML of the size asked for`() throws {
        let bytes = try PictureFile.svg(picture, typeface())
        let reader = RootReader()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.attributes["width"] == "40px" && reader.attributes["height"] == "30px")
        #expect(reader.attributes["viewBox"] == "0 0 40 30")
    }

    @Test func `A PNG is of the size asked for`() throws {
        let bytes = try PictureFile.png(picture, typeface())
        #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(bytes[16..<24] == [0, 0, 0, 40, 0, 0, 0, 30])
    }

    @Test func `The same picture gives the same bytes, by whichever typeface object and thread`() async throws {
        let first = try PictureFile.png(picture, typeface())
        let second = unnumbered(try PictureFile.svg(picture, typeface()))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let typeface = try typeface()
                    return try PictureFile.png(picture, typeface) == first && unnumbered(PictureFile.svg(picture, typeface)) == second
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }

    /// An SVG without the number of its surface.
    private func unnumbered(_ svg: [UInt8]) -> String {
        String(decoding: svg, as: UTF8.self).replacing(/id="surface\d+"/, with: "")
    }

    @Test func `Text is as wide as its letters`() throws {
        let typeface = try typeface()
        let one = typeface.width(of: "8", Font(size: 12))
        #expect(one > 6 && one < 9)
        #expect(abs(typeface.width(of: "8888", Font(size: 12)) - one * 4) < 0.01)
        #expect(typeface.width(of: "8", Font(size: 12, isBold: true)) > one)
        #expect(typeface.width(of: "", Font(size: 12)) == 0)
    }

    @Test func `A file that is no font is named`() {
        #expect { try Typeface(regular: "/etc/hostname", bold: "/etc/hostname") } throws: { "\($0)".contains("/etc/hostname") }
    }
}

private final class RootReader: NSObject, XMLParserDelegate {
    var attributes: [String: String] = [:]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
    ) {
        if name == "svg", self.attributes.isEmpty { self.attributes = attributes }
    }
}
