#include "CParquet.h"

#include "support.hpp"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <limits>
#include <memory>
#include <vector>

using namespace millrace;

struct mr_raw_writer {
    std::shared_ptr<DescriptorSink> sink;
    std::shared_ptr<arrow::Schema> schema;
    std::shared_ptr<arrow::Array> sides;
    std::unique_ptr<parquet::arrow::FileWriter> parquet;
};

namespace {

std::shared_ptr<arrow::DataType> utcTime() { return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"); }

std::shared_ptr<parquet::WriterProperties> properties() {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)
        ->created_by("millrace")
        ->compression(parquet::Compression::ZSTD)
        ->compression_level(1)
        ->enable_page_checksum()
        ->disable_dictionary()
        ->enable_dictionary("side")
        ->encoding("exchange_timestamp", parquet::Encoding::DELTA_BINARY_PACKED)
        ->encoding("id", parquet::Encoding::DELTA_BINARY_PACKED)
        ->encoding("price", parquet::Encoding::BYTE_STREAM_SPLIT)
        ->encoding("amount", parquet::Encoding::BYTE_STREAM_SPLIT)
        // Least and greatest words and amounts help nobody to skip anything.
        ->disable_statistics("side")
        ->disable_statistics("amount")
        ->max_row_group_length(std::numeric_limits<int64_t>::max());
    return builder.build();
}

std::shared_ptr<arrow::Buffer> view(const void *data, int64_t size) {
    return std::make_shared<arrow::Buffer>(static_cast<const uint8_t *>(data), size);
}

std::shared_ptr<arrow::Array> flat(const std::shared_ptr<arrow::DataType> &type, int64_t rows, const void *values, int64_t width) {
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {nullptr, view(values, rows * width)}, 0));
}

std::shared_ptr<arrow::Array> arrivals(int64_t rows, const int64_t *times) {
    if (times == nullptr) return check(arrow::MakeArrayOfNull(utcTime(), rows));
    arrow::TimestampBuilder builder(utcTime(), arrow::default_memory_pool());
    check(builder.Reserve(rows));
    for (int64_t row = 0; row < rows; row++) {
        if (times[row] == 0) {
            builder.UnsafeAppendNull();
        } else {
            builder.UnsafeAppend(times[row]);
        }
    }
    return check(builder.Finish());
}

std::shared_ptr<arrow::RecordBatch> batch(const mr_raw_writer &writer, const mr_raw_rows &rows) {
    const int64_t count = rows.rows;
    return arrow::RecordBatch::Make(
        writer.schema, count,
        {flat(utcTime(), count, rows.time, 8), arrivals(count, rows.arrival),
         rows.id == nullptr ? check(arrow::MakeArrayOfNull(arrow::int64(), count)) : flat(arrow::int64(), count, rows.id, 8),
         check(arrow::DictionaryArray::FromArrays(
             arrow::dictionary(arrow::int8(), arrow::utf8()), flat(arrow::int8(), count, rows.side, 1), writer.sides)),
         flat(arrow::float64(), count, rows.price, 8), flat(arrow::float64(), count, rows.amount, 8)});
}

}  // namespace

mr_raw_writer *mr_raw_open(int fd, int metadata, const char *const *keys, const char *const *values, char **error) {
    return guarded<mr_raw_writer *>(error, nullptr, [&] {
        auto writer = std::make_unique<mr_raw_writer>();
        writer->sink = std::make_shared<DescriptorSink>(fd);
        auto pairs = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < metadata; pair++) pairs->Append(keys[pair], values[pair]);
        writer->schema = arrow::schema(
            {arrow::field("exchange_timestamp", utcTime(), false), arrow::field("local_timestamp", utcTime()),
             arrow::field("id", arrow::int64()), arrow::field("side", arrow::dictionary(arrow::int8(), arrow::utf8()), false),
             arrow::field("price", arrow::float64(), false), arrow::field("amount", arrow::float64(), false)});
        arrow::StringBuilder sides;
        check(sides.AppendValues(std::vector<std::string>{"buy", "sell", "unknown"}));
        writer->sides = check(sides.Finish());
        writer->parquet =
            check(parquet::arrow::FileWriter::Open(*writer->schema, arrow::default_memory_pool(), writer->sink, properties()));
        check(writer->parquet->AddKeyValueMetadata(pairs));
        return writer.release();
    });
}

int mr_raw_append(mr_raw_writer *writer, int stretches, const mr_raw_rows *rows, char **error) {
    return guarded<int>(error, -1, [&] {
        std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
        for (int stretch = 0; stretch < stretches; stretch++) batches.push_back(batch(*writer, rows[stretch]));
        auto table = check(arrow::Table::FromRecordBatches(writer->schema, batches));
        check(writer->parquet->WriteTable(*table, std::max<int64_t>(1, table->num_rows())));
        return 0;
    });
}

int mr_raw_finish(mr_raw_writer *writer, char **error) {
    return guarded<int>(error, -1, [&] {
        check(writer->parquet->Close());
        return 0;
    });
}

void mr_raw_free(mr_raw_writer *writer) {
    guarded<int>(nullptr, 0, [&] {
        delete writer;
        return 0;
    });
}
