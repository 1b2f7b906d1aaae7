import MarketModel

extension ChartLayout {
    /// The chart as shapes.
    ///
    /// - Complexity: O(candles + pixels of the width).
    public func picture(textWidth: TextWidth) -> Picture {
        let theme = options.theme
        let whole = Rectangle(x: 0, y: 0, width: Double(options.width), height: Double(options.height))
        var shapes: [Shape] = [.fill(whole, theme.background)]
        shapes += shadeShapes()
        shapes += timeShapes(textWidth)
        for (panel, scale) in [(pricePanel, price), (cumulativePanel, cumulative), (deltaPanel, delta)] {
            shapes += gridShapes(panel, scale)
        }
        for bar in deltas where bar.body.height > 0 { shapes += [bodyShape(bar.body, bar.isUp, bar.quality)] }
        for candle in candles {
            let stroke = Stroke((candle.isUp ? theme.up : theme.down).at(candle.quality == .gap ? 0.6 : 1))
            // In two parts, so that a hollow body is empty.
            shapes.append(.line([Point(candle.x, candle.high), Point(candle.x, candle.body.y)], stroke))
            shapes.append(.line([Point(candle.x, candle.body.bottom), Point(candle.x, candle.low)], stroke))
            shapes.append(bodyShape(candle.body, candle.isUp, candle.quality))
        }
        for stretch in line {
            let dashes = stretch.isDoubtful ? [2.0, 3.0] : []
            shapes.append(.line(stretch.points, Stroke(theme.line, width: 1.6, dashes: dashes)))
        }
        shapes += nameShapes(pricePanel, "Price", options.priceUnit, textWidth)
        shapes += nameShapes(cumulativePanel, "Cumulative delta", options.volumeUnit, textWidth)
        shapes += nameShapes(deltaPanel, "Delta", "\(options.volumeUnit) a \(noun)", textWidth)
        shapes += numberShapes(price, lastPrice, candles.last?.isUp == false ? theme.down : theme.up, textWidth)
        shapes += numberShapes(cumulative, lastCumulative, theme.line, textWidth)
        shapes += numberShapes(delta, nil, theme.muted, textWidth)
        shapes += headingShapes(textWidth)
        return Picture(width: options.width, height: options.height, shapes: shapes)
    }

    /// What a candle holds.
    private var noun: String { drawn.length == drawn.interval ? "bar" : "candle" }

    /// A body; hollow where trades are missing, if there is room to see it.
    private func bodyShape(_ body: Rectangle, _ isUp: Bool, _ quality: BarQuality) -> Shape {
        let color = isUp ? options.theme.up : options.theme.down
        guard quality == .gap else { return .fill(body, color) }
        guard body.width >= 5, body.height >= 3 else { return .fill(body, color.at(0.45)) }
        let edge = Rectangle(x: body.x + 0.5, y: body.y + 0.5, width: body.width - 1, height: body.height - 1)
        return .outline(edge, Stroke(color))
    }

    /// Where the tape is not whole: a tint and stripes over all panels, and a solid mark on the axis that is seen however short it is.
    private func shadeShapes() -> [Shape] {
        var shapes: [Shape] = []
        for shade in shades {
            let color = shade.isRepaired ? options.theme.repaired : options.theme.gap
            let area = Rectangle(
                x: shade.left, y: pricePanel.y, width: shade.right - shade.left, height: deltaPanel.bottom - pricePanel.y)
            shapes.append(.fill(area, color.at(shade.isRepaired ? 0.10 : 0.13)))
            if !shade.isRepaired { shapes += stripes(area, Stroke(color.at(0.30))) }
            let least = max(area.width, 2)
            shapes.append(.fill(Rectangle(x: area.x, y: deltaPanel.bottom, width: least, height: 4), color))
        }
        return shapes
    }

    /// Slanted lines through an area; they go on from one area to the next.
    private func stripes(_ area: Rectangle, _ stroke: Stroke) -> [Shape] {
        let spacing = 9.0
        // Lines x + y = c, for multiples of the spacing.
        var sum = ((area.x + area.y) / spacing).rounded(.up) * spacing
        var shapes: [Shape] = []
        while sum < area.right + area.bottom {
            let top = max(area.y, sum - area.right)
            let bottom = min(area.bottom, sum - area.x)
            if bottom - top > 0.5 { shapes.append(.line([Point(sum - top, top), Point(sum - bottom, bottom)], stroke)) }
            sum += spacing
        }
        return shapes
    }

