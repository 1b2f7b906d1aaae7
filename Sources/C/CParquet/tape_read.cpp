#include "CParquet.h"

#include "support.hpp"
#include "tape_decode.hpp"
#include "tape_layout.hpp"

#include <arrow/io/file.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <fcntl.h>

using namespace millrace;

struct mr_tape_file {
    std::unique_ptr<parquet::ParquetFileReader> reader;
    std::shared_ptr<parquet::FileMetaData> metadata;
    mr_tape_layout layout{};
    std::vector<TapeColumn> columns;
    int64_t body = 0;
};

namespace {

/// The layout that a schema has; throws unless the schema is exactly that of the layout.
mr_tape_layout layoutOf(const parquet::SchemaDescriptor &schema) {
    mr_tape_layout layout{};
    const int id = schema.ColumnIndex("id");
    if (id >= 0) layout.id_kind = schema.Column(id)->physical_type() == parquet::Type::INT64 ? MR_ID_INT64 : MR_ID_UUID;
    layout.ordinal = schema.ColumnIndex("ordinal") >= 0 ? 1 : 0;
    const int price = schema.ColumnIndex("price"), quantity = schema.ColumnIndex("quantity");
    if (price < 0 || quantity < 0) throw std::runtime_error("not a tape file: price or quantity is missing");
    layout.price_scale = schema.Column(price)->type_scale();
    layout.quantity_scale = schema.Column(quantity)->type_scale();
    if (!schema.group_node()->Equals(tapeSchema(layout).get())) {
        parquet::SchemaDescriptor wanted;
        wanted.Init(tapeSchema(layout));
        if (!wanted.Equals(schema)) throw std::runtime_error("not a tape file: other columns than a tape's");
    }
    return layout;
}

/// One column of a row group, page by page.
struct Column {
    int flag = 0;
    std::unique_ptr<parquet::PageReader> pages;
    std::shared_ptr<parquet::Page> page;
    std::vector<int64_t> dictionary;
    bool narrow = false;  // INT32
    bool wide = false;    // 16 bytes
    bool optional = false;
    std::vector<uint8_t> present;  // of an optional column: which rows of the page have a value
    DeltaDecoder deltas;
    IndexDecoder indices;
    int64_t done = 0;  // rows of the page that were decoded

    const parquet::DataPageV1 &data() const { return static_cast<const parquet::DataPageV1 &>(*page); }

    int64_t load() {
        page = pages->NextPage();
        if (page && page->type() == parquet::PageType::DICTIONARY_PAGE) {
            const auto &entries = static_cast<const parquet::DictionaryPage &>(*page);
            const int64_t width = narrow ? 4 : 8;
            if (entries.size() != entries.num_values() * width) throw std::runtime_error("a dictionary has a wrong size");
            dictionary.resize(static_cast<size_t>(entries.num_values()));
            for (size_t i = 0; i < dictionary.size(); i++) {
                if (narrow) {
                    int32_t value;
                    std::memcpy(&value, entries.data() + i * 4, 4);
                    dictionary[i] = value;
                } else {
                    std::memcpy(&dictionary[i], entries.data() + i * 8, 8);
                }
            }
            page = pages->NextPage();
        }
        if (!page) return 0;
        if (page->type() != parquet::PageType::DATA_PAGE) throw std::runtime_error("a page of another kind than a tape's");
        const int64_t rows = data().num_values();
        if (rows < 1 || rows > MR_TAPE_PAGE_ROWS) throw std::runtime_error("a page of a wrong length");
        done = 0;
        const auto encoding = data().encoding();
        if (optional) {
            loadOptional(rows);
            return rows;
        }
        if (wide) {
            // UUIDs are stored as they are.
            if (encoding != parquet::Encoding::PLAIN || data().size() != rows * 16) throw std::runtime_error("ids of a wrong size");
        } else if (encoding == parquet::Encoding::DELTA_BINARY_PACKED) {
            deltas.start(data().data(), data().size(), rows);
        } else if (encoding == parquet::Encoding::RLE_DICTIONARY) {
            indices.start(data().data(), data().size(), static_cast<uint32_t>(dictionary.size()));
        } else {
            throw std::runtime_error("an encoding that no tape has");
        }
        return rows;
    }

