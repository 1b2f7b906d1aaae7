// The Parquet schema of a tape file, and the order of its columns.
#pragma once

#include "CParquet.h"

#include <parquet/properties.h>
#include <parquet/schema.h>

#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct TapeColumn {
    int flag;  // MR_COLUMN_*
    std::string name;
    bool compressed;
};

/// The columns of a layout, in file order.
///
/// Prices and sides stay uncompressed: packed deltas of ticks and single bits shrink by a tenth at most, and reading them is faster so.
inline std::vector<TapeColumn> tapeColumns(const mr_tape_layout &layout) {
    std::vector<TapeColumn> columns;
    if (layout.id_kind != MR_ID_NONE) columns.push_back({MR_COLUMN_ID, "id", true});
    columns.push_back({MR_COLUMN_TIME, "time", true});
    columns.push_back({MR_COLUMN_PRICE, "price", false});
    columns.push_back({MR_COLUMN_QUANTITY, "quantity", true});
    columns.push_back({MR_COLUMN_SIDE, "taker_side", false});
    columns.push_back({MR_COLUMN_FILLS, "fills", true});
    if (layout.ordinal != 0) columns.push_back({MR_COLUMN_ORDINAL, "ordinal", true});
    columns.push_back({MR_COLUMN_ARRIVAL, "ts_recv", false});
    columns.push_back({MR_COLUMN_SOURCE, "source", true});
    return columns;
}

inline std::shared_ptr<parquet::schema::GroupNode> tapeSchema(const mr_tape_layout &layout) {
    using namespace parquet;
    using schema::PrimitiveNode;
    const auto utc = LogicalType::Timestamp(true, LogicalType::TimeUnit::MICROS);
    schema::NodeVector nodes;
    for (const auto &column : tapeColumns(layout)) {
        const auto &name = column.name;
        switch (column.flag) {
        case MR_COLUMN_ID:
            nodes.push_back(
                layout.id_kind == MR_ID_UUID
                    ? PrimitiveNode::Make(name, Repetition::REQUIRED, LogicalType::UUID(), Type::FIXED_LEN_BYTE_ARRAY, 16)
                    : PrimitiveNode::Make(name, Repetition::REQUIRED, Type::INT64));
            break;
        case MR_COLUMN_TIME: nodes.push_back(PrimitiveNode::Make(name, Repetition::REQUIRED, utc, Type::INT64)); break;
        case MR_COLUMN_PRICE:
            nodes.push_back(
                PrimitiveNode::Make(name, Repetition::REQUIRED, LogicalType::Decimal(18, layout.price_scale), Type::INT64));
            break;
        case MR_COLUMN_QUANTITY:
            nodes.push_back(
                PrimitiveNode::Make(name, Repetition::REQUIRED, LogicalType::Decimal(18, layout.quantity_scale), Type::INT64));
            break;
        case MR_COLUMN_SIDE:
        case MR_COLUMN_SOURCE:
            nodes.push_back(PrimitiveNode::Make(name, Repetition::REQUIRED, LogicalType::Int(8, true), Type::INT32));
            break;
        case MR_COLUMN_ARRIVAL: nodes.push_back(PrimitiveNode::Make(name, Repetition::OPTIONAL, utc, Type::INT64)); break;
        default: nodes.push_back(PrimitiveNode::Make(name, Repetition::REQUIRED, Type::INT32)); break;
        }
    }
    return std::static_pointer_cast<schema::GroupNode>(schema::GroupNode::Make("trade", Repetition::REQUIRED, nodes));
}

inline std::shared_ptr<parquet::WriterProperties> tapeProperties(const mr_tape_layout &layout) {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)->created_by("millrace")->compression(parquet::Compression::UNCOMPRESSED);
    for (const auto &column : tapeColumns(layout)) {
        if (column.compressed) builder.compression(column.name, parquet::Compression::ZSTD);
    }
    return builder.build();
}

}  // namespace millrace
