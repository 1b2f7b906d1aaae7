import MarketModel

extension ChartLayout {
    /// The heading: what is shown, of which time, and what the shades mean.
    func headingShapes(_ textWidth: TextWidth) -> [Shape] {
        let em = frame.em
        let theme = options.theme
        let right = Double(options.width) - frame.margin
        let first = frame.margin + em * 1.2
        let second = first + em * 1.7
        let name = fitted(options.title, frame.large, (right - frame.margin) * 0.7, textWidth)
        let after = frame.margin + textWidth(name, frame.large) + em * 0.8
        var shapes: [Shape] = [
            .text(Label(name, at: Point(frame.margin, first), font: frame.large, color: theme.text)),
            .text(
                Label(
                    fitted("\(options.subtitle) · \(barText)", frame.font, right - after, textWidth), at: Point(after, first),
                    font: frame.font, color: theme.muted)),
        ]
        // From the right: the range has what is left.
        var end = right
        for (word, color, isThere) in [
            ("trades repaired", theme.repaired, shades.contains(where: \.isRepaired)),
            ("trades missing", theme.gap, shades.contains { !$0.isRepaired }),
        ] where isThere {
            let width = textWidth(word, frame.font)
            shapes.append(.text(Label(word, at: Point(end - width, second), font: frame.font, color: theme.muted)))
            shapes.append(.fill(Rectangle(x: end - width - em * 1.3, y: second - em * 0.8, width: em * 0.9, height: em * 0.9), color))
            end -= width + em * 2.2
        }
        let range = fitted(rangeText, frame.font, end - frame.margin, textWidth)
        shapes.append(.text(Label(range, at: Point(frame.margin, second), font: frame.font, color: theme.muted)))
        return shapes
    }

    /// `2024-01-01 00:00 – 2024-01-02 00:00 UTC · 1,440 bars`.
    private var rangeText: String {
        let count = drawn.count
        let times = "\(instant(drawn.start)) – \(instant(drawn.end)) UTC"
        return "\(times) · \(DecimalText.text(Int128(count), decimals: 0)) bar\(count == 1 ? "" : "s")"
    }

    /// `1m`, or what a candle is where it is no bar: `1m bars, 5m a candle`.
    private var barText: String {
        drawn.length == drawn.interval ? drawn.interval.name : "\(drawn.interval.name) bars, \(drawn.length.name) a candle"
    }

    private func instant(_ time: Int64) -> String {
        let text = Timestamp.iso8601(time, fractionDigits: 0)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(drawn.interval < .m1 ? 8 : 5))"
    }

    /// Text that fits a width: without what cannot be shown in a line, and cut with an ellipsis where it is too long.
    func fitted(_ text: String, _ font: Font, _ width: Double, _ textWidth: TextWidth) -> String {
        var shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.isShown ? $0 : "\u{FFFD}" }))
        guard textWidth(shown, font) > width else { return shown }
        while !shown.isEmpty, textWidth(shown + "…", font) > width { shown.removeLast() }
        return shown.isEmpty ? "" : shown + "…"
    }
}

extension Unicode.Scalar {
    /// Whether it has a shape of its own: no control, no direction, no line end, nothing without a meaning.
    fileprivate var isShown: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
