import Glibc
import MillraceClient
import Pipeline
import TopScreen

/// `millrace top` on a terminal: what comes from the server, from the keyboard and from signals, one after the other.
struct TopSession {
    private enum Event: Sendable {
        case model(TopModel)
        /// The server did not answer.
        case fault(String)
        case keys([TopKey])
        /// The terminal is gone.
        case hangUp
        case signal(Int32)
    }

    private let terminal: Terminal
    private let events = Condition<[Event]>([])
    private let colour: Bool
    private var model: TopModel
    private var view = TopView()

    /// Begins to ask, to read keys and to take signals; nothing is drawn yet.
    init(_ millrace: Millrace, url: String, milliseconds: Int, colour: Bool) throws {
        self.colour = colour
        model = TopModel(url: url)
        // Before any thread is started, since threads inherit what is blocked.
        let signals = TerminalSignals()
        terminal = try Terminal()
        let events = events
        signals.forEach { number in events.withLock { $0.append(.signal(number)) } }
        Terminal.forEachKeys { keys in events.withLock { $0.append(keys.map { .keys($0) } ?? .hangUp) } }
        Task {
            var asking = TopAsking(millrace)
            while true {
                do {
                    let model = try await asking.ask(url: url)
                    events.withLock { $0.append(.model(model)) }
                } catch {
                    let text = "Not answering, asked every \(TopText.duration(Int64(milliseconds) * 1000)): \(error)"
                    events.withLock { $0.append(.fault(text)) }
                }
                try await Task.sleep(for: .milliseconds(milliseconds))
            }
        }
    }

    /// Shows it until the user has enough; the terminal is then as it was, whatever ended it.
    mutating func run() throws {
        terminal.enter()
        defer { terminal.leave() }
        var screen = draw()
        while true {
            let come = events.wait { events -> [Event]? in
                defer { events = [] }
                return events.isEmpty ? nil : events
            }
            for event in come {
                switch event {
                case .model(let model): self.model = model
                case .fault(let text): model.fault = text
                case .keys(let keys): for key in keys where !view.take(key, on: screen) { return }
                case .hangUp: return
                case .signal(SIGWINCH): break
                case .signal(SIGTSTP): terminal.pause()
                case .signal: return
                }
            }
            screen = draw()
        }
    }

    private func draw() -> TopScreen {
        let (width, height) = Terminal.size()
        let screen = TopScreen(model, view, width: width, height: height)
        terminal.draw(screen.lines.map { $0.drawn(colour: colour) })
        return screen
    }
}
