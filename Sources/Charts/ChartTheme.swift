/// The colours of a chart.
public struct ChartTheme: Sendable, Hashable {
    /// The ground.
    public var background: Color
    /// What is read first.
    public var text: Color
    /// What is read when it is looked for: numbers of axes.
    public var muted: Color
    /// The lines to count by.
    public var grid: Color
    /// The edges of panels.
    public var frame: Color
    /// Prices that rose, and more bought than sold.
    public var up: Color
    /// Prices that fell, and more sold than bought.
    public var down: Color
    /// The cumulative delta.
    public var line: Color
    /// Where trades are missing.
    public var gap: Color
    /// Where trades were missing.
    public var repaired: Color

    /// Dark on white, for paper and pages.
    public static let light = ChartTheme(
        background: Color(0xFFFFFF), text: Color(0x17202B), muted: Color(0x5F6B7A), grid: Color(0xEBEFF3), frame: Color(0xCBD3DC),
        up: Color(0x12877A), down: Color(0xD64541), line: Color(0x2F6FDE), gap: Color(0xE08A00), repaired: Color(0x7C8DA3))

    /// Light on dark, for screens.
    public static let dark = ChartTheme(
        background: Color(0x10151C), text: Color(0xE8EDF3), muted: Color(0x93A0B0), grid: Color(0x1E2630), frame: Color(0x36414E),
        up: Color(0x2FB8A6), down: Color(0xF0625D), line: Color(0x6FA4FF), gap: Color(0xF2A93B), repaired: Color(0x8797AB))
}
