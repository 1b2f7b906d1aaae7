#include "CParquet.h"

#include "support.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <memory>
#include <vector>

using namespace millrace;

struct mr_metric_writer {
    std::shared_ptr<DescriptorSink> sink;
    std::shared_ptr<arrow::Schema> schema;
    std::shared_ptr<arrow::ipc::RecordBatchWriter> stream;
    std::unique_ptr<parquet::arrow::FileWriter> parquet;
};

static std::shared_ptr<arrow::DataType> dataType(int kind) {
    switch (kind) {
    case MR_METRIC_DOUBLE: return arrow::float64();
    case MR_METRIC_INT64: return arrow::int64();
    case MR_METRIC_TIMESTAMP: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case MR_METRIC_TEXT: return arrow::utf8();
    default: throw std::runtime_error("unknown column kind");
    }
}

static std::shared_ptr<arrow::Buffer> view(const void *data, int64_t size) {
    static const uint8_t nothing = 0;
    return std::make_shared<arrow::Buffer>(data == nullptr ? &nothing : static_cast<const uint8_t *>(data), size);
}

/// Arrow keeps validity as bits, least significant first.
static std::shared_ptr<arrow::Buffer> bitmap(const uint8_t *valid, int64_t rows, int64_t *nulls) {
    *nulls = 0;
    if (valid == nullptr) return nullptr;
    auto bits = check(arrow::AllocateBuffer((rows + 7) / 8));
    std::memset(bits->mutable_data(), 0, static_cast<size_t>(bits->size()));
    for (int64_t row = 0; row < rows; row++) {
        if (valid[row] != 0) {
            bits->mutable_data()[row / 8] |= static_cast<uint8_t>(1U << (row % 8));
        } else {
            ++*nulls;
        }
    }
    return std::shared_ptr<arrow::Buffer>(std::move(bits));
}

static std::shared_ptr<parquet::WriterProperties> parquetProperties(const arrow::Schema &schema) {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)
        ->created_by("millrace")
        ->compression(parquet::Compression::ZSTD)
        ->compression_level(1)
        ->enable_page_checksum()
        ->disable_dictionary()
        ->max_row_group_length(1 << 20);
    for (const auto &field : schema.fields()) {
        if (field->type()->id() == arrow::Type::DOUBLE) builder.encoding(field->name(), parquet::Encoding::BYTE_STREAM_SPLIT);
        if (field->type()->id() == arrow::Type::INT64 || field->type()->id() == arrow::Type::TIMESTAMP) {
            builder.encoding(field->name(), parquet::Encoding::DELTA_BINARY_PACKED);
        }
        if (field->type()->id() == arrow::Type::STRING) builder.enable_dictionary(field->name());
    }
    return builder.build();
}

mr_metric_writer *mr_metric_open(int fd, int format, int columns, const char *const *names, const int *kinds, int metadata,
                                 const char *const *keys, const char *const *values, char **error) {
    return guarded<mr_metric_writer *>(error, nullptr, [&] {
        auto writer = std::make_unique<mr_metric_writer>();
        writer->sink = std::make_shared<DescriptorSink>(fd);
        std::vector<std::shared_ptr<arrow::Field>> fields;
        for (int column = 0; column < columns; column++) {
            fields.push_back(arrow::field(names[column], dataType(kinds[column]), kinds[column] != MR_METRIC_TIMESTAMP));
        }
        auto pairs = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < metadata; pair++) pairs->Append(keys[pair], values[pair]);
        writer->schema = arrow::schema(fields, pairs);
        if (format == MR_METRIC_PARQUET) {
            writer->parquet = check(parquet::arrow::FileWriter::Open(
                *writer->schema, arrow::default_memory_pool(), writer->sink, parquetProperties(*writer->schema)));
            // A schema's own pairs reach the footer only with a copy of the whole Arrow schema, which would be another thing to keep stable.
            check(writer->parquet->AddKeyValueMetadata(pairs));
        } else {
            writer->stream = check(arrow::ipc::MakeStreamWriter(writer->sink, writer->schema));
        }
        return writer.release();
    });
}

int mr_metric_append(mr_metric_writer *writer, int64_t rows, const mr_metric_values *values, char **error) {
    return guarded<int>(error, -1, [&] {
        std::vector<std::shared_ptr<arrow::ArrayData>> arrays;
        for (int column = 0; column < writer->schema->num_fields(); column++) {
            const auto &type = writer->schema->field(column)->type();
            int64_t nulls = 0;
            std::vector<std::shared_ptr<arrow::Buffer>> buffers{bitmap(values[column].valid, rows, &nulls)};
            if (type->id() == arrow::Type::STRING) {
                const int32_t *offsets = static_cast<const int32_t *>(values[column].values);
                buffers.push_back(view(offsets, (rows + 1) * 4));
                buffers.push_back(view(values[column].text, offsets[rows]));
            } else {
                buffers.push_back(view(values[column].values, rows * 8));
            }
            arrays.push_back(arrow::ArrayData::Make(type, rows, std::move(buffers), nulls));
        }
        auto batch = arrow::RecordBatch::Make(writer->schema, rows, std::move(arrays));
        if (writer->stream) {
            check(writer->stream->WriteRecordBatch(*batch));
        } else {
            auto table = check(arrow::Table::FromRecordBatches({batch}));
            check(writer->parquet->WriteTable(*table, 1 << 20));
        }
        return 0;
    });
}

int mr_metric_finish(mr_metric_writer *writer, char **error) {
    return guarded<int>(error, -1, [&] {
        if (writer->stream) check(writer->stream->Close());
        if (writer->parquet) check(writer->parquet->Close());
        return 0;
    });
}

void mr_metric_free(mr_metric_writer *writer) {
    guarded<int>(nullptr, 0, [&] {
        delete writer;
        return 0;
    });
}

void mr_free(void *pointer) { free(pointer); }