    /// Definition levels, then the deltas of the values that are there.
    void loadOptional(int64_t rows) {
        static constexpr int64_t bits[2] = {0, 1};
        uint32_t length = 0;
        if (data().size() < 4) throw std::runtime_error("a page ends too early");
        std::memcpy(&length, data().data(), 4);
        if (length > data().size() - 4) throw std::runtime_error("a page ends too early");
        present.resize(static_cast<size_t>(rows));
        indices.startLevels(data().data() + 4, length);
        indices.decode(rows, bits, present.data());
        const int64_t known = std::count(present.begin(), present.end(), uint8_t(1));
        if (known == 0) return;
        if (data().encoding() != parquet::Encoding::DELTA_BINARY_PACKED) throw std::runtime_error("an encoding that no tape has");
        deltas.start(data().data() + 4 + length, data().size() - 4 - length, known);
    }
};

}  // namespace

struct mr_tape_cursor {
    std::vector<Column> columns;
    int64_t left = 0;  // rows of the pages that are not decoded yet
    int64_t rows = 0;  // rows of the next batch
    std::vector<int64_t> wide;
};

mr_tape_file *mr_tape_open(int fd, char **error) {
    return guarded<mr_tape_file *>(error, nullptr, [&] {
        const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0) throw std::runtime_error(strerror(errno));
        auto source = check(arrow::io::ReadableFile::Open(own));
        parquet::ReaderProperties properties;
        properties.set_page_checksum_verification(true);
        auto file = std::make_unique<mr_tape_file>();
        file->reader = parquet::ParquetFileReader::Open(source, properties);
        file->metadata = file->reader->metadata();
        file->layout = layoutOf(*file->metadata->schema());
        file->columns = tapeColumns(file->layout);
        file->body = check(source->GetSize()) - 8 - static_cast<int64_t>(file->metadata->size());
        return file.release();
    });
}

void mr_tape_close(mr_tape_file *file) {
    guarded<int>(nullptr, 0, [&] {
        delete file;
        return 0;
    });
}

mr_tape_layout mr_tape_file_layout(const mr_tape_file *file) { return file->layout; }
int64_t mr_tape_file_rows(const mr_tape_file *file) { return file->metadata->num_rows(); }
int mr_tape_file_groups(const mr_tape_file *file) { return file->metadata->num_row_groups(); }
int64_t mr_tape_file_body(const mr_tape_file *file) { return file->body; }

char *mr_tape_file_metadata(const mr_tape_file *file, const char *key) {
    return guarded<char *>(nullptr, nullptr, [&]() -> char * {
        const auto &pairs = file->metadata->key_value_metadata();
        if (!pairs) return nullptr;
        auto value = pairs->Get(key);
        return value.ok() ? strdup(value->c_str()) : nullptr;
    });
}

int64_t mr_tape_group_rows(const mr_tape_file *file, int group, int64_t *first_time, int64_t *last_time) {
    return guarded<int64_t>(nullptr, -1, [&] {
        auto metadata = file->metadata->RowGroup(group);
        const int column = file->metadata->schema()->ColumnIndex("time");
        auto statistics = metadata->ColumnChunk(column)->encoded_statistics();
        if (!statistics || statistics->min().size() != 8 || statistics->max().size() != 8) throw std::runtime_error("no statistics");
        std::memcpy(first_time, statistics->min().data(), 8);
        std::memcpy(last_time, statistics->max().data(), 8);
        return metadata->num_rows();
    });
}

mr_tape_cursor *mr_tape_cursor_open(mr_tape_file *file, int group, int columns, char **error) {
    return guarded<mr_tape_cursor *>(error, nullptr, [&] {
        auto cursor = std::make_unique<mr_tape_cursor>();
        auto reader = file->reader->RowGroup(group);
        for (size_t index = 0; index < file->columns.size(); index++) {
            const int flag = file->columns[index].flag;
            if ((flag & columns) == 0) continue;
            Column column;
            column.flag = flag;
            column.narrow = flag == MR_COLUMN_SIDE || flag == MR_COLUMN_FILLS || flag == MR_COLUMN_ORDINAL || flag == MR_COLUMN_SOURCE;
            column.optional = flag == MR_COLUMN_ARRIVAL;
            column.wide = flag == MR_COLUMN_ID && file->layout.id_kind == MR_ID_UUID;
            column.pages = reader->GetColumnPageReader(static_cast<int>(index));
            cursor->columns.push_back(std::move(column));
        }
        if (cursor->columns.empty()) throw std::runtime_error("no column asked for");
        return cursor.release();
    });
}

