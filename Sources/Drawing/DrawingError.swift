/// What a drawing could not be made of.
public struct DrawingError: Error, CustomStringConvertible {
    private let text: String

    init(_ text: String) { self.text = text }

    public var description: String { text }
}
