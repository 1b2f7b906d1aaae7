import Access
import Glibc
import Lake
import MarketService
import Transport
import VendorAPIs

extension Command {
    static let serve = Command(
        name: "serve",
        summary: "Serve order flow over HTTP from a data directory",
        discussion: """
            Prints 'millrace ready http://HOST:PORT' when it answers. SIGTERM and SIGINT end it: requests in flight are answered first,
            for up to --grace seconds.

            On loopback everything is open until a key is made ('millrace keys create'). Any other --host wants keys, or does not start.
            """,
        options: [
            .data(),
            CommandOption("host", "HOST", "The address to listen on", default: "127.0.0.1"),
            CommandOption("port", "N", "The port; 0 picks a free one", default: "8080"),
            .threads,
            CommandOption("grace", "S", "Seconds that requests in flight are given at the end", default: "10"),
        ],
        examples: [
            CommandExample("millrace serve --data data", "serve on http://127.0.0.1:8080"),
            CommandExample("curl 'http://127.0.0.1:8080/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000'", "ask it"),
        ]
    ) { arguments, console in
        let data = try arguments.required("data")
        let host = arguments.value("host") ?? "127.0.0.1"
        let service = try FlowService(
            data: data, host: host, port: try arguments.integer("port", in: 0...65535, default: 8080), threads: try arguments.threads())
        // Blocked before and waited for after: a signal that comes while the line below is printed is not lost.
        try console.print("millrace ready \(service.url)")
        let signal = EndSignals.wait()
        console.note("stopping after \(signal == SIGINT ? "SIGINT" : "SIGTERM"): finishing what is in flight")
        service.stop(grace: Double(try arguments.integer("grace", in: 0...3600, default: 10)))
        return .success
    }
}