int64_t mr_tape_cursor_next(mr_tape_cursor *cursor, char **error) {
    return guarded<int64_t>(error, -1, [&] {
        if (cursor->left == 0) {
            cursor->left = cursor->columns[0].load();
            for (size_t index = 1; index < cursor->columns.size(); index++) {
                if (cursor->columns[index].load() != cursor->left) throw std::runtime_error("columns of different length");
            }
        }
        cursor->rows = std::min<int64_t>(MR_TAPE_BATCH_ROWS, cursor->left);
        return cursor->rows;
    });
}

/// Decodes the next rows of one column into an array of any integer type.
template <typename Value>
static void decodeColumn(mr_tape_cursor &cursor, Column &column, Value *out) {
    if (column.data().encoding() == parquet::Encoding::RLE_DICTIONARY) {
        column.indices.decode(cursor.rows, column.dictionary.data(), out);
    } else if constexpr (sizeof(Value) == 8) {
        column.deltas.decode(cursor.rows, out);
    } else {
        cursor.wide.resize(static_cast<size_t>(cursor.rows));
        column.deltas.decode(cursor.rows, cursor.wide.data());
        for (int64_t row = 0; row < cursor.rows; row++) out[row] = static_cast<Value>(cursor.wide[static_cast<size_t>(row)]);
    }
}

static void decodeWideIDs(mr_tape_cursor &cursor, Column &column, int64_t *high, int64_t *low) {
    const uint8_t *bytes = column.data().data() + column.done * 16;
    for (int64_t row = 0; row < cursor.rows; row++) {
        uint64_t halves[2];
        std::memcpy(halves, bytes + row * 16, 16);
        high[row] = static_cast<int64_t>(__builtin_bswap64(halves[0]));
        low[row] = static_cast<int64_t>(__builtin_bswap64(halves[1]));
    }
    column.done += cursor.rows;
}

/// Values of an optional column, 0 where there are none.
static void decodeOptional(mr_tape_cursor &cursor, Column &column, int64_t *out) {
    const uint8_t *present = column.present.data() + column.done;
    column.done += cursor.rows;
    const int64_t known = std::count(present, present + cursor.rows, uint8_t(1));
    if (known == cursor.rows) return column.deltas.decode(known, out);
    cursor.wide.resize(static_cast<size_t>(known));
    if (known > 0) column.deltas.decode(known, cursor.wide.data());
    size_t next = 0;
    for (int64_t row = 0; row < cursor.rows; row++) out[row] = present[row] != 0 ? cursor.wide[next++] : 0;
}

int mr_tape_cursor_decode(mr_tape_cursor *cursor, const mr_tape_target *target, char **error) {
    return guarded<int>(error, -1, [&] {
        for (auto &column : cursor->columns) {
            switch (column.flag) {
            case MR_COLUMN_ID:
                if (target->id_high != nullptr) {
                    decodeWideIDs(*cursor, column, target->id_high, target->id);
                } else {
                    decodeColumn(*cursor, column, target->id);
                }
                break;
            case MR_COLUMN_TIME: decodeColumn(*cursor, column, target->time); break;
            case MR_COLUMN_PRICE: decodeColumn(*cursor, column, target->price); break;
            case MR_COLUMN_QUANTITY: decodeColumn(*cursor, column, target->quantity); break;
            case MR_COLUMN_SIDE: decodeColumn(*cursor, column, target->side); break;
            case MR_COLUMN_FILLS: decodeColumn(*cursor, column, target->fills); break;
            case MR_COLUMN_ORDINAL: decodeColumn(*cursor, column, target->ordinal); break;
            case MR_COLUMN_ARRIVAL: decodeOptional(*cursor, column, target->arrival); break;
            case MR_COLUMN_SOURCE: decodeColumn(*cursor, column, target->source); break;
            default: break;
            }
        }
        cursor->left -= cursor->rows;
        return 0;
    });
}

void mr_tape_cursor_free(mr_tape_cursor *cursor) {
    guarded<int>(nullptr, 0, [&] {
        delete cursor;
        return 0;
    });
}
