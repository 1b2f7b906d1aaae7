// swift-tools-version: 6.2
import PackageDescription

// The house, from the ground up (docs/architecture.md): nothing imports from a line above it, nor from its own line.

/// Every Swift target is built the same way: Swift 6 mode, warnings are errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// `scripts/setup` unpacks Arrow and Parquet here; `MILLRACE_SYSTEM_PARQUET=1` takes the system's instead.
let arrow = "\(Context.packageDirectory)/.deps/arrow"
let systemParquet = Context.environment["MILLRACE_SYSTEM_PARQUET"] == "1"

let parquetCompile: [CXXSetting] =
    [.define("NDEBUG")] + (systemParquet ? [] : [.unsafeFlags(["-isystem", "\(arrow)/include"])])

let parquetLink: [LinkerSetting] =
    [.linkedLibrary("stdc++")]
    + (systemParquet
        ? [.linkedLibrary("parquet"), .linkedLibrary("arrow")]
        : [.unsafeFlags(["-L\(arrow)/lib", "-lparquet", "-larrow"])])

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"],
        // What is tested is optimized; the tests themselves are run once, and take twice as long to optimize as to run.
        swiftSettings: strict + [.unsafeFlags(["-Onone"])],
        // The test bundle loads Arrow from where set-up put it.
        linkerSettings: systemParquet ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(arrow)/lib"])])
}

