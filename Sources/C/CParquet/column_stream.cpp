#include "CParquet.h"

#include "support.hpp"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/ipc/writer.h>
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

namespace {

/// Keeps what is written until somebody takes it.
class MemorySink : public arrow::io::OutputStream {
  public:
    arrow::Status Close() override {
        closed_ = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return closed_; }
    arrow::Result<int64_t> Tell() const override { return position_; }

    arrow::Status Write(const void *data, int64_t count) override {
        if (isTaken_) {
            bytes_.clear();
            isTaken_ = false;
        }
        const uint8_t *begin = static_cast<const uint8_t *>(data);
        bytes_.insert(bytes_.end(), begin, begin + count);
        position_ += count;
        return arrow::Status::OK();
    }
    using arrow::io::Writable::Write;

    const uint8_t *take(int64_t *size) {
        *size = isTaken_ ? 0 : static_cast<int64_t>(bytes_.size());
        isTaken_ = true;
        return bytes_.data();
    }

  private:
    std::vector<uint8_t> bytes_;
    int64_t position_ = 0;
    bool closed_ = false;
    bool isTaken_ = false;
};

std::shared_ptr<arrow::Buffer> view(const void *data, int64_t size) {
    static const uint8_t nothing = 0;
    return std::make_shared<arrow::Buffer>(data == nullptr ? &nothing : static_cast<const uint8_t *>(data), size);
}

/// Bytes that are not zero as bits, least significant first, and how many bytes are zero.
std::shared_ptr<arrow::Buffer> bits(const uint8_t *bytes, int64_t rows, int64_t *zeros) {
    *zeros = 0;
    if (bytes == nullptr) return nullptr;
    auto buffer = check(arrow::AllocateBuffer((rows + 7) / 8));
    uint8_t *out = buffer->mutable_data();
    int64_t ones = 0;
    for (int64_t start = 0; start < rows; start += 8) {
        unsigned word = 0;
        const int64_t end = std::min<int64_t>(8, rows - start);
        for (int64_t bit = 0; bit < end; bit++) {
            const unsigned one = bytes[start + bit] != 0;
            word |= one << bit;
            ones += one;
        }
        out[start / 8] = static_cast<uint8_t>(word);
    }
    *zeros = rows - ones;
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

std::shared_ptr<parquet::WriterProperties> properties(const arrow::Schema &schema) {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)
        ->created_by("millrace")
        ->compression(parquet::Compression::ZSTD)
        ->compression_level(1)
        ->enable_page_checksum()
        ->disable_dictionary()
        ->max_row_group_length(std::numeric_limits<int64_t>::max());
    for (const auto &field : schema.fields()) {
        switch (field->type()->id()) {
        case arrow::Type::DOUBLE: builder.encoding(field->name(), parquet::Encoding::BYTE_STREAM_SPLIT); break;
        case arrow::Type::INT64:
        case arrow::Type::TIMESTAMP: builder.encoding(field->name(), parquet::Encoding::DELTA_BINARY_PACKED); break;
        case arrow::Type::STRING:
        case arrow::Type::DICTIONARY: builder.enable_dictionary(field->name()); break;
        default: break;
        }
    }
    return builder.build();
}

}  // namespace

struct mr_columns {
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    std::shared_ptr<arrow::Schema> schema;
    std::vector<std::shared_ptr<arrow::Array>> words;
    std::shared_ptr<arrow::ipc::RecordBatchWriter> stream;
    std::unique_ptr<parquet::arrow::FileWriter> parquet;
};

