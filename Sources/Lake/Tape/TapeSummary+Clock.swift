import MarketModel

extension TapeSummary {
    /// The same tape with arrival times in the place of event times: of its days, of what a range asks for and of the trades that are read.
    /// They come in the order of the tape all the same, so that times may step back.
    ///
    /// - Returns: nil if a trade that happened or arrived in the range has no arrival time, as those of imports have none.
    public func onArrival(from: Int64, to: Int64) -> TapeSummary? {
        let touches = { (first: Int64, last: Int64) in first < to && last >= from }
        for day in days where touches(day.firstTime, day.lastTime) || touches(day.arrivals.first, day.arrivals.last) {
            if day.arrivals.rows < day.rows { return nil }
        }
        var tape = self
        tape.clock = .arrival
        tape.days = days.filter { $0.arrivals.rows > 0 }.map { day in
            var day = day
            (day.firstTime, day.lastTime) = (day.arrivals.first, day.arrivals.last)
            return day
        }
        return tape
    }
}
