import Testing
import Transport

struct OriginPolicyTests {
    private static func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }

    private func goes(_ policy: OriginPolicy, by host: String?) -> Bool { policy.goes(by: OriginPolicyTests.bytes(host)) }

    private func admits(_ policy: OriginPolicy, _ origin: String?, at host: String?) -> Bool {
        policy.admits(origin: OriginPolicyTests.bytes(origin), host: OriginPolicyTests.bytes(host))
    }

    private static func policy(names: Set<String>? = nil, shared: [String] = [], own: [String] = []) throws -> OriginPolicy {
        var policy = OriginPolicy()
        policy.names = names
        policy.shared = Set(try shared.map { try #require(WebOrigin($0)) })
        for origin in own { policy.own(try #require(WebOrigin(origin))) }
        return policy
    }

    @Test(arguments: [
        "127.0.0.1", "127.0.0.1:8080", "10.1.2.3:1", "localhost", "LocalHost:8080", "localhost.", "app.localhost:3000", "[::1]",
        "[::1]:8080",
        "[2001:db8::1]:443", "data.example.com", "Data.Example.com:8443", "shop.example.com", nil,
    ])
    func `A server goes by addresses, localhost and its own names`(host: String?) throws {
        let policy = try OriginPolicyTests.policy(names: ["shop.example.com"], own: ["https://data.example.com"])
        #expect(goes(policy, by: host))
    }

    @Test(arguments: [
        "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "notlocalhost", "1.2.3", "1.2.3.256",
        "1.2.3.4.5", "1.2.3.4:", "1.2.3.4:123456", "1.2.3.4:8080:1", "0x7f000001", "", ":8080", "a b", "data.example.com/x", "[::1",
        "[::1]x", "data.example.com@evil.example", "sub.data.example.com", "localhost:99999",
    ])
    func `A server on loopback goes by no other name`(host: String) throws {
        let policy = try OriginPolicyTests.policy(names: [], own: ["https://data.example.com"])
        #expect(!goes(policy, by: host))
        #expect(goes(try OriginPolicyTests.policy(), by: host))
    }

    @Test(arguments: [
        (nil, "127.0.0.1:8080"), ("http://127.0.0.1:8080", "127.0.0.1:8080"), ("https://data.example.com", "data.example.com"),
        ("http://data.example.com", "data.example.com:80"), ("https://DATA.example.com:443", "data.example.com"),
        ("http://[::1]:8080", "[::1]:8080"), ("https://public.example.com", "127.0.0.1:8080"), ("http://localhost:3000", "127.0.0.1:8080"),
    ])
    func `Streams are for its own pages, those that are named, and what is no browser`(origin: String?, host: String) throws {
        let policy = try OriginPolicyTests.policy(shared: ["http://localhost:3000"], own: ["https://public.example.com"])
        #expect(admits(policy, origin, at: host))
    }

    @Test(arguments: [
        ("null", "127.0.0.1:8080"), ("", "127.0.0.1:8080"), ("http://evil.example", "127.0.0.1:8080"),
        ("http://127.0.0.1:8081", "127.0.0.1:8080"),
        ("http://127.0.0.1", "127.0.0.1:8080"), ("https://data.example.com:8443", "data.example.com"), ("file://", "127.0.0.1:8080"),
        ("http://localhost:3000/", "127.0.0.1:8080"), ("http://localhost:3000 x", "127.0.0.1:8080"),
        ("https://localhost:3000", "127.0.0.1:8080"),
        ("http://localhost:3000", ""), ("http://public.example.com", "127.0.0.1:8080"), ("127.0.0.1:8080", "127.0.0.1:8080"),
    ])
    func `Streams are for no other page`(origin: String, host: String) throws {
        var policy = try OriginPolicyTests.policy(shared: [], own: ["https://public.example.com"])
        #expect(!admits(policy, origin, at: host))
        policy.admitsAll = { true }
        #expect(admits(policy, origin, at: host))
    }

    @Test func `Answers are shared with named origins alone`() throws {
        let policy = try OriginPolicyTests.policy(shared: ["https://charts.example.com:443"], own: ["https://data.example.com"])
        #expect(policy.shares(with: OriginPolicyTests.bytes("https://charts.example.com"))?.description == "https://charts.example.com")
        for origin in ["https://data.example.com", "http://charts.example.com", "https://charts.example.com:444", "null", nil] {
            #expect(policy.shares(with: OriginPolicyTests.bytes(origin)) == nil)
        }
        let asked = ["Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-oanor-key, authorization"]
        let origin = OriginPolicyTests.bytes("https://charts.example.com")
        let answer = try #require(policy.preflight(.options, origin: origin) { asked[$0.description] })
        #expect(answer.status == .noContent && answer.header("access-control-allow-origin") == "https://charts.example.com")
        #expect(answer.header("access-control-allow-headers") == "x-oanor-key, authorization")
        #expect(policy.preflight(.get, origin: origin) { asked[$0.description] } == nil)
        #expect(policy.preflight(.options, origin: origin) { _ in nil } == nil)
        let split = ["Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x\r\ny: z"]
        #expect(policy.preflight(.options, origin: origin) { split[$0.description] }?.header("access-control-allow-headers") == nil)
    }

    @Test func `What is no origin is none`() {
        for text in [
            "null", "", "example.com", "https://", "https://a/b", "https://a b", "://a", "https:/a", "ht tp://a", "https://a:70000",
        ] {
            #expect(WebOrigin(text) == nil, "\(text)")
        }
    }
}
