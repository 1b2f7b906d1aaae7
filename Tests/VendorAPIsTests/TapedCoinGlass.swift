import Access
import Foundation
import Lake
import MarketModel
import MarketService
import Recorder
import TestSupport
import Testing
import Transport
import VendorAPIs

/// CoinGlass' API on tapes that a test gives, trade by trade.
final class TapedCoinGlass {
    /// One trade as a row of a dump.
    struct Row {
        var time: Int64
        var price: String
        var quantity: String
        var side: TakerSide
    }

    let folder: Folder
    let lake: Lake
    let market: MarketService
    let router: Router
    let key: String?

    /// Imports the tapes.
    ///
    /// - Parameters:
    ///   - plan: of the key that calls come with; nil for a server without keys.
    ///   - plans: that are in force.
    ///   - limits: what one answer may be made of.
    init(
        _ tapes: [(venue: Venue, symbol: String, rows: [Row])], plan: String? = nil, plans: Plans = .standard,
        limits: QueryLimits = QueryLimits()
    ) throws {
        folder = try Folder()
        lake = try Lake(directory: folder.path, create: true)
        for tape in tapes {
            let lines = tape.rows.enumerated().map { index, row in
                "\(row.time / 1000),\(row.price),\(row.quantity),\(row.side.name),\(index + 1)\n"
            }
            let file = try folder.file("\(tape.venue)-\(tape.symbol).csv", "time,price,quantity,side,id\n" + lines.joined())
            var options = ImportOptions(venue: tape.venue, symbol: tape.symbol, threads: 1)
            options.force = true
            _ = try TapeImport(lake: lake, options: options).run(files: [file])
        }
        market = try MarketService(source: LakeSource(lake))
        let store = try KeyStore(path: folder.path + "/keys.sqlite")
        key = try plan.map { try store.create(vendor: "coinglass", plan: $0, of: plans, now: 0).key }
        let gate = KeyGate(
            vendor: "coinglass", header: CoinGlass.keyHeader, access: try AccessControl(store: store, plans: plans),
            isOpenWithoutKeys: true,
            words: CoinGlass.words, rateHeaders: CoinGlass.rateHeaders)
        let interest = try InterestMarket(lake: lake, venues: [:], limits: limits)
        let taker = TakerMarket(lake: lake, market: market, threads: 2, limits: limits)
        router = Router([CoinGlass.mount(interest: interest, taker: taker, gate: gate)]) { Issue.record("\($0)") }
    }

    /// What it answers, at a time in microseconds.
    func ask(_ target: String, at now: Int64) throws -> (response: Response, json: [String: Any]) {
        let headers = key.map { [(name: "cg-api-key", value: $0)] } ?? []
        let response = router.respondFully(to: try Request("/api/futures/" + target, headers: headers, time: now))
        let json = try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any]
        return (response, try #require(json, "\(response.bodyText)"))
    }

    /// The text of an answer's data.
    func data(_ target: String, at now: Int64) throws -> String {
        let text = try ask(target, at: now).response.bodyText
        let start = #"{"code":"0","msg":"success","data":"#
        try #require(text.hasPrefix(start), "\(text.prefix(300))")
        return String(text.dropFirst(start.count).dropLast())
    }
}
