import JSONReading
import Transport

extension Millrace {
    /// The parameters of a request; those that are nil are left out.
    typealias Parameters = [(name: String, value: String?)]

    /// The address of a question.
    func address(_ path: String, _ parameters: Parameters) -> String {
        let given = parameters.compactMap { name, value in value.map { "\(name)=\(Millrace.encoded($0))" } }
        return url + path + (given.isEmpty ? "" : "?" + given.joined(separator: "&"))
    }

    /// Asks, and reads the answer as JSON on the request's own thread.
    func ask<Answer: Sendable>(
        _ path: String, _ parameters: Parameters = [], _ read: @escaping @Sendable (JSONValue) throws(Unreadable) -> Answer
    ) async throws -> Answer {
        try await body(path, parameters) { bytes in try Millrace.read(bytes, read) }
    }

    /// Asks, and hands on the answer's bytes.
    func body<Answer: Sendable>(
        _ path: String, _ parameters: Parameters = [], _ read: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Answer
    ) async throws -> Answer {
        let (client, headers, address) = (client, headers, address(path, parameters))
        return try await OwnThread.run { cancellation in
            let answer: HTTPAnswer
            do throws(HTTPClientError) {
                answer = try client.get(address, headers: headers, cancellation: cancellation)
            } catch {
                if error.isCancelled { throw CancellationError() }
                throw MillraceError(error)
            }
            guard answer.status == 200 else { throw MillraceError(refusal: answer) }
            return try answer.body.withUnsafeBytes(read)
        }
    }

    /// Reads one JSON text.
    static func read<Answer>(
        _ bytes: UnsafeRawBufferPointer, by reader: JSONReader = JSONReader(maxBytes: longestAnswer),
        _ read: (JSONValue) throws(Unreadable) -> Answer
    ) throws(MillraceError) -> Answer {
        do {
            return try reader.read(bytes) { value in
                Result { () throws(Unreadable) in try read(value) }
            }.get()
        } catch let fault as Unreadable {
            throw MillraceError(.unreadable, fault.description)
        } catch {
            throw MillraceError(.unreadable, "\(error)")
        }
    }

    /// Everything but what a query may hold as it is (RFC 3986), byte by byte.
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"),
                UInt8(ascii: ","):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
