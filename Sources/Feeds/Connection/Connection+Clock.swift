extension Connection {
    /// Does what time asks for: attempts within the budget, pings, requests that wait, moves, and the end of links that are dead.
    public mutating func advance(now: Int64, budget: inout AttemptBudget, into actions: inout [Action]) {
        // From the last, since a link that ends leaves its place to the next.
        for index in links.indices.reversed() {
            repeatUnanswered(on: index, now: now, into: &actions)
            speak(on: index, now: now, into: &actions)
            check(index, now: now, into: &actions)
        }
        guard !symbols.isEmpty else { return stop(reason: "nothing is left to subscribe to", into: &actions) }
        finishMove(now: now, into: &actions)
        watch(now: now, into: &actions)
        let isWanted = links.isEmpty || links.count == 1 && now >= moveAt ?? .max
        if isWanted, now >= retryAt, budget.take(now: now) { connect(now: now, into: &actions) }
    }

    private mutating func connect(now: Int64, into actions: inout [Action]) {
        linkCount += 1
        let address = url % max(1, adapter.urls.count)
        links.append(Link(id: linkCount, url: address, now: now, limits: limits))
        actions.append(.connect(link: linkCount, url: adapter.urls[address]))
    }

    /// Pings a link, and ends one that does not open or is silent.
    private mutating func check(_ index: Int, now: Int64, into actions: inout [Action]) {
        let link = links[index]
        guard link.opened != nil else {
            guard now - link.began >= patience.opening else { return }
            actions.append(.close(link: link.id))
            lose(index, reason: "no answer within \(patience.opening / Patience.second) s", now: now, into: &actions)
            return
        }
        if now - link.lastFrame >= Int64(limits.silence) * Patience.second {
            actions.append(.close(link: link.id))
            lose(index, reason: "nothing received for \(limits.silence) s", now: now, into: &actions)
        } else if now - link.lastPing >= Int64(limits.pingEvery) * Patience.second {
            links[index].lastPing = now
            actions.append(limits.ping.map { .send(link: link.id, text: $0) } ?? .ping(link: link.id))
        }
    }

    /// A link is gone: its successor takes over, or another attempt waits for its time.
    mutating func lose(_ index: Int, reason: String, now: Int64, into actions: inout [Action]) {
        let lost = links.remove(at: index)
        // A link that delivered for a while shows that the venue is well.
        let wasWell = lost.firstTrade != nil && now - lost.began >= patience.retry.upperBound
        failures = wasWell ? 0 : failures + 1
        let wait = min(patience.retry.upperBound, patience.retry.lowerBound << Int64(min(max(0, failures - 1), 20)))
        retryAt = now + jitter.next(in: wait / 2...wait)
        if lost.firstTrade == nil { url = lost.url + 1 }
        guard index == 0 else { return }
        // Both were subscribed: nothing was missed.
        if let successor = links.first, successor.isWhole {
            moved(to: successor, now: now)
            return
        }
        actions.append(.deliver(lost.opened == nil ? .notice("cannot connect: \(reason)") : .disconnected(reason: reason)))
        moveAt = nil
        guard let successor = links.first else { return }
        moved(to: successor, now: now)
        guard successor.opened != nil else { return }
        actions.append(.deliver(.connected))
        let granted = successor.granted.filter { symbols.contains($0) }
        if !granted.isEmpty { actions.append(.deliver(.subscribed(granted))) }
    }

    /// Closes what is open; a connection that has no symbols does so by itself, and begins again with the first that is added.
    public mutating func stop(reason: String, into actions: inout [Action]) {
        for link in links { actions.append(.close(link: link.id)) }
        if links.first?.opened != nil { actions.append(.deliver(.disconnected(reason: reason))) }
        links = []
        moveAt = nil
    }

    private mutating func moved(to successor: Link, now: Int64) {
        moveAt = nil
        lastMove = now
        url = successor.url
        watches = Dictionary(
            symbols.map { ($0, watches[$0] ?? SymbolWatch(now: now)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Lets the old link go when the new one is subscribed and delivers; or the new one, when only the old one delivers.
    private mutating func finishMove(now: Int64, into actions: inout [Action]) {
        guard links.count == 2, let whole = links[1].wholeSince, now - whole >= patience.overlap else { return }
        let (old, new) = (links[0], links[1])
        if new.firstTrade == nil, let last = old.lastTrade, last > whole {
            actions.append(.close(link: new.id))
            lose(1, reason: "delivers nothing", now: now, into: &actions)
            actions.append(.deliver(.notice("a second connection is granted everything and delivers nothing; the first one is kept")))
        } else {
            actions.append(.close(link: old.id))
            links.removeFirst()
            moved(to: new, now: now)
        }
    }

    /// Decides when to move: before the venue's limit, and when data stops although the link is up.
    private mutating func watch(now: Int64, into actions: inout [Action]) {
        guard moveAt == nil, links.count == 1, let link = links.first, let opened = link.opened else { return }
        if now >= link.rotateAt {
            moveAt = now
            return
        }
        if let lastMove, now - lastMove < patience.betweenMoves { return }
        if link.firstTrade == nil, let whole = link.wholeSince, now - whole >= patience.firstTrade << min(muteLinks, 6) {
            muteLinks += 1
            url = link.url + 1
            moveAt = now
            actions.append(
                .deliver(.notice("subscribed \((now - opened) / Patience.second) s ago and nothing printed: trying another connection")))
            return
        }
        // A link that never delivered is the case above, and one that is not whole waits for answers.
        guard link.firstTrade != nil, link.isWhole else { return }
        for symbol in symbols {
            guard let watch = watches[symbol], watch.isSuspicious(now: now) else { continue }
            let silence = (now - watch.last) / Patience.second
            watches[symbol]?.alarmed(now: now)
            moveAt = now
            actions.append(
                .deliver(.notice("\(symbol) has printed nothing for \(silence) s, longer than it used to: trying another connection")))
            return
        }
    }
}
