import Foundation
import Testing

/// `serve` and `keys`, as a user runs them; what needs a client on a socket is in Conformance/http and Conformance/oanor.
struct ServeTests {
    @Test func `Keys are made, listed, rotated and revoked`() throws {
        try Scratch.with { directory in
            let data = directory.appending(path: "lake").path
            let made = try Binary.run(["keys", "create", "--data", data, "--vendor", "oanor", "--plan", "pro"])
            let key = made.stdout.trimmingCharacters(in: .newlines)
            #expect(made.status == 0 && key.hasPrefix("oanor_live_") && key.utf8.count == 54)
            let list = try Binary.run(["keys", "list", "--data", data, "--format", "json"])
            #expect(!list.stdout.contains(key))
            let row = try #require(try JSONSerialization.jsonObject(with: Data(list.stdout.utf8)) as? [String: Any])
            #expect(row["plan"] as? String == "pro" && row["calls"] as? Int == 0 && row["revoked"] is NSNull)
            let id = try #require(row["id"] as? String)
            let rotated = try Binary.run(["keys", "rotate", "--data", data, "--key", id, "--quiet"])
            #expect(rotated.status == 0 && rotated.stderr.isEmpty && rotated.stdout != made.stdout)
            #expect(try Binary.run(["keys", "revoke", "--data", data, "--key", id]).status == 0)
            let again = try Binary.run(["keys", "revoke", "--data", data, "--key", id])
            #expect(again.status == 1 && again.stderr.contains("is revoked"))
            #expect(try Binary.run(["keys", "list", "--data", data]).stdout.contains("revoked"))
        }
    }

    @Test(arguments: [
        (["keys", "create", "--vendor", "oanor", "--plan", "gold"], Int32(2), "free, starter, pro, business"),
        (["keys", "create", "--vendor", "nobody", "--plan", "pro"], 2, "oanor"), (["keys", "list"], 1, "is not a data directory"),
        (["keys", "rotate", "--key", "key_x"], 1, "is not a data directory"), (["serve"], 1, "is not a data directory"),
        (["serve", "--port", "70000"], 2, "0 to 65535"),
        (["keys", "create", "--vendor", "aperiodic", "--plan", "gold"], 2, "tier1, tier2, tier3, pro, prime, prime-raw, unlimited"),
        (["serve", "--public-url", "data.example.com"], 2, "https://data.example.com"),
        (["serve", "--public-url", "https://a.example/?x=1"], 2, "--public-url"),
        (["serve", "--public-url", "https://"], 2, "--public-url"),
        (["serve", "--public-url", "https://u@a.example"], 2, "--public-url"), (["serve", "--public-url", "ftp://a"], 2, "--public-url"),
        (["serve", "--public-url", "https://data.example.com/x/"], 1, "is not a data directory"),
        (["serve", "--preview", "BTCUSDT"], 2, "--preview BTCUSDT"), (["serve", "--preview", "none"], 1, "is not a data directory"),
        (["serve", "--preview", "okx-perps,perpetual-BTC-USDT:USDT,1h,2025-06-30,2025-06-01"], 2, "--preview"),
        (["serve", "--preview", "okx-perps,perpetual-BTC-USDT:USDT,1h,2025-06-01,2025-06-30"], 1, "is not a data directory"),
    ])
    func `What cannot be done is one line`(words: [String], status: Int32, hint: String) throws {
        try Scratch.with { directory in
            let output = try Binary.run(words + ["--data", directory.appending(path: "lake").path])
            #expect(output.status == status && output.stderr.contains(hint) && output.stderr.filter(\.isNewline).count == 1, "\(output)")
        }
    }

}
