import CCairo
import Charts

/// Draws shapes.
struct Pen {
    let context: OpaquePointer?
    let typeface: Typeface

    func draw(_ shape: Shape) {
        switch shape {
        case .fill(let area, let color):
            set(color)
            cairo_rectangle(context, area.x, area.y, area.width, area.height)
            cairo_fill(context)
        case .outline(let area, let stroke):
            set(stroke)
            cairo_rectangle(context, area.x, area.y, area.width, area.height)
            cairo_stroke(context)
        case .line(let points, let stroke):
            guard let first = points.first else { return }
            set(stroke)
            cairo_move_to(context, first.x, first.y)
            for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
            cairo_stroke(context)
        case .text(let label):
            write(label)
        }
    }

    private func write(_ label: Label) {
        guard !label.text.isEmpty else { return }
        set(label.color)
        let font = typeface.scaled(label.font)
        cairo_set_scaled_font(context, font)
        cairo_scaled_font_destroy(font)
        let before = label.anchor == .middle ? typeface.width(of: label.text, label.font) / 2 : 0
        cairo_move_to(context, label.place.x - before, label.place.y)
        cairo_show_text(context, label.text)
    }

    private func set(_ color: Color) {
        func part(_ shift: UInt32) -> Double { Double(color.rgb >> shift & 0xFF) / 255 }
        cairo_set_source_rgba(context, part(16), part(8), part(0), color.opacity)
    }

    private func set(_ stroke: Stroke) {
        set(stroke.color)
        cairo_set_line_width(context, stroke.width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(context, stroke.dashes, Int32(stroke.dashes.count), 0)
    }
}