    private func gridShapes(_ panel: Rectangle, _ scale: ValueScale) -> [Shape] {
        var shapes: [Shape] = scale.ticks.map { tick in
            let y = scale.y(tick.value).rounded(.down) + 0.5
            return .line([Point(panel.x, y), Point(panel.right, y)], Stroke(tick.value == 0 ? options.theme.frame : options.theme.grid))
        }
        let bottom = panel.bottom + 0.5
        shapes.append(.line([Point(panel.x, bottom), Point(panel.right, bottom)], Stroke(options.theme.frame)))
        return shapes
    }

    private func nameShapes(_ panel: Rectangle, _ name: String, _ unit: String, _ textWidth: TextWidth) -> [Shape] {
        let place = Point(panel.x, panel.y + frame.em * 1.1)
        let after = textWidth(name, frame.strong) + frame.em * 0.6
        let shown = fitted(unit, frame.font, panel.width - after, textWidth)
        return [
            .text(Label(name, at: place, font: frame.strong, color: options.theme.text)),
            .text(Label(shown, at: Point(place.x + after, place.y), font: frame.font, color: options.theme.muted)),
        ]
    }

    /// The numbers of an axis, and a tag at its last value; numbers that the tag would cover are left out.
    private func numberShapes(_ scale: ValueScale, _ tag: Tag?, _ color: Color, _ textWidth: TextWidth) -> [Shape] {
        let em = frame.em
        let left = pricePanel.right + em * 0.6
        var shapes: [Shape] = []
        for tick in scale.ticks {
            let y = scale.y(tick.value)
            if let tag, abs(tag.y - y) < em * 1.5 { continue }
            shapes.append(.text(Label(tick.text, at: Point(left, y + em * 0.36), font: frame.font, color: options.theme.muted)))
        }
        if let tag {
            let width = textWidth(tag.text, frame.font) + em * 0.8
            let ends = [Point(pricePanel.x, tag.y), Point(pricePanel.right, tag.y)]
            shapes.append(.line(ends, Stroke(color.at(0.55), dashes: [1, 3])))
            shapes.append(.fill(Rectangle(x: left - em * 0.4, y: tag.y - em * 0.8, width: width, height: em * 1.6), color))
            let place = Point(left, tag.y + em * 0.36)
            shapes.append(.text(Label(tag.text, at: place, font: frame.font, color: options.theme.background)))
        }
        return shapes
    }

    private func timeShapes(_ textWidth: TextWidth) -> [Shape] {
        let em = frame.em
        let theme = options.theme
        let bottom = deltaPanel.bottom
        let rows = [bottom + em * 1.7, bottom + em * 3.0]
        var shapes: [Shape] = [
            .text(Label("UTC", at: Point(deltaPanel.right + em * 0.6, rows[0]), font: frame.font, color: theme.muted))
        ]
        var ends = [-Double.infinity, -Double.infinity]
        for mark in time.marks(spacing: em * 7) {
            let x = time.x(mark.time).rounded(.down) + 0.5
            for panel in [pricePanel, cumulativePanel, deltaPanel] {
                shapes.append(.line([Point(x, panel.y), Point(x, panel.bottom)], Stroke(theme.grid)))
            }
            shapes.append(.line([Point(x, bottom), Point(x, bottom + em * 0.4)], Stroke(theme.frame)))
            for (row, text) in [mark.text, mark.below].enumerated() {
                guard let text else { continue }
                // At the left edge a text begins at the panel, however near its mark is.
                let half = textWidth(text, frame.font) / 2
                let middle = max(x, deltaPanel.x + half)
                guard middle - half > ends[row] + em * 0.5, middle + half < deltaPanel.right + em * 0.4 else { continue }
                ends[row] = middle + half
                shapes.append(
                    .text(
                        Label(
                            text, at: Point(middle, rows[row]), anchor: .middle, font: frame.font,
                            color: row == 0 ? theme.muted : theme.text)))
            }
        }
        return shapes
    }
}