namespace {

std::shared_ptr<arrow::DataType> dataType(int kind) {
    switch (kind) {
    case MR_COLUMN_INSTANT: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case MR_COLUMN_INTEGER: return arrow::int64();
    case MR_COLUMN_REAL: return arrow::float64();
    case MR_COLUMN_FLAG: return arrow::boolean();
    case MR_COLUMN_WORD: return arrow::dictionary(arrow::int8(), arrow::utf8());
    case MR_COLUMN_TEXT: return arrow::utf8();
    default: throw std::runtime_error("unknown column kind");
    }
}

std::shared_ptr<arrow::Array> dictionary(const char *words) {
    arrow::StringBuilder builder;
    for (const char *word = words; word != nullptr;) {
        const char *end = strchr(word, '\n');
        check(builder.Append(end == nullptr ? std::string(word) : std::string(word, end)));
        word = end == nullptr ? nullptr : end + 1;
    }
    return check(builder.Finish());
}

std::shared_ptr<arrow::ArrayData> column(const mr_columns &table, int index, int64_t rows, const mr_column_values &values) {
    const auto &type = table.schema->field(index)->type();
    int64_t nulls = 0;
    std::vector<std::shared_ptr<arrow::Buffer>> buffers{bits(values.valid, rows, &nulls)};
    switch (type->id()) {
    case arrow::Type::STRING:
        buffers.push_back(view(values.offsets, (rows + 1) * 4));
        buffers.push_back(view(values.values, values.offsets[rows]));
        break;
    case arrow::Type::BOOL: {
        int64_t ignored = 0;
        buffers.push_back(bits(static_cast<const uint8_t *>(values.values), rows, &ignored));
        break;
    }
    case arrow::Type::DICTIONARY: buffers.push_back(view(values.values, rows)); break;
    default: buffers.push_back(view(values.values, rows * 8)); break;
    }
    auto data = arrow::ArrayData::Make(type, rows, std::move(buffers), nulls);
    if (table.words[static_cast<size_t>(index)]) data->dictionary = table.words[static_cast<size_t>(index)]->data();
    return data;
}

}  // namespace

mr_columns *mr_columns_open(int format, int count, const mr_column_field *fields, int metadata, const char *const *keys,
                            const char *const *values, char **error) {
    return guarded<mr_columns *>(error, nullptr, [&] {
        auto table = std::make_unique<mr_columns>();
        std::vector<std::shared_ptr<arrow::Field>> columns;
        for (int index = 0; index < count; index++) {
            columns.push_back(arrow::field(fields[index].name, dataType(fields[index].kind), fields[index].optional != 0));
            table->words.push_back(fields[index].words == nullptr ? nullptr : dictionary(fields[index].words));
        }
        auto pairs = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < metadata; pair++) pairs->Append(keys[pair], values[pair]);
        table->schema = arrow::schema(columns, pairs);
        if (format == MR_COLUMNS_PARQUET) {
            table->parquet = check(parquet::arrow::FileWriter::Open(
                *table->schema, arrow::default_memory_pool(), table->sink, properties(*table->schema)));
            check(table->parquet->AddKeyValueMetadata(pairs));
        } else {
            table->stream = check(arrow::ipc::MakeStreamWriter(table->sink, table->schema));
        }
        return table.release();
    });
}

int mr_columns_append(mr_columns *table, int64_t rows, const mr_column_values *values, char **error) {
    return guarded<int>(error, -1, [&] {
        std::vector<std::shared_ptr<arrow::ArrayData>> arrays;
        for (int index = 0; index < table->schema->num_fields(); index++) arrays.push_back(column(*table, index, rows, values[index]));
        auto batch = arrow::RecordBatch::Make(table->schema, rows, std::move(arrays));
        if (table->stream) {
            check(table->stream->WriteRecordBatch(*batch));
        } else {
            auto whole = check(arrow::Table::FromRecordBatches({batch}));
            check(table->parquet->WriteTable(*whole, std::max<int64_t>(1, rows)));
        }
        return 0;
    });
}

int mr_columns_finish(mr_columns *table, char **error) {
    return guarded<int>(error, -1, [&] {
        if (table->stream) check(table->stream->Close());
        if (table->parquet) check(table->parquet->Close());
        return 0;
    });
}

const uint8_t *mr_columns_take(mr_columns *table, int64_t *size) { return table->sink->take(size); }

void mr_columns_free(mr_columns *table) {
    guarded<int>(nullptr, 0, [&] {
        delete table;
        return 0;
    });
}
