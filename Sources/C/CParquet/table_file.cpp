#include "CParquet.h"

#include "support.hpp"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <fcntl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

using namespace millrace;

namespace {

constexpr int kDigits = 38;
constexpr int64_t kRowGroup = 1 << 20;

std::shared_ptr<arrow::DataType> typeOf(const mr_table_field &field) {
    switch (field.kind) {
        case MR_TABLE_TIME: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
        case MR_TABLE_DATE: return arrow::date32();
        case MR_TABLE_DECIMAL: return arrow::decimal128(kDigits, field.scale);
        case MR_TABLE_TEXT: return arrow::utf8();
        case MR_TABLE_FLAG: return arrow::boolean();
        default: throw std::runtime_error("a column of no known kind");
    }
}

/// The width of a value of a kind that is neither text nor flag.
int64_t widthOf(int kind) { return kind == MR_TABLE_TIME ? 8 : kind == MR_TABLE_DATE ? 4 : 16; }

/// A bit a row; NULL where nothing is missing.
std::shared_ptr<arrow::Buffer> bits(int64_t rows, const uint8_t *bytes) {
    if (bytes == nullptr) return nullptr;
    std::shared_ptr<arrow::Buffer> buffer = check(arrow::AllocateBuffer((rows + 7) / 8));
    std::memset(buffer->mutable_data(), 0, buffer->size());
    for (int64_t row = 0; row < rows; row++) {
        if (bytes[row] != 0) buffer->mutable_data()[row / 8] |= static_cast<uint8_t>(1 << (row % 8));
    }
    return buffer;
}

std::shared_ptr<arrow::Buffer> view(const void *values, int64_t bytes) {
    return std::make_shared<arrow::Buffer>(static_cast<const uint8_t *>(values), bytes);
}

std::shared_ptr<arrow::Array> arrayOf(const mr_table_field &field, const mr_table_column &column, int64_t rows) {
    const auto type = typeOf(field);
    const auto valid = field.optional != 0 ? bits(rows, column.valid) : nullptr;
    switch (field.kind) {
        case MR_TABLE_TEXT:
            return arrow::MakeArray(arrow::ArrayData::Make(
                type, rows, {valid, view(column.offsets, (rows + 1) * 4), view(column.values, column.offsets[rows])}));
        case MR_TABLE_FLAG:
            return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {valid, bits(rows, static_cast<const uint8_t *>(column.values))}));
        default: return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {valid, view(column.values, rows * widthOf(field.kind))}));
    }
}

std::shared_ptr<parquet::WriterProperties> properties(int count, const mr_table_field *fields) {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)
        ->created_by("millrace")
        ->compression(parquet::Compression::ZSTD)
        ->compression_level(3)
        ->enable_page_checksum()
        ->max_row_group_length(std::numeric_limits<int64_t>::max());
    for (int index = 0; index < count; index++) {
        const auto kind = fields[index].kind;
        if (kind == MR_TABLE_TIME || kind == MR_TABLE_DATE) {
            builder.disable_dictionary(fields[index].name)->encoding(fields[index].name, parquet::Encoding::DELTA_BINARY_PACKED);
        }
    }
    return builder.build();
}

}  // namespace

struct mr_table {
    std::shared_ptr<parquet::FileMetaData> metadata;
    std::vector<int> kinds;
    /// Each as one array.
    std::vector<std::shared_ptr<arrow::Array>> columns;
    int64_t rows = 0;
};

int mr_table_write(int fd, int count, const mr_table_field *fields, const mr_table_column *columns, int64_t rows, int metadata,
                   const char *const *keys, const char *const *values, char **error) {
    return guarded<int>(error, -1, [&] {
        arrow::FieldVector names;
        arrow::ArrayVector arrays;
        for (int index = 0; index < count; index++) {
            names.push_back(arrow::field(fields[index].name, typeOf(fields[index]), fields[index].optional != 0));
            arrays.push_back(arrayOf(fields[index], columns[index], rows));
        }
        const auto schema = arrow::schema(names);
        auto pairs = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < metadata; pair++) pairs->Append(keys[pair], values[pair]);
        auto writer = check(parquet::arrow::FileWriter::Open(
            *schema, arrow::default_memory_pool(), std::make_shared<DescriptorSink>(fd), properties(count, fields)));
        check(writer->AddKeyValueMetadata(pairs));
        check(writer->WriteTable(*arrow::Table::Make(schema, arrays, rows), kRowGroup));
        check(writer->Close());
        return 0;
    });
}

