import Access
import Foundation
import Testing

struct LinkSignerTests {
    private static let path = "/api/v1/files/flow.parquet?v=1"
    private static let expires: Int64 = 1_700_000_300
    private let signer = LinkSigner(secret: Array(0..<32))

    @Test func `A signature is HMAC-SHA256 of expiry and path`() {
        // Computed with Python's hmac.
        let known = "5857480845d40eb591afceef54323136130a94f26d9a4515c09ad03f13576446"
        #expect(signer.sign(path: LinkSignerTests.path, expires: LinkSignerTests.expires) == known)
        #expect(signer.sign(path: "", expires: 0).utf8.count == 64)
    }

    @Test func `A link is good until the second in which it expires`() {
        let signature = signer.sign(path: LinkSignerTests.path, expires: LinkSignerTests.expires)
        let verdicts: [(Int64, LinkSigner.Verdict)] = [(-300, .valid), (-1, .valid), (0, .expired), (1, .expired)]
        for (offset, verdict) in verdicts {
            let now = LinkSignerTests.expires + offset
            #expect(
                signer.verify(path: LinkSignerTests.path, expires: LinkSignerTests.expires, signature: signature, now: now) == verdict)
        }
    }

    @Test func `A link with any part changed is bad, also when it would have expired`() {
        let (path, expires) = (LinkSignerTests.path, LinkSignerTests.expires)
        let signature = signer.sign(path: path, expires: expires)
        func verdict(_ path: String, _ expires: Int64, _ signature: String) -> LinkSigner.Verdict {
            signer.verify(path: path, expires: expires, signature: signature, now: 1_800_000_000)
        }
        #expect(verdict(path, expires, signature) == .expired)
        for other in [path + "2", "", String(path.dropLast()), path.uppercased(), "/" + path] {
            #expect(verdict(other, expires, signature) == .bad)
        }
        for other in [expires + 1, expires - 1, 0, -expires, .max] { #expect(verdict(path, other, signature) == .bad) }
        for index in signature.indices {
            var other = signature
            other.replaceSubrange(index...index, with: signature[index] == "0" ? "1" : "0")
            #expect(verdict(path, expires, other) == .bad)
        }
        for other in ["", String(signature.dropLast()), signature + "0", signature.uppercased(), " " + signature] {
            #expect(verdict(path, expires, other) == .bad)
        }
        // A line feed in the path cannot move the border between the two.
        #expect(signer.sign(path: "2\n/a", expires: 1) != signer.sign(path: "/a", expires: 12))
        #expect(LinkSigner(secret: [1]).verify(path: path, expires: expires, signature: signature, now: 0) == .bad)
    }

    @Test func `All who open one directory, at once or later, have one secret; others have another`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "millrace-links-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "catalogue.sqlite").path
        let signatures = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask { try LinkSigner(store: KeyStore(path: path)).sign(path: "/a", expires: 1) }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(signatures.count == 1)
        #expect(try LinkSigner(store: KeyStore(path: path)).sign(path: "/a", expires: 1) == signatures.first)
        #expect(try LinkSigner(store: KeyStore(path: path + "2")).sign(path: "/a", expires: 1) != signatures.first)
    }
}
