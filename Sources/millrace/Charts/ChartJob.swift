import Charts
import Drawing
import OrderFlow

/// One run that draws: reads the tape once, and writes one picture.
struct ChartJob {
    let arguments: Arguments
    let request: ChartRequest

    /// Computes, draws and writes.
    func run(_ console: Console) throws {
        let typeface = try ChartFonts.typeface()
        try RowSource(arguments: arguments, request: request.rows).read(console) { tape in
            try ChartFile(request, typeface, holes: tape.holes)
        }
    }
}

/// Takes rows and writes them as a picture.
private final class ChartFile: RowSource.Sink {
    private let request: ChartRequest
    private let typeface: Typeface
    private let destination: Destination
    private var data: ChartData

    init(_ request: ChartRequest, _ typeface: Typeface, holes: [TapeWholeness.Hole]) throws {
        destination = try Destination(request.path)
        if request.format == .png { try destination.requireNoTerminal("png") }
        self.request = request
        self.typeface = typeface
        data = ChartData(interval: request.rows.options.interval)
        data.holes = holes.map { ChartHole(from: $0.from, to: $0.to, isRepaired: $0.isRepaired) }
    }

    func append(_ row: BarRow) {
        if let bar = ChartColumns.bar(of: row) { data.append(bar) }
    }

    func finish() throws {
        guard data.count > 0 else {
            throw CommandError("there is nothing to draw: no trade of \(request.rows.instrument) in that range")
        }
        let width: TextWidth = { self.typeface.width(of: $0, $1) }
        let picture = ChartLayout(data, request.options, textWidth: width).picture(textWidth: width)
        let bytes =
            switch request.format {
            case .svg: try PictureFile.svg(picture, typeface)
            case .png: try PictureFile.png(picture, typeface)
            }
        try bytes.withUnsafeBytes { try destination.write($0) }
        try destination.publish()
    }
}
