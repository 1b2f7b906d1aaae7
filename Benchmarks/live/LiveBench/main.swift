import Glibc

// What cannot be measured from outside the process: see `Benchmarks/live/run.py`, which runs this and makes tables of its lines of JSON.

let usage = """
    LiveBench frames COUNT FRAMES-A-ROUND       frames to bars, stage by stage, on one thread
    LiveBench read FILE TIMES                   recorded frames, one a line, parsed and normalised
    LiveBench journal FOLDER TRADES             a day of trades through the journal, forced to the disk every 20,000
    LiveBench replay FOLDER                     the start of a recording on such a day
    LiveBench seal FOLDER                       that day as a file of the tape
    LiveBench follow URL CLIENTS SECONDS        clients of a stream of trades, and how late they are
    """

func number(_ place: Int) -> Int {
    guard let value = Int(CommandLine.arguments[place]), value > 0 else { fatalError("\(CommandLine.arguments[place]) is no number") }
    return value
}

let words = Array(CommandLine.arguments.dropFirst())
switch (words.first, words.count) {
case ("frames", 3): try FrameStages(count: number(2), round: number(3)).run()
case ("read", 3): try RecordedFrames(path: words[1], times: number(3)).run()
case ("journal", 3): try JournalDay(folder: words[1]).write(number(3))
case ("replay", 2): try JournalDay(folder: words[1]).replay()
case ("seal", 2): try JournalDay(folder: words[1]).seal()
case ("follow", 4): try StreamFollowers(url: words[1], clients: number(3), seconds: number(4)).run()
default:
    print(usage)
    exit(2)
}
