import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Aperiodic {
    /// Makes the links of one answer.
    struct Links: Sendable {
        /// How long they are good.
        let seconds: Int
        private let base: String
        private let signer: LinkSigner
        private let expires: Int64

        init(_ api: Aperiodic, _ request: borrowing Request, seconds: Int) throws(Refusal) {
            self.seconds = seconds
            signer = api.signer
            expires = request.time / 1_000_000 + Int64(seconds)
            if let publicURL = api.publicURL {
                base = publicURL
            } else {
                guard let host = request.header("host"), request.count(of: "host") == 1, Links.isHost(host) else {
                    throw .faults(["the Host header must name this server: links are made from it"])
                }
                base = "http://" + host
            }
        }

        func bars(
            _ dataset: Dataset<BarRow>, _ interval: Interval, _ clock: TapeClock, _ instrument: Instrument, _ month: CivilMonth
        ) -> String {
            link([
                Aperiodic.folder(clock), dataset.name, interval.name, instrument.venue.name, instrument.atlas?.description ?? "",
                "\(month).parquet",
            ])
        }

        func raw(_ instrument: Instrument, _ month: CivilMonth) -> String {
            link(["raw", RawDataset.name, instrument.venue.name, instrument.atlas?.description ?? "", "\(month).parquet"])
        }

        private func link(_ parts: [String]) -> String {
            let path = Aperiodic.filePath(parts)
            return "\(base)\(path)?expires=\(expires)&signature=\(signer.sign(path: path, expires: expires))"
        }

        /// `name`, `name:port`, `[v6]:port`: nothing that could make a link lead elsewhere.
        static func isHost(_ text: String) -> Bool {
            var rest = text.utf8[...]
            guard rest.count <= 255 else { return false }
            let isName: (UInt8) -> Bool = {
                (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
            if rest.first == UInt8(ascii: "[") {
                guard let end = rest.firstIndex(of: UInt8(ascii: "]")), rest.index(after: rest.startIndex) < end,
                    rest[..<end].dropFirst().allSatisfy({
                        (48...57).contains($0) || (97...102).contains($0 | 0x20) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                    })
                else { return false }
                rest = rest[rest.index(after: end)...]
            } else {
                let name = rest.prefix(while: isName)
                guard !name.isEmpty else { return false }
                rest = rest[name.endIndex...]
            }
            guard let colon = rest.first else { return true }
            return colon == UInt8(ascii: ":") && (2...6).contains(rest.count) && rest.dropFirst().allSatisfy { (48...57).contains($0) }
        }
    }

    /// The path of a file: what a link's signature stands for. Its parts are spelled as they are sent; Atlas symbols of assets beyond ASCII
    /// are percent-encoded.
    static func filePath(_ parts: [String]) -> String { ([prefix, "files"] + parts.map(encode)).joined(separator: "/") }

    private static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where the bars of a clock are.
    static func folder(_ clock: TapeClock) -> String { clock == .exchange ? "bars" : "bars-true" }

    /// `GET /files/bars/…`: a month file of a dataset.
    func barsFile(_ request: borrowing Request, _ clock: TapeClock) throws -> Response {
        let names = ["dataset", "interval", "exchange", "symbol", "file"].map { request.pathParameters[$0] ?? "" }
        try checkLink(request, [Aperiodic.folder(clock)] + names)
        guard let dataset = Dataset<BarRow>.named(names[0]), let interval = Interval(name: names[1]) else { throw Failure(.notFound) }
        return try file(.bars(dataset, interval, clock), exchange: names[2], symbol: names[3], file: names[4])
    }

    /// `GET /files/raw/…`: a month file of raw trades.
    func rawFile(_ request: borrowing Request) throws -> Response {
        let names = ["dataset", "exchange", "symbol", "file"].map { request.pathParameters[$0] ?? "" }
        try checkLink(request, ["raw"] + names)
        return try file(.rawTrades, exchange: names[1], symbol: names[2], file: names[3])
    }

    private func checkLink(_ request: borrowing Request, _ parts: [String]) throws(Refusal) {
        let bad = Refusal(status: .forbidden, error: "The link is not valid: ask for the files again", code: "link_invalid")
        guard let expires = request.query["expires"].flatMap({ Int64($0) }), let signature = request.query["signature"] else { throw bad }
        switch signer.verify(
            path: Aperiodic.filePath(parts), expires: expires, signature: signature, now: request.time / 1_000_000)
        {
        case .valid: return
        case .expired:
            throw Refusal(status: .forbidden, error: "The link has expired: ask for the files again", code: "link_expired")
        case .bad: throw bad
        }
    }

    /// Sends the file from the kernel if it is at hand, else has it made off the event loops.
    private func file(_ product: MonthProduct, exchange: String, symbol: String, file: String) throws -> Response {
        let name = file.split(separator: ".", omittingEmptySubsequences: false)
        guard name.count == 2, name[1] == "parquet", let month = CivilMonth(name[0]), let venue = Venue(exchange),
            let atlas = AtlasSymbol(symbol), let instrument = market.instruments(venue: venue).first(where: { $0.atlas == atlas })
        else { throw Failure(.notFound) }
        let wanted = MonthRequest(venue: venue, symbol: instrument.symbol, product: product, month: month)
        if let file = try months.ready(wanted), let body = try? FileBody(path: file.path) { return Aperiodic.response(body) }
        let months = months
        let wait = Wait()
        return .later { cancellation in
            try Aperiodic.shaped {
                let file = try months.file(wanted, atMostMilliseconds: wait.left, isCancelled: { cancellation.isCancelled })
                return Aperiodic.response(try FileBody(path: file.path))
            }
        }
    }

    private static let parquet = ContentType("application/vnd.apache.parquet", compressible: false)

    private static func response(_ body: FileBody) -> Response { Response(contentType: parquet, body: .file(body)) }
}
