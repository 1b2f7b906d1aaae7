#include "CParquet.h"

#include "support.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/buffer_builder.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <fcntl.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace millrace;

namespace {

constexpr int kDigits = 38, kScale = 8;

std::shared_ptr<arrow::DataType> utcTime() { return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"); }
std::shared_ptr<arrow::DataType> word() { return arrow::dictionary(arrow::int32(), arrow::utf8()); }

std::shared_ptr<arrow::Schema> schema() {
    const auto amount = arrow::decimal128(kDigits, kScale);
    return arrow::schema({arrow::field("time", utcTime(), false), arrow::field("sampled", utcTime(), false),
                          arrow::field("contract", arrow::int32(), false), arrow::field("symbol", word(), false),
                          arrow::field("coin", word(), false), arrow::field("quote", word(), false), arrow::field("margin", word(), false),
                          arrow::field("quantity", amount, false), arrow::field("usd", amount, true)});
}

std::shared_ptr<parquet::WriterProperties> properties() {
    parquet::WriterProperties::Builder builder;
    builder.version(parquet::ParquetVersion::PARQUET_2_6)
        ->created_by("millrace")
        ->compression(parquet::Compression::ZSTD)
        ->compression_level(3)
        ->enable_page_checksum()
        ->disable_dictionary()
        ->enable_dictionary("symbol")
        ->enable_dictionary("coin")
        ->enable_dictionary("quote")
        ->enable_dictionary("margin")
        ->encoding("time", parquet::Encoding::DELTA_BINARY_PACKED)
        ->encoding("sampled", parquet::Encoding::DELTA_BINARY_PACKED)
        ->encoding("contract", parquet::Encoding::DELTA_BINARY_PACKED)
        ->max_row_group_length(std::numeric_limits<int64_t>::max());
    return builder.build();
}

std::shared_ptr<arrow::Array> flat(const std::shared_ptr<arrow::DataType> &type, int64_t rows, const void *values, int64_t width) {
    auto buffer = std::make_shared<arrow::Buffer>(static_cast<const uint8_t *>(values), rows * width);
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {nullptr, buffer}, 0));
}

/// Amounts of 16 bytes, of which negative ones are none.
std::shared_ptr<arrow::Array> amounts(int64_t rows, const void *values) {
    const auto type = arrow::decimal128(kDigits, kScale);
    const auto *bytes = static_cast<const uint8_t *>(values);
    const auto isNone = [&](int64_t row) { return (bytes[row * 16 + 15] & 0x80) != 0; };
    arrow::TypedBufferBuilder<bool> known;
    check(known.Reserve(rows));
    for (int64_t row = 0; row < rows; row++) known.UnsafeAppend(!isNone(row));
    const int64_t lacking = known.false_count();
    auto bitmap = check(known.Finish());
    auto buffer = std::make_shared<arrow::Buffer>(bytes, rows * 16);
    return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {lacking > 0 ? bitmap : nullptr, buffer}, lacking));
}

/// Texts of contracts: each different one once, since Arrow writes bytes that nobody set behind a dictionary that holds a text twice.
struct Words {
    std::shared_ptr<arrow::Array> texts;
    /// Which of them a contract has.
    std::vector<int32_t> places;

    Words() = default;
    Words(int count, const char *const *all) {
        std::map<std::string, int32_t> known;
        arrow::StringBuilder builder;
        for (int index = 0; index < count; index++) {
            const auto [place, isNew] = known.emplace(all[index], static_cast<int32_t>(known.size()));
            if (isNew) check(builder.Append(all[index]));
            places.push_back(place->second);
        }
        texts = check(builder.Finish());
    }

    std::shared_ptr<arrow::Array> column(int64_t rows, const int32_t *contracts) const {
        arrow::Int32Builder builder;
        check(builder.Reserve(rows));
        for (int64_t row = 0; row < rows; row++) builder.UnsafeAppend(places.at(contracts[row]));
        return check(arrow::DictionaryArray::FromArrays(word(), check(builder.Finish()), texts));
    }
};

/// Copies a column of fixed width, which the reader may give in pieces; what lacks a value becomes -1 where that is allowed.
void copy(const arrow::Table &table, const char *name, const arrow::DataType &type, size_t width, void *target, bool mayLack = false) {
    const auto column = table.GetColumnByName(name);
    if (column == nullptr || !column->type()->Equals(type)) throw std::runtime_error(std::string("its column ") + name + " is not of its kind");
    if (!mayLack && column->null_count() > 0) throw std::runtime_error(std::string("its column ") + name + " lacks values");
    auto *next = static_cast<uint8_t *>(target);
    for (const auto &chunk : column->chunks()) {
        const auto &data = *chunk->data();
        std::memcpy(next, data.buffers[1]->data() + data.offset * width, chunk->length() * width);
        for (int64_t row = 0; chunk->null_count() > 0 && row < chunk->length(); row++) {
            if (chunk->IsNull(row)) std::memset(next + row * width, 0xff, width);
        }
        next += chunk->length() * width;
    }
}

