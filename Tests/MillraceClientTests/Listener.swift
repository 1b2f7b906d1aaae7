import Foundation
import Glibc
import Synchronization

/// Listens on a free port of loopback, and gives each connection a thread that does with it what the test says.
final class Listener: Sendable {
    let port: UInt16
    private let socket: Int32
    private let open = Open()

    /// The connections that there are; it outlives its listener in their threads.
    private final class Open: Sendable {
        let clients = Mutex<Set<Int32>>([])
    }

    struct CannotListen: Error {}

    /// - Parameter serve: is given each connection, which is closed behind it.
    init(_ serve: @escaping @Sendable (Int32) -> Void) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Listener.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 256) == 0 && getsockname(socket, pointer, &length) == 0
            }
        }
        guard bound else { throw CannotListen() }
        self.socket = socket
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [open] in
            while case let client = accept(socket, nil, nil), client >= 0 {
                _ = open.clients.withLock { $0.insert(client) }
                Thread.detachNewThread {
                    serve(client)
                    _ = open.clients.withLock { $0.remove(client) }
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }

    /// How many connections there are.
    var connections: Int { open.clients.withLock { $0.count } }

    /// Cuts all connections.
    func cut() {
        open.clients.withLock { for client in $0 { shutdown(client, Int32(SHUT_RDWR)) } }
    }

    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A listener that hands everything on to another port and back.
    static func relay(to port: UInt16) throws -> Listener {
        try Listener { client in
            let server = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(server) }
            var address = loopback(port: port)
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            guard connected == 0 else { return }
            let ended = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                pump(server, client)
                ended.signal()
            }
            pump(client, server)
            ended.wait()
        }
    }

    /// Hands on bytes one way until either end is gone, and then lets go of both.
    private static func pump(_ source: Int32, _ sink: Int32) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(source, &bytes, bytes.count), count > 0, send(sink, bytes, count, Int32(MSG_NOSIGNAL)) == count {}
        for end in [source, sink] { shutdown(end, Int32(SHUT_RDWR)) }
    }

    /// A listener that answers every request with these bytes and closes, or holds the connection until the client leaves.
    static func answering(_ bytes: [UInt8], holds: Bool = false) throws -> Listener {
        try Listener { client in
            var request = [UInt8](repeating: 0, count: 65_536)
            _ = read(client, &request, request.count)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                sent += count
            }
            shutdown(client, Int32(SHUT_WR))
            while holds || sent > 0, read(client, &request, request.count) > 0 {}
        }
    }
}
