import MarketModel
import Transport

/// Rows about options as venues write them.
enum OptionWire {
    /// OKX's row on `option-trades` and of `public/option-trades`.
    static func okx(_ print: OptionPrint) -> WireValue {
        let contract = print.option.contract
        return .object([
            "fillVol": .text(FixedPoint(mantissa: print.volatility.mantissa, scale: print.volatility.scale + 2)),
            "fwdPx": .text(print.index),
            "idxPx": .text(print.index), "instFamily": .text(contract.family.name), "instId": .text(contract.symbol),
            "markPx": .text(print.price), "optType": .text(contract.type == .call ? "C" : "P"), "px": .text(print.price),
            "side": .text(print.side.name), "sz": .text(print.contracts), "tradeId": .text("\(print.sequence)"),
            "ts": .millisecondsText(print.time),
        ])
    }

    /// OKX's row of `market/history-trades`, which says less.
    static func okxHistory(_ print: OptionPrint) -> WireValue {
        .object([
            "instId": .text(print.option.contract.symbol), "side": .text(print.side.name), "sz": .text(print.contracts),
            "source": .text("0"),
            "px": .text(print.price), "tradeId": .text("\(print.sequence)"), "ts": .millisecondsText(print.time),
        ])
    }

    /// OKX's block with all its legs; `strategy` over REST only.
    static func okx(_ block: OptionBlock, withStrategy: Bool) -> WireValue {
        let legs = block.legs.indices.map { place -> WireValue in
            let leg = block.legs[place]
            return .object([
                "px": .text(leg.price), "sz": .text(leg.contracts), "instId": .text(leg.symbol), "side": .text(leg.side.name),
                "tradeId": .text(block.ids[place]),
            ])
        }
        return .object([
            "strategy": withStrategy ? .text(block.legs.count == 1 ? "CALL" : "CUSTOM") : .missing, "cTime": .millisecondsText(block.time),
            "blockTdId": .text(block.id), "groupId": .text(block.group), "legs": .list(legs),
        ])
    }

    /// OKX's row on `public-block-trades`: one leg.
    static func okx(leg place: Int, of block: OptionBlock) -> WireValue {
        let leg = block.legs[place]
        return .object([
            "fillVol": .text("0.55"), "fwdPx": .text(block.index), "groupId": .text(block.group), "idxPx": .text(block.index),
            "instId": .text(leg.symbol), "markPx": .text(leg.price), "px": .text(leg.price), "side": .text(leg.side.name),
            "sz": .text(leg.contracts), "tradeId": .text(block.ids[place]), "ts": .millisecondsText(block.time),
        ])
    }

    /// OKX's row of `public/open-interest`.
    static func okx(_ open: SimulatedOptionInterest) -> WireValue {
        .object([
            "instId": .text(open.contract.symbol), "instType": .text("OPTION"), "oi": .text(open.contracts), "oiCcy": .text(open.coins),
            "oiUsd": .text(open.usd), "ts": .millisecondsText(open.time),
        ])
    }

    /// Deribit's row of `get_book_summary_by_currency`; of its market it tells nothing.
    static func deribit(_ open: SimulatedOptionInterest) -> WireValue {
        let contract = open.contract
        return .object([
            "instrument_name": .text(contract.symbol), "base_currency": .text(contract.coin), "quote_currency": .text(contract.coin),
            "open_interest": .number(open.coins), "underlying_price": .number(open.index),
            "underlying_index": .text("\(contract.coin)-\(OptionContract.deribitDate(contract.expiry))"),
            "estimated_delivery_price": .number(open.index), "creation_timestamp": .milliseconds(open.time), "interest_rate": .number("0"),
            "volume": .number("0"), "volume_usd": .number("0"), "mark_price": .null, "mid_price": .null, "bid_price": .null,
            "ask_price": .null, "last": .null, "high": .null, "low": .null, "price_change": .null,
        ])
    }

    /// Deribit's row, on streams and over REST; a combo's own print under its own name.
    static func deribit(_ print: OptionPrint) -> WireValue {
        .object([
            "trade_seq": .number("\(print.sequence)"), "trade_id": .text(print.isCombo ? print.combo?.id ?? "" : print.id),
            "timestamp": .milliseconds(print.time), "tick_direction": .number("1"), "price": .number(print.price),
            "mark_price": .number(print.price), "iv": print.isCombo ? .missing : .number(print.volatility),
            "instrument_name": .text(print.isCombo ? print.combo?.name ?? "" : print.option.contract.symbol),
            "index_price": .number(print.index), "direction": .text(print.side.name), "contracts": .number(print.contracts),
            "amount": .number(print.contracts), "block_trade_id": print.block.map { .text($0) } ?? .missing,
            "block_trade_leg_count": print.block == nil ? .missing : .number("2"),
            "combo_id": print.isCombo ? .missing : print.combo.map { .text($0.name) } ?? .missing,
            "combo_trade_id": print.isCombo ? .missing : print.combo.map { .text($0.id) } ?? .missing,
        ])
    }
}
