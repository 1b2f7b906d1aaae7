import Glibc

// Asks an OpenD server as fast as it answers: see `Benchmarks/opend/run.py`, which runs this and makes tables of its lines of JSON.

let usage = """
    OpenDBench PORT ask CONNECTIONS DEPTH SECONDS alive                      signs of life
    OpenDBench PORT ask CONNECTIONS DEPTH SECONDS statistic BEGIN END        3301: the volume of options on US securities
    OpenDBench PORT idle CONNECTIONS                                         connections that begin and say no more, until the input ends
    """

func number(_ word: String) -> Int {
    guard let value = Int(word), value > 0 else { fatalError("\(word) is no number") }
    return value
}

// Ten thousand connections.
var limit = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
limit.rlim_cur = limit.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

let words = Array(CommandLine.arguments.dropFirst())
switch (words.dropFirst().first, words.count) {
case ("ask", 6) where words[5] == "alive":
    try Load(
        port: number(words[0]), connections: number(words[2]), depth: number(words[3]), seconds: number(words[4]), question: .alive
    ).run()
case ("ask", 8) where words[5] == "statistic":
    try Load(
        port: number(words[0]), connections: number(words[2]), depth: number(words[3]), seconds: number(words[4]),
        question: .statistic(begin: words[6], end: words[7])
    ).run()
case ("idle", 3):
    let links = try (0..<number(words[2])).map { _ in try Link(port: number(words[0])) }
    print("{\"connections\":\(links.count)}")
    fflush(nil)
    while getchar() != EOF {}
    withExtendedLifetime(links) {}
default:
    print(usage)
    exit(2)
}
