import CCurl
import Glibc
import Pipeline

/// One handle of libcurl with its connections, at work for one request at a time.
///
/// `@unchecked Sendable`: the client hands it to one thread at a time.
final class HTTPTransfer: @unchecked Sendable {
    /// How long a peer may be silent, and who gets the bytes of a good answer as they come.
    typealias Stream = (silenceSeconds: Int, take: (UnsafeRawBufferPointer) -> Bool)

    private let handle: UnsafeMutableRawPointer
    private let options: ClientOptions
    private let stream: Stream?
    private let message: UnsafeMutablePointer<CChar>
    private var body: [UInt8] = []
    private var headers: [HTTPAnswer.Field] = []
    private var headerBytes = 0
    private var isTooLarge = false
    private var cancellation: Cancellation?
    /// When something came last, in nanoseconds; of streams.
    private var lastHeard: Int64 = 0

    private static let mostHeaderBytes = 1 << 18

    init?(options: ClientOptions, stream: Stream? = nil) {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.options = options
        self.stream = stream
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, options.connectSeconds * 1000)
        if stream == nil { set(CURLOPT_TIMEOUT_MS, options.totalSeconds * 1000) }
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        set(CURLOPT_USERAGENT, options.userAgent)
        if let file = options.caFile {
            set(CURLOPT_CAINFO, file)
            // Otherwise the system's folder of authorities would be trusted as well.
            _ = millrace_curl_set_pointer(handle, CURLOPT_CAPATH, nil)
        }
        _ = millrace_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
        _ = millrace_curl_set_sink(handle, CURLOPT_WRITEFUNCTION, HTTPTransfer.takeBody)
        _ = millrace_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = millrace_curl_set_sink(handle, CURLOPT_HEADERFUNCTION, HTTPTransfer.takeHeader)
        _ = millrace_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        _ = millrace_curl_set_progress(handle, HTTPTransfer.goOn)
        _ = millrace_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
        set(CURLOPT_NOPROGRESS, 0)
    }

    deinit {
        curl_easy_cleanup(handle)
        message.deallocate()
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = millrace_curl_set_number(handle, option, value) }

    private func set(_ option: CURLoption, _ text: String) {
        // libcurl takes a copy of a text.
        _ = text.withCString { millrace_curl_set_pointer(handle, option, $0) }
    }

    func perform(_ url: String, proxy: ProxyRule.Proxy?, headers fields: [Header], body sent: [UInt8]?, cancellation: Cancellation?)
        throws(HTTPClientError) -> HTTPAnswer
    {
        self.cancellation = cancellation
        body = []
        headers = []
        headerBytes = 0
        isTooLarge = false
        message[0] = 0
        lastHeard = MonotonicClock.nanoseconds()
        set(CURLOPT_URL, url)
        // Both are always said, since libcurl would otherwise look into the environment itself.
        set(CURLOPT_PROXY, proxy.map { "http://" + $0.text() } ?? "")
        set(CURLOPT_NOPROXY, "")
        var list: UnsafeMutablePointer<curl_slist>?
        // No "Expect: 100-continue": a round trip for nothing.
        for line in fields.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
            let clean = String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 }))
            list = curl_slist_append(list, clean) ?? list
        }
        defer { curl_slist_free_all(list) }
        _ = millrace_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
        let result = send(sent)
        // The list ends with this call.
        _ = millrace_curl_set_pointer(handle, CURLOPT_HTTPHEADER, nil)
        self.cancellation = nil
        defer { body = [] }
        guard result == CURLE_OK else { throw failure(result, url: url, wasCancelled: cancellation?.isCancelled ?? false) }
        return HTTPAnswer(status: millrace_curl_status(handle), headers: headers, body: body)
    }

    private func send(_ bytes: [UInt8]?) -> CURLcode {
        guard let bytes else {
            set(CURLOPT_HTTPGET, 1)
            return curl_easy_perform(handle)
        }
        set(CURLOPT_POST, 1)
        set(CURLOPT_POSTFIELDSIZE, bytes.count)
        return bytes.withUnsafeBytes { buffer in
            // A body of no bytes has no address, and without one libcurl would ask for a body elsewhere.
            "".withCString { empty in
                _ = millrace_curl_set_pointer(handle, CURLOPT_POSTFIELDS, buffer.baseAddress ?? UnsafeRawPointer(empty))
                let result = curl_easy_perform(handle)
                _ = millrace_curl_set_pointer(handle, CURLOPT_POSTFIELDS, nil)
                return result
            }
        }
    }

    private func failure(_ result: CURLcode, url: String, wasCancelled: Bool) -> HTTPClientError {
        if result == CURLE_ABORTED_BY_CALLBACK, wasCancelled { return HTTPClientError(code: .cancelled, url: url) }
        if isTooLarge { return HTTPClientError(code: .tooLarge(options.maximumBody), url: url) }
        if result == CURLE_ABORTED_BY_CALLBACK, let stream {
            return HTTPClientError(
                code: .transfer(CURLE_OPERATION_TIMEDOUT.rawValue), url: url, detail: "silent for \(stream.silenceSeconds) s")
        }
        let words = String(cString: message)
        let said = words.isEmpty ? String(cString: curl_easy_strerror(result)) : words
        return HTTPClientError(code: .transfer(result.rawValue), url: url, detail: said)
    }

    // MARK: What libcurl calls

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
        // The handle calls back during its own transfer only, which the transfer's owner waits for.
        context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let takeBody: millrace_curl_sink = { bytes, size, count, context in
        guard let transfer = transfer(context), let bytes else { return 0 }
        let length = size * count
        if let stream = transfer.stream, millrace_curl_status(transfer.handle) == 200 {
            guard stream.take(UnsafeRawBufferPointer(start: bytes, count: length)) else { return 0 }
            // Behind what `take` waited for, which is not the peer's silence.
            transfer.lastHeard = MonotonicClock.nanoseconds()
            return length
        }
        guard transfer.body.count + length <= transfer.options.maximumBody else {
            transfer.isTooLarge = true
            return 0
        }
        transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
        return length
    }

    private static let takeHeader: millrace_curl_sink = { bytes, size, count, context in
        guard let transfer = transfer(context), let bytes else { return 0 }
        let length = size * count
        transfer.take(header: UnsafeRawBufferPointer(start: bytes, count: length))
        guard transfer.headerBytes <= mostHeaderBytes else { return 0 }
        return length
    }

    private static let goOn: millrace_curl_progress = { context, _, _, _, _ in
        guard let transfer = transfer(context) else { return 1 }
        return transfer.cancellation?.isCancelled == true || transfer.isSilent ? 1 : 0
    }

    private var isSilent: Bool {
        stream.map { MonotonicClock.nanoseconds() - lastHeard > Int64($0.silenceSeconds) * 1_000_000_000 } ?? false
    }

    private func take(header line: UnsafeRawBufferPointer) {
        headerBytes += line.count
        // A new answer begins: what came before was a proxy's, or "100 Continue".
        if line.starts(with: "HTTP/".utf8) {
            headers = []
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value = value.dropLast() }
        headers.append(
            HTTPAnswer.Field(
                name: String(decoding: line[..<colon], as: UTF8.self).lowercased(), value: String(decoding: value, as: UTF8.self)))
    }
}
