import CCairo
public import Charts

/// Pictures as files. The same picture gives the same bytes: nothing of the machine or the time is in them, but that the SVGs of one process
/// are numbered in the order in which they are made.
public enum PictureFile {
    /// A picture as SVG, text as outlines.
    ///
    /// - Throws: ``DrawingError`` where memory does not suffice.
    public static func svg(_ picture: Picture, _ typeface: Typeface) throws(DrawingError) -> [UInt8] {
        let sink = ByteSink()
        let surface = cairo_svg_surface_create_for_stream(
            ByteSink.write, Unmanaged.passUnretained(sink).toOpaque(), Double(picture.width), Double(picture.height))
        defer { cairo_surface_destroy(surface) }
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX)
        try PictureFile.draw(picture, typeface, on: surface)
        cairo_surface_finish(surface)
        try PictureFile.check(cairo_surface_status(surface))
        return sink.bytes
    }

    /// A picture as PNG, a pixel each.
    ///
    /// - Throws: ``DrawingError`` where memory does not suffice.
    public static func png(_ picture: Picture, _ typeface: Typeface) throws(DrawingError) -> [UInt8] {
        let sink = ByteSink()
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(picture.width), Int32(picture.height))
        defer { cairo_surface_destroy(surface) }
        try PictureFile.draw(picture, typeface, on: surface)
        try PictureFile.check(cairo_surface_write_to_png_stream(surface, ByteSink.write, Unmanaged.passUnretained(sink).toOpaque()))
        return sink.bytes
    }

    private static func draw(_ picture: Picture, _ typeface: Typeface, on surface: OpaquePointer?) throws(DrawingError) {
        try check(cairo_surface_status(surface))
        let context = cairo_create(surface)
        defer { cairo_destroy(context) }
        let pen = Pen(context: context, typeface: typeface)
        for shape in picture.shapes { pen.draw(shape) }
        try check(cairo_status(context))
    }

    private static func check(_ status: cairo_status_t) throws(DrawingError) {
        guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError("cannot draw: \(String(cString: cairo_status_to_string(status)))") }
    }
}

/// Where Cairo writes to. It lives as long as the surface that writes.
private final class ByteSink {
    var bytes: [UInt8] = []

    static let write: cairo_write_func_t = { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        let sink = Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
        sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
        return CAIRO_STATUS_SUCCESS
    }
}