mr_table *mr_table_read(int fd, int count, const mr_table_field *fields, char **error) {
    return guarded<mr_table *>(error, nullptr, [&] {
        const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0) throw std::runtime_error(strerror(errno));
        parquet::ReaderProperties properties;
        properties.set_page_checksum_verification(true);
        auto table = std::make_unique<mr_table>();
        auto parquet = parquet::ParquetFileReader::Open(check(arrow::io::ReadableFile::Open(own)), properties);
        table->metadata = parquet->metadata();
        auto reader = check(parquet::arrow::FileReader::Make(arrow::default_memory_pool(), std::move(parquet)));
        std::vector<int> wanted;
        for (int index = 0; index < count; index++) {
            const int place = table->metadata->schema()->ColumnIndex(fields[index].name);
            if (place < 0) throw std::runtime_error(std::string("it has no column ") + fields[index].name);
            wanted.push_back(place);
        }
        const auto read = check(reader->ReadTable(wanted));
        table->rows = read->num_rows();
        for (int index = 0; index < count; index++) {
            const std::string name = fields[index].name;
            const auto column = read->GetColumnByName(name);
            if (column == nullptr) throw std::runtime_error("it has no column " + name);
            if (!column->type()->Equals(typeOf(fields[index]))) throw std::runtime_error("its column " + name + " is not of its kind");
            if (fields[index].optional == 0 && column->null_count() > 0) throw std::runtime_error("its column " + name + " lacks values");
            const auto whole = column->num_chunks() == 0 ? check(arrow::MakeEmptyArray(column->type()))
                                                         : check(arrow::Concatenate(column->chunks(), arrow::default_memory_pool()));
            if (whole->length() != table->rows) throw std::runtime_error("its column " + name + " lacks rows");
            check(whole->ValidateFull());
            table->kinds.push_back(fields[index].kind);
            table->columns.push_back(whole);
        }
        return table.release();
    });
}

int64_t mr_table_rows(const mr_table *table) { return table->rows; }

char *mr_table_metadata(const mr_table *table, const char *key) {
    return guarded<char *>(nullptr, nullptr, [&]() -> char * {
        const auto &pairs = table->metadata->key_value_metadata();
        if (pairs == nullptr || !pairs->Contains(key)) return nullptr;
        return strdup(check(pairs->Get(key)).c_str());
    });
}

int mr_table_take(const mr_table *table, int field, void *values, uint8_t *valid, char **error) {
    return guarded<int>(error, -1, [&] {
        const auto &column = table->columns.at(static_cast<size_t>(field));
        const int kind = table->kinds.at(static_cast<size_t>(field));
        if (valid != nullptr) {
            for (int64_t row = 0; row < table->rows; row++) valid[row] = column->IsValid(row) ? 1 : 0;
        }
        if (kind == MR_TABLE_TEXT) throw std::runtime_error("it is a column of texts");
        if (kind == MR_TABLE_FLAG) {
            const auto &flags = static_cast<const arrow::BooleanArray &>(*column);
            for (int64_t row = 0; row < table->rows; row++) static_cast<uint8_t *>(values)[row] = flags.Value(row) ? 1 : 0;
            return 0;
        }
        const auto &data = *column->data();
        const int64_t width = widthOf(kind);
        if (table->rows > 0) std::memcpy(values, data.buffers[1]->data() + data.offset * width, table->rows * width);
        return 0;
    });
}

int64_t mr_table_text_bytes(const mr_table *table, int field) {
    return guarded<int64_t>(nullptr, -1, [&]() -> int64_t {
        if (table->kinds.at(static_cast<size_t>(field)) != MR_TABLE_TEXT) return -1;
        return static_cast<const arrow::StringArray &>(*table->columns[static_cast<size_t>(field)]).total_values_length();
    });
}

int mr_table_take_text(const mr_table *table, int field, int32_t *offsets, uint8_t *bytes, char **error) {
    return guarded<int>(error, -1, [&] {
        if (table->kinds.at(static_cast<size_t>(field)) != MR_TABLE_TEXT) throw std::runtime_error("it is no column of texts");
        const auto &texts = static_cast<const arrow::StringArray &>(*table->columns[static_cast<size_t>(field)]);
        const int32_t first = table->rows > 0 ? texts.value_offset(0) : 0;
        offsets[0] = 0;
        for (int64_t row = 0; row < table->rows; row++) offsets[row + 1] = texts.value_offset(row + 1) - first;
        if (offsets[table->rows] > 0) std::memcpy(bytes, texts.value_data()->data() + first, offsets[table->rows]);
        return 0;
    });
}

void mr_table_free(mr_table *table) {
    guarded<int>(nullptr, 0, [&] {
        delete table;
        return 0;
    });
}
