/// Where the parts of a chart are: a heading, three panels above each other, an axis of time beneath and numbers on the right.
struct ChartFrame: Sendable {
    /// The size of the usual text.
    let em: Double
    /// The distance from the picture's edges.
    let margin: Double
    private(set) var price: Rectangle
    private(set) var cumulative: Rectangle
    private(set) var delta: Rectangle
    private let width: Double

    init(_ options: ChartOptions) {
        let width = Double(options.width)
        let height = Double(options.height)
        let em = width >= 900 ? 12.0 : width >= 560 ? 11 : 10
        self.width = width
        self.em = em
        let margin = (em * 1.4).rounded()
        self.margin = margin
        let top = (margin + em * 4.2).rounded()
        let bottom = (height - em * 3.6).rounded()
        let gap = (em * 0.9).rounded()
        let room = bottom - top - gap * 2
        func panel(_ y: Double, _ height: Double) -> Rectangle {
            Rectangle(x: margin, y: y, width: width - margin * 2, height: height)
        }
        price = panel(top, (room * 0.56).rounded())
        cumulative = panel(price.bottom + gap, (room * 0.22).rounded())
        delta = panel(cumulative.bottom + gap, bottom - cumulative.bottom - gap)
    }

    /// The usual text.
    var font: Font { Font(size: em) }
    /// The names of panels.
    var strong: Font { Font(size: em, isBold: true) }
    /// The heading.
    var large: Font { Font(size: (em * 1.6).rounded(), isBold: true) }

    /// How wide panels are before it is known how wide the numbers are.
    var roughWidth: Double { width - margin - em * 7 }

    /// Leaves room for numbers of a width.
    mutating func setGutter(_ numbers: Double) {
        let right = (width - numbers - em * 1.6).rounded()
        for panel in [\ChartFrame.price, \.cumulative, \.delta] { self[keyPath: panel].width = max(1, right - margin) }
    }

    /// An axis in a panel, below the panel's name; low panels have their lines closer together.
    func scale(_ values: [Double], in panel: Rectangle) -> ValueScale {
        let top = panel.y + em * 1.9
        let bottom = panel.bottom - em * 0.4
        return ValueScale(values: values, top: top, bottom: bottom, spacing: bottom - top > em * 12 ? em * 2.4 : em * 1.9)
    }
}