/// Values of one column of a row group: read batch by batch, and handed on where they are wanted.
template <typename Reader, typename Value, typename Take>
void pick(parquet::RowGroupReader &group, const char *name, int64_t count, const int64_t *places, bool mayLack, Take take) {
    constexpr int64_t kBatch = 8192;
    const auto *schema = group.metadata()->schema();
    const int index = schema->ColumnIndex(name);
    if (index < 0) throw std::runtime_error(std::string("it has no column ") + name);
    const auto column = group.Column(index);
    auto *reader = dynamic_cast<Reader *>(column.get());
    const auto *kind = schema->Column(index);
    const bool isAmount = kind->physical_type() == parquet::Type::FIXED_LEN_BYTE_ARRAY;
    if (reader == nullptr || kind->max_repetition_level() > 0 || kind->max_definition_level() > (mayLack ? 1 : 0) ||
        (isAmount && (kind->type_length() != 16 || kind->type_scale() != kScale))) {
        throw std::runtime_error(std::string("its column ") + name + " is not of its kind");
    }
    const bool lacks = kind->max_definition_level() > 0;
    std::vector<int16_t> levels(kBatch, 1);
    std::vector<Value> values(kBatch);
    int64_t row = 0, next = 0;
    while (next < count && reader->HasNext()) {
        int64_t present = 0;
        const int64_t rows = reader->ReadBatch(kBatch, levels.data(), nullptr, values.data(), &present);
        const int64_t read = lacks ? rows : present;
        if (read <= 0) break;
        // Those that are lacking have no place among the values.
        int64_t value = 0;
        for (int64_t offset = 0; offset < read && next < count; offset++) {
            const bool isThere = !lacks || levels[offset] > 0;
            if (places[next] == row + offset) take(next++, isThere ? &values[value] : nullptr);
            if (isThere) value++;
        }
        row += read;
    }
    if (next < count) throw std::runtime_error("rows are missing");
}

/// A decimal as files have it, the highest byte first, as one of the machine's.
void turn(const parquet::FixedLenByteArray *value, void *target, int64_t row) {
    auto *bytes = static_cast<uint8_t *>(target) + row * 16;
    if (value == nullptr) {
        std::memset(bytes, 0xff, 16);
    } else {
        std::reverse_copy(value->ptr, value->ptr + 16, bytes);
    }
}

}  // namespace

struct mr_interest_writer {
    std::shared_ptr<DescriptorSink> sink;
    Words symbols, coins, quotes, margins;
    std::unique_ptr<parquet::arrow::FileWriter> parquet;
};

struct mr_interest_file {
    std::unique_ptr<parquet::arrow::FileReader> reader;
    std::shared_ptr<parquet::FileMetaData> metadata;
};

mr_interest_writer *mr_interest_open(int fd, const mr_interest_contracts *contracts, int metadata, const char *const *keys,
                                     const char *const *values, char **error) {
    return guarded<mr_interest_writer *>(error, nullptr, [&] {
        auto writer = std::make_unique<mr_interest_writer>();
        writer->sink = std::make_shared<DescriptorSink>(fd);
        writer->symbols = Words(contracts->count, contracts->symbols);
        writer->coins = Words(contracts->count, contracts->coins);
        writer->quotes = Words(contracts->count, contracts->quotes);
        writer->margins = Words(contracts->count, contracts->margins);
        auto pairs = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < metadata; pair++) pairs->Append(keys[pair], values[pair]);
        writer->parquet =
            check(parquet::arrow::FileWriter::Open(*schema(), arrow::default_memory_pool(), writer->sink, properties()));
        check(writer->parquet->AddKeyValueMetadata(pairs));
        return writer.release();
    });
}

int mr_interest_append(mr_interest_writer *writer, const mr_interest_rows *rows, char **error) {
    return guarded<int>(error, -1, [&] {
        const int64_t count = rows->rows;
        const auto index = flat(arrow::int32(), count, rows->contract, 4);
        const auto amount = arrow::decimal128(kDigits, kScale);
        const auto table = arrow::Table::Make(
            schema(), {flat(utcTime(), count, rows->time, 8), flat(utcTime(), count, rows->sampled, 8),
                       flat(arrow::int32(), count, rows->contract, 4), writer->symbols.column(count, rows->contract),
                       writer->coins.column(count, rows->contract), writer->quotes.column(count, rows->contract),
                       writer->margins.column(count, rows->contract), flat(amount, count, rows->quantity, 16), amounts(count, rows->usd)});
        check(writer->parquet->WriteTable(*table, std::max<int64_t>(1, count)));
        return 0;
    });
}