let shims: [Target] = [
    .systemLibrary(
        name: "CMicroHTTPD", path: "Sources/C/CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CMalloc", path: "Sources/C/CMalloc"),
    .systemLibrary(name: "CISAL", path: "Sources/C/CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CSQLite", path: "Sources/C/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
        name: "CCurl", path: "Sources/C/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", path: "Sources/C/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // libwslay comes without a .pc file.
    .systemLibrary(name: "CWslay", path: "Sources/C/CWslay", providers: [.apt(["libwslay-dev"])]),
    .target(
        name: "CWebSockets", path: "Sources/C/CWebSockets",
        linkerSettings: [.linkedLibrary("websockets"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    // Out of archives: their shared libraries would bring the X window system into every start of a server.
    .target(
        name: "CCairo", path: "Sources/C/CCairo", cSettings: [.unsafeFlags(["-isystem", "/usr/include/freetype2"])],
        linkerSettings: ["cairo", "pixman-1", "fontconfig", "freetype", "png16", "expat", "brotlidec", "brotlicommon"].map {
            .linkedLibrary(":lib\($0).a")
        } + [.linkedLibrary("z"), .linkedLibrary("m")]),
    .target(
        name: "CParquet", path: "Sources/C/CParquet", cxxSettings: parquetCompile, linkerSettings: parquetLink),
    .target(
        name: "CSimdJSON", path: "Sources/C/CSimdJSON", cxxSettings: [.define("NDEBUG")],
        linkerSettings: [.linkedLibrary("stdc++"), .linkedLibrary("simdjson")]),
]

let libraries: [Target] =
    shims + [
        library("Pipeline", ["CMalloc"]),
        library("SQLite", ["CSQLite"]),
        library("Config"),
        library("Notices"),
        library("MarketModel"),
        library("TapeSequencer", ["MarketModel"]),
        library("OrderFlow", ["MarketModel"]),
        library("Charts", ["MarketModel"]),
        library("TopScreen"),
        library("Drawing", ["Charts", "CCairo"]),
        library("Transport", ["Notices", "CMicroHTTPD", "CWslay", "CISAL", "COpenSSL", "CCurl", "CWebSockets", "Pipeline"]),
        library("Lake", ["Notices", "MarketModel", "TapeSequencer", "OrderFlow", "Pipeline", "SQLite", "CParquet", "COpenSSL", "CISAL"]),
        library("JSONReading", ["MarketModel", "CSimdJSON"]),
        library("Feeds", ["JSONReading", "MarketModel"]),
        library("MillraceClient", ["JSONReading", "MarketModel", "Pipeline", "Transport"]),
        library("Archives", ["MarketModel", "TapeSequencer", "Pipeline", "CISAL", "COpenSSL"]),
        library(
            "Recorder", ["Notices", "MarketModel", "TapeSequencer", "OrderFlow", "Lake", "Archives", "Feeds", "Transport", "Pipeline"]),
        library("ExchangeSimulator", ["JSONReading", "MarketModel", "Pipeline", "Transport", "Feeds", "CISAL", "COpenSSL"]),
        library("MarketService", ["Config", "Notices", "MarketModel", "TapeSequencer", "OrderFlow", "Lake", "Pipeline", "Recorder"]),
        library("Access", ["Notices", "MarketModel", "Config", "SQLite", "COpenSSL", "Pipeline"]),
        library(
            "VendorAPIs",
            [
                "JSONReading", "MarketModel", "OrderFlow", "TapeSequencer", "Transport", "Feeds", "Lake", "Recorder", "MarketService",
                "Access", "Pipeline", "COpenSSL",
            ]),
    ]

let millrace: Target = .executableTarget(
    name: "millrace",
    dependencies: [
        "Pipeline", "Config", "Notices", "MarketModel", "TapeSequencer", "OrderFlow", "Transport", "Lake", "Feeds", "Archives", "Recorder",
        "ExchangeSimulator", "MarketService",
        "Access",
        "VendorAPIs", "Charts", "Drawing", "MillraceClient", "TopScreen",
    ],
    swiftSettings: strict,
    // Run from .build/<triple>/release, or from PREFIX/bin: the binary finds its libraries by itself.
    linkerSettings: [
        .unsafeFlags(["-static-stdlib"]),
        .unsafeFlags([
            "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib", "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../../../.deps/arrow/lib",
            // DT_RPATH, not DT_RUNPATH: it also holds for what the libraries in PREFIX/lib need in turn.
            "-Xlinker", "--disable-new-dtags",
        ]),
    ])

let testTargets: [Target] = [
    // A process for tests to kill.
    .executableTarget(
        name: "JournalWriter", dependencies: ["Lake", "MarketModel"], path: "Tests/JournalWriter", swiftSettings: strict,
        linkerSettings: systemParquet ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(arrow)/lib"])]),
    // A server of option statistics for the vendors' own clients to ask: Conformance/opend.
    .executableTarget(
        name: "OpenDServer", dependencies: ["MarketModel", "MarketService", "Transport", "VendorAPIs"], path: "Tests/OpenDServer",
        swiftSettings: strict, linkerSettings: systemParquet ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(arrow)/lib"])]),
    // What `make bench` measures from within.
    .executableTarget(
        name: "LiveBench",
        dependencies: [
            "ExchangeSimulator", "Feeds", "Lake", "MarketModel", "MarketService", "OrderFlow", "Pipeline", "Recorder", "TapeSequencer",
            "Transport",
        ],
        path: "Benchmarks/live/LiveBench", swiftSettings: strict,
        linkerSettings: systemParquet ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(arrow)/lib"])]),
    .executableTarget(
        name: "OpenDBench", dependencies: ["CWslay", "Pipeline", "VendorAPIs"], path: "Benchmarks/opend/OpenDBench", swiftSettings: strict,
        linkerSettings: systemParquet ? [] : [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "\(arrow)/lib"])]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests("PipelineTests", ["Pipeline"]),
    tests("SQLiteTests", ["SQLite"]),
    tests("ConfigTests", ["Config"]),
    tests("NoticesTests", ["Notices"]),
    tests("MarketModelTests", ["MarketModel"]),
    tests("TapeSequencerTests", ["TapeSequencer", "MarketModel"]),
    tests("OrderFlowTests", ["OrderFlow", "MarketModel"]),
    tests("ChartsTests", ["Charts", "MarketModel"]),
    tests("TopScreenTests", ["TopScreen"]),
    tests("DrawingTests", ["Charts", "Drawing"]),
    tests("TransportTests", ["Transport", "Pipeline"]),
    tests("LakeTests", ["Pipeline", "SQLite", "Lake", "MarketModel", "OrderFlow", "TapeSequencer"]),
    tests("ArchivesTests", ["Archives", "TapeSequencer", "MarketModel", "CISAL"]),
    tests("JSONReadingTests", ["JSONReading", "MarketModel"]),
    tests("FeedsTests", ["Feeds", "JSONReading", "MarketModel"]),
    // Asks servers that are the built binary, and others that are none.
    tests("MillraceClientTests", ["MarketModel", "MillraceClient"]),
    tests("RecorderTests", ["Recorder", "Archives", "Lake", "MarketModel", "TapeSequencer", "OrderFlow"]),
    tests("ExchangeSimulatorTests", ["ExchangeSimulator", "MarketModel", "Transport", "Feeds"]),
    tests(
        "MarketServiceTests",
        ["MarketService", "Archives", "Config", "MarketModel", "OrderFlow", "Lake", "Recorder", "TapeSequencer"]),
    tests("AccessTests", ["Access", "Config", "MarketModel", "SQLite"]),
    tests(
        "VendorAPIsTests",
        ["VendorAPIs", "MarketModel", "MarketService", "Access", "Transport", "Lake", "OrderFlow", "Recorder", "TapeSequencer"]),
    // Recorders that follow the simulator over real sockets.
    tests(
        "LiveTests",
        [
            "Recorder", "MarketService", "ExchangeSimulator", "Feeds", "JSONReading", "Lake", "OrderFlow", "TapeSequencer", "MarketModel",
            "Transport", "Archives",
        ]),
    // Runs the built binary as a user does.
    tests("MillraceTests", ["MarketModel"]),
]

let package = Package(
    name: "millrace",
    products: [
        .executable(name: "millrace", targets: ["millrace"]),
        // With the values that it speaks in: venues, exact decimals, intervals.
        .library(name: "MillraceClient", targets: ["MillraceClient", "MarketModel"]),
    ],
    targets: libraries + [millrace] + testTargets,
    cxxLanguageStandard: .cxx20
)
