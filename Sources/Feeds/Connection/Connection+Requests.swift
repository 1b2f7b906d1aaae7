extension Connection {
    /// Queues the requests that subscribe a link to symbols.
    mutating func ask(for wanted: [String], on index: Int) {
        guard links[index].opened != nil, !wanted.isEmpty else { return }
        let requests = adapter.subscribe(wanted, firstRequest: requestCount + 1)
        requestCount += Int64(requests.count)
        links[index].enqueue(requests, awaits: true)
    }

    /// Sends what is queued, as fast as the venue allows.
    mutating func speak(on index: Int, now: Int64, into actions: inout [Action]) {
        guard links[index].opened != nil else { return }
        var link = links[index]
        var said = 0
        while said < link.queue.count, link.sends.take(now: now) {
            let (request, awaits) = link.queue[said]
            said += 1
            actions.append(.send(link: link.id, text: request.text))
            if awaits { link.pending.append(Link.Pending(request: request, sent: now)) }
        }
        link.queue.removeFirst(said)
        if link.isWhole, link.wholeSince == nil { link.wholeSince = now }
        links[index] = link
    }

    /// A refusal of one symbol is final; one of several is no word about each, so they are asked for one by one.
    mutating func refused(
        _ subject: Frame.Subject, reason: String, on index: Int, into actions: inout [Action]
    ) {
        let asked = links[index].answered(subject).filter { symbols.contains($0) }
        guard !asked.isEmpty else {
            // The symbols that it means stay without an answer, and are asked for again.
            actions.append(.deliver(.notice("refused: \(reason)")))
            return
        }
        if asked.count == 1 {
            giveUp(asked[0], reason: reason, into: &actions)
        } else {
            for symbol in asked { ask(for: [symbol], on: index) }
        }
    }

    /// Says again what was not answered in time; what was not answered three times is taken as refused.
    mutating func repeatUnanswered(on index: Int, now: Int64, into actions: inout [Action]) {
        let link = links[index]
        let late = link.pending.filter { now - $0.sent >= patience.answer }
        guard !late.isEmpty else { return }
        links[index].pending = link.pending.filter { now - $0.sent < patience.answer }
        var again: [String] = []
        for symbol in late.flatMap(\.request.symbols) where symbols.contains(symbol) {
            let tries = (link.tries[symbol] ?? 0) + 1
            links[index].tries[symbol] = tries
            if tries < 3 {
                again.append(symbol)
            } else {
                giveUp(symbol, reason: "no answer to three requests", into: &actions)
            }
        }
        ask(for: again, on: index)
    }

    private mutating func giveUp(_ symbol: String, reason: String, into actions: inout [Action]) {
        symbols.removeAll { $0 == symbol }
        watches[symbol] = nil
        actions.append(.deliver(.rejected(symbol: symbol, reason: reason)))
    }
}