int mr_interest_finish(mr_interest_writer *writer, char **error) {
    return guarded<int>(error, -1, [&] {
        check(writer->parquet->Close());
        return 0;
    });
}

void mr_interest_writer_free(mr_interest_writer *writer) {
    guarded<int>(nullptr, 0, [&] {
        delete writer;
        return 0;
    });
}

mr_interest_file *mr_interest_read(int fd, char **error) {
    return guarded<mr_interest_file *>(error, nullptr, [&] {
        const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0) throw std::runtime_error(strerror(errno));
        parquet::ReaderProperties properties;
        properties.set_page_checksum_verification(true);
        auto file = std::make_unique<mr_interest_file>();
        auto parquet = parquet::ParquetFileReader::Open(check(arrow::io::ReadableFile::Open(own)), properties);
        file->metadata = parquet->metadata();
        file->reader = check(parquet::arrow::FileReader::Make(arrow::default_memory_pool(), std::move(parquet)));
        return file.release();
    });
}

int mr_interest_groups(const mr_interest_file *file) { return file->metadata->num_row_groups(); }

int64_t mr_interest_group_rows(const mr_interest_file *file, int group) {
    return guarded<int64_t>(nullptr, 0, [&] { return file->metadata->RowGroup(group)->num_rows(); });
}

char *mr_interest_metadata(const mr_interest_file *file, const char *key) {
    return guarded<char *>(nullptr, nullptr, [&]() -> char * {
        const auto &pairs = file->metadata->key_value_metadata();
        if (pairs == nullptr || !pairs->Contains(key)) return nullptr;
        return strdup(check(pairs->Get(key)).c_str());
    });
}

int mr_interest_take(mr_interest_file *file, int group, const mr_interest_target *target, char **error) {
    return guarded<int>(error, -1, [&] {
        std::vector<int> columns;
        for (const char *name : {"time", "sampled", "contract", "quantity", "usd"}) {
            const int index = file->metadata->schema()->ColumnIndex(name);
            if (index < 0) throw std::runtime_error(std::string("it has no column ") + name);
            columns.push_back(index);
        }
        const auto table = check(file->reader->ReadRowGroup(group, columns));
        if (table->num_rows() != file->metadata->RowGroup(group)->num_rows()) throw std::runtime_error("rows are missing");
        const auto amount = arrow::decimal128(kDigits, kScale);
        copy(*table, "time", *utcTime(), 8, target->time);
        copy(*table, "sampled", *utcTime(), 8, target->sampled);
        copy(*table, "contract", *arrow::int32(), 4, target->contract);
        copy(*table, "quantity", *amount, 16, target->quantity);
        copy(*table, "usd", *amount, 16, target->usd, true);
        return 0;
    });
}

int mr_interest_times(mr_interest_file *file, int group, int64_t *times, char **error) {
    return guarded<int>(error, -1, [&] {
        const int index = file->metadata->schema()->ColumnIndex("time");
        if (index < 0) throw std::runtime_error("it has no column time");
        const auto table = check(file->reader->ReadRowGroup(group, {index}));
        if (table->num_rows() != file->metadata->RowGroup(group)->num_rows()) throw std::runtime_error("rows are missing");
        copy(*table, "time", *utcTime(), 8, times);
        return 0;
    });
}

int mr_interest_pick(mr_interest_file *file, int group, int64_t count, const int64_t *places, const mr_interest_target *target,
                     char **error) {
    return guarded<int>(error, -1, [&] {
        const auto rows = file->reader->parquet_reader()->RowGroup(group);
        pick<parquet::Int64Reader, int64_t>(*rows, "sampled", count, places, false,
                                            [&](int64_t row, const int64_t *value) { target->sampled[row] = *value; });
        pick<parquet::Int32Reader, int32_t>(*rows, "contract", count, places, false,
                                            [&](int64_t row, const int32_t *value) { target->contract[row] = *value; });
        using Amount = parquet::FixedLenByteArray;
        pick<parquet::FixedLenByteArrayReader, Amount>(*rows, "quantity", count, places, false,
                                                       [&](int64_t row, const Amount *value) { turn(value, target->quantity, row); });
        pick<parquet::FixedLenByteArrayReader, Amount>(*rows, "usd", count, places, true,
                                                       [&](int64_t row, const Amount *value) { turn(value, target->usd, row); });
        return 0;
    });
}

void mr_interest_close(mr_interest_file *file) {
    guarded<int>(nullptr, 0, [&] {
        delete file;
        return 0;
    });
}
