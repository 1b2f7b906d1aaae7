import CParquet
import MarketModel

extension TradeColumns {
    /// Calls `body` with pointers to the columns, valid during the call.
    func withColumnPointers<Result>(_ body: (mr_tape_rows) -> Result) -> Result {
        id.withUnsafeBufferPointer { id in
            idHigh.withUnsafeBufferPointer { idHigh in
                time.withUnsafeBufferPointer { time in
                    price.withUnsafeBufferPointer { price in
                        quantity.withUnsafeBufferPointer { quantity in
                            side.withUnsafeBufferPointer { side in
                                fills.withUnsafeBufferPointer { fills in
                                    arrival.withUnsafeBufferPointer { arrival in
                                        source.withUnsafeBufferPointer { source in
                                            body(
                                                mr_tape_rows(
                                                    id: id.baseAddress, id_high: idHigh.baseAddress, time: time.baseAddress,
                                                    price: price.baseAddress, quantity: quantity.baseAddress, side: side.baseAddress,
                                                    fills: fills.baseAddress, ordinal: nil,
                                                    arrival: arrival.isEmpty ? nil : arrival.baseAddress,
                                                    source: source.isEmpty ? nil : source.baseAddress))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` with pointers to the columns for writing, valid during the call.
    mutating func withMutableColumnPointers<Result>(_ body: (mr_tape_target) -> Result) -> Result {
        id.withUnsafeMutableBufferPointer { id in
            idHigh.withUnsafeMutableBufferPointer { idHigh in
                time.withUnsafeMutableBufferPointer { time in
                    price.withUnsafeMutableBufferPointer { price in
                        quantity.withUnsafeMutableBufferPointer { quantity in
                            side.withUnsafeMutableBufferPointer { side in
                                fills.withUnsafeMutableBufferPointer { fills in
                                    arrival.withUnsafeMutableBufferPointer { arrival in
                                        source.withUnsafeMutableBufferPointer { source in
                                            body(
                                                mr_tape_target(
                                                    id: id.baseAddress, id_high: idHigh.baseAddress, time: time.baseAddress,
                                                    price: price.baseAddress, quantity: quantity.baseAddress, side: side.baseAddress,
                                                    fills: fills.baseAddress, ordinal: nil, arrival: arrival.baseAddress,
                                                    source: source.baseAddress))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
