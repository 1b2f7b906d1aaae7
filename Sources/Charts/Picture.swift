/// A place in a picture: pixels from its left and upper edge.
public struct Point: Sendable, Hashable {
    /// To the right.
    public var x: Double
    /// Downwards.
    public var y: Double

    /// Creates a point.
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// An upright rectangle in a picture, in pixels.
public struct Rectangle: Sendable, Hashable {
    /// The left edge.
    public var x: Double
    /// The upper edge.
    public var y: Double
    /// How wide it is; never negative.
    public var width: Double
    /// How high it is; never negative.
    public var height: Double

    /// Creates a rectangle.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The right edge.
    public var right: Double { x + width }
    /// The lower edge.
    public var bottom: Double { y + height }
}

/// A colour.
public struct Color: Sendable, Hashable {
    /// Red, green and blue, a byte each: `0xRRGGBB`.
    public var rgb: UInt32
    /// From 0, which is not seen, to 1.
    public var opacity: Double

    /// Creates a colour.
    public init(_ rgb: UInt32, opacity: Double = 1) {
        self.rgb = rgb
        self.opacity = opacity
    }

    /// The same colour, less of it.
    public func at(_ opacity: Double) -> Color { Color(rgb, opacity: opacity) }
}

/// How a line is drawn.
public struct Stroke: Sendable, Hashable {
    /// Its colour.
    public var color: Color
    /// Its width in pixels.
    public var width: Double
    /// The lengths of dashes and of the gaps between them; empty for a line without gaps.
    public var dashes: [Double]

    /// Creates a stroke.
    public init(_ color: Color, width: Double = 1, dashes: [Double] = []) {
        self.color = color
        self.width = width
        self.dashes = dashes
    }
}

/// A line of text at its place.
public struct Label: Sendable, Hashable {
    /// Which part of the text stands at the place.
    public enum Anchor: Sendable, Hashable {
        /// Its beginning.
        case start
        /// Its middle.
        case middle
    }

    /// What is written.
    public var text: String
    /// Where: the baseline.
    public var place: Point
    /// What of it stands there.
    public var anchor: Anchor
    /// How it looks.
    public var font: Font
    /// In which colour.
    public var color: Color

    /// Creates a label.
    public init(_ text: String, at place: Point, anchor: Anchor = .start, font: Font, color: Color) {
        self.text = text
        self.place = place
        self.anchor = anchor
        self.font = font
        self.color = color
    }
}

/// How text looks.
public struct Font: Sendable, Hashable {
    /// The height of an em in pixels.
    public var size: Double
    /// Whether it is bold.
    public var isBold: Bool

    /// Creates a font.
    public init(size: Double, isBold: Bool = false) {
        self.size = size
        self.isBold = isBold
    }
}

/// What a picture is made of.
public enum Shape: Sendable, Hashable {
    /// A rectangle, filled.
    case fill(Rectangle, Color)
    /// The edge of a rectangle.
    case outline(Rectangle, Stroke)
    /// A line through points.
    case line([Point], Stroke)
    /// Text.
    case text(Label)
}

/// A picture as values: shapes in the order in which they are drawn.
public struct Picture: Sendable, Hashable {
    /// How wide it is, in pixels.
    public var width: Int
    /// How high it is, in pixels.
    public var height: Int
    /// What is drawn, from the ground up.
    public var shapes: [Shape]

    /// Creates a picture.
    public init(width: Int, height: Int, shapes: [Shape]) {
        self.width = width
        self.height = height
        self.shapes = shapes
    }
}
