import Charts
import Drawing
import MarketModel
import MarketService
import OrderFlow

/// One run that draws: reads the tape once, or those of a basket's members, and writes one picture.
struct ChartJob {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    /// Draws an instrument.
    func run(_ console: Console) throws {
        let columns = ChartColumns.ofInstruments
        let request = try RowRequest(arguments, columns: columns.all)
        let instrument = request.instrument
        let chart = try ChartRequest(
            arguments, of: (instrument.symbol, instrument.venue.name), units: (instrument.quote, instrument.base))
        let typeface = try ChartFonts.typeface()
        try RowSource(arguments: arguments, request: request).read(console) { tape in
            try ChartFile(chart, columns, request.range, typeface, holes: tape.holes, of: "\(instrument)")
        }
    }

    /// Draws a basket.
    func run(_ request: BasketRequest, _ console: Console) throws {
        let columns = try ChartColumns(candles: request.dataset("ohlcv"), flow: request.dataset("flow"))
        let range = try RowRange(arguments, columns: columns.all)
        let basket = request.basket
        let chart = try ChartRequest(arguments, of: (basket.name, Basket.venue), units: ("USD", basket.base))
        let typeface = try ChartFonts.typeface()
        try BasketSource(request: request, range: range).read(console) { reader in
            try ChartFile(chart, columns, range, typeface, holes: reader.holes, of: "basket \(basket.name)")
        }
    }
}

/// Takes rows and writes them as a picture.
private final class ChartFile<Row: DatasetRow>: RowSink {
    private let request: ChartRequest
    private let columns: ChartColumns<Row>
    private let typeface: Typeface
    private let subject: String
    private let destination: Destination
    private var data: ChartData

    init(
        _ request: ChartRequest, _ columns: ChartColumns<Row>, _ range: RowRange, _ typeface: Typeface, holes: [TapeWholeness.Hole],
        of subject: String
    ) throws {
        destination = try Destination(request.path)
        if request.format == .png { try destination.requireNoTerminal("png") }
        self.request = request
        self.columns = columns
        self.typeface = typeface
        self.subject = subject
        data = ChartData(interval: range.options.interval)
        data.holes = holes.map { ChartHole(from: $0.from, to: $0.to, isRepaired: $0.isRepaired) }
    }

    func append(_ row: Row) {
        if let bar = columns.bar(of: row) { data.append(bar) }
    }

    func finish() throws {
        guard data.count > 0 else {
            throw CommandError("there is nothing to draw: no trade of \(subject) in that range")
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
