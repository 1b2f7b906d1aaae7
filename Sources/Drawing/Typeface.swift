import CCairo
public import Charts

/// A typeface out of two files, regular and bold.
///
/// Text is drawn from these files alone, without hinting: a picture does not depend on what fonts a machine has or how it is set up to show
/// them.
public final class Typeface {
    private let regular: OpaquePointer
    private let bold: OpaquePointer

    /// Reads two files.
    ///
    /// - Throws: ``DrawingError`` naming the file that is no font.
    public init(regular: String, bold: String) throws(DrawingError) {
        guard let first = mr_font_file(regular) else { throw DrawingError("\(regular) cannot be read as a font") }
        guard let second = mr_font_file(bold) else {
            cairo_font_face_destroy(first)
            throw DrawingError("\(bold) cannot be read as a font")
        }
        self.regular = first
        self.bold = second
    }

    deinit {
        cairo_font_face_destroy(regular)
        cairo_font_face_destroy(bold)
    }

    /// How wide a text is in pixels.
    public func width(of text: String, _ font: Font) -> Double {
        var extents = cairo_text_extents_t()
        let scaled = scaled(font)
        cairo_scaled_font_text_extents(scaled, text, &extents)
        cairo_scaled_font_destroy(scaled)
        return extents.x_advance
    }

    /// A font of the typeface; the caller destroys it.
    func scaled(_ font: Font) -> OpaquePointer? {
        var size = cairo_matrix_t()
        var identity = cairo_matrix_t()
        cairo_matrix_init_scale(&size, font.size, font.size)
        cairo_matrix_init_identity(&identity)
        let options = cairo_font_options_create()
        defer { cairo_font_options_destroy(options) }
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        return cairo_scaled_font_create(font.isBold ? bold : regular, &size, &identity, options)
    }
}
