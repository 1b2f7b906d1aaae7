#include "tape_encode.hpp"

#include "bitpack.hpp"
#include "support.hpp"
#include "tape_layout.hpp"

#include <arrow/util/compression.h>

#include <algorithm>
#include <bit>
#include <limits>

using namespace millrace;

namespace {

constexpr auto pack = packers(std::make_integer_sequence<int, 65>());

/// A growing page; the capacity is reserved before, so that appending is a store.
class Bytes {
  public:
    explicit Bytes(size_t capacity) : storage_(capacity), size_(0) {}
    uint8_t *room(size_t count) {
        if (size_ + count > storage_.size()) storage_.resize(2 * (size_ + count));
        return storage_.data() + size_;
    }
    void grow(size_t count) { size_ += count; }
    void clear() { size_ = 0; }
    void put(uint8_t byte) {
        *room(1) = byte;
        size_++;
    }
    void putVarint(uint64_t value) {
        while (value >= 0x80) {
            put(static_cast<uint8_t>(value) | 0x80);
            value >>= 7;
        }
        put(static_cast<uint8_t>(value));
    }
    void putZigzag(int64_t value) { putVarint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63)); }
    void putBytes(const void *bytes, size_t count) {
        std::memcpy(room(count), bytes, count);
        size_ += count;
    }
    const uint8_t *data() const { return storage_.data(); }
    size_t size() const { return size_; }

  private:
    std::vector<uint8_t> storage_;
    size_t size_;
};

/// DELTA_BINARY_PACKED with blocks of 128 and miniblocks of 32 values.
///
/// With `wholeBytes`, widths above a byte are rounded up to whole bytes: zstd then sees the repeating bytes of times in milliseconds kept
/// as microseconds, and makes less of the wider page than of the tighter one.
template <typename Value>
void encodeDelta(const Value *values, int64_t count, bool wholeBytes, Bytes &out) {
    out.putVarint(128);
    out.putVarint(4);
    out.putVarint(static_cast<uint64_t>(count));
    out.putZigzag(count > 0 ? values[0] : 0);
    uint64_t deltas[128];
    for (int64_t start = 1; start < count; start += 128) {
        const int filled = static_cast<int>(std::min<int64_t>(128, count - start));
        int64_t least = std::numeric_limits<int64_t>::max();
        for (int i = 0; i < filled; i++) {
            deltas[i] = static_cast<uint64_t>(values[start + i]) - static_cast<uint64_t>(values[start + i - 1]);
            least = std::min(least, static_cast<int64_t>(deltas[i]));
        }
        for (int i = 0; i < filled; i++) deltas[i] -= static_cast<uint64_t>(least);
        for (int i = filled; i < 128; i++) deltas[i] = 0;
        out.putZigzag(least);
        uint8_t widths[4];
        for (int mini = 0; mini < 4; mini++) {
            uint64_t all = 0;
            for (int i = 0; i < 32; i++) all |= deltas[mini * 32 + i];
            int width = std::bit_width(all);
            if (wholeBytes && width > 8) width = (width + 7) / 8 * 8;
            widths[mini] = static_cast<uint8_t>(width);
        }
        out.putBytes(widths, 4);
        for (int mini = 0; mini * 32 < filled; mini++) {
            pack[widths[mini]](deltas + mini * 32, out.room(size_t(widths[mini]) * 4 + 8));
            out.grow(size_t(widths[mini]) * 4);
        }
    }
}

/// Numbers the distinct values of a column in the order in which they come.
class Dictionary {
  public:
    explicit Dictionary(size_t limit) : limit_(limit), slots_(1024) {}

    /// The number of each value, or false if there are more distinct ones than the limit.
    bool number(const int64_t *values, int64_t count, std::vector<uint32_t> &numbers) {
        numbers.resize(static_cast<size_t>(count));
        for (int64_t row = 0; row < count; row++) {
            size_t slot = hash(values[row]);
            while (slots_[slot].number != 0 && slots_[slot].value != values[row]) slot = (slot + 1) & (slots_.size() - 1);
            if (slots_[slot].number == 0) {
                if (values_.size() >= limit_) return false;
                values_.push_back(values[row]);
                slots_[slot] = {values[row], static_cast<uint32_t>(values_.size())};
                numbers[static_cast<size_t>(row)] = static_cast<uint32_t>(values_.size()) - 1;
                if (values_.size() * 2 > slots_.size()) rehash();
                continue;
            }
            numbers[static_cast<size_t>(row)] = slots_[slot].number - 1;
        }
        return true;
    }
    const std::vector<int64_t> &values() const { return values_; }

  private:
    struct Slot {
        int64_t value = 0;
        uint32_t number = 0;  // 0 = empty, else the index + 1
    };

    size_t hash(int64_t value) const {
        return static_cast<size_t>((static_cast<uint64_t>(value) * 0x9E3779B97F4A7C15ULL) >> 32) & (slots_.size() - 1);
    }
    void rehash() {
        slots_.assign(slots_.size() * 4, Slot{});
        for (size_t index = 0; index < values_.size(); index++) {
            size_t slot = hash(values_[index]);
            while (slots_[slot].number != 0) slot = (slot + 1) & (slots_.size() - 1);
            slots_[slot] = {values_[index], static_cast<uint32_t>(index) + 1};
        }
    }

    size_t limit_;
    std::vector<Slot> slots_;
    std::vector<int64_t> values_;
};

/// One bit-packed run of dictionary indices, after the byte that holds their width.
void encodeIndices(const uint32_t *indices, int64_t count, int width, Bytes &out) {
    out.put(static_cast<uint8_t>(width));
    const int64_t groups = (count + 7) / 8;
    out.putVarint(static_cast<uint64_t>(groups) << 1 | 1);
    uint64_t block[32];
    for (int64_t start = 0; start < count; start += 32) {
        const int filled = static_cast<int>(std::min<int64_t>(32, count - start));
        for (int i = 0; i < filled; i++) block[i] = indices[start + i];
        for (int i = filled; i < 32; i++) block[i] = 0;
        pack[static_cast<size_t>(width)](block, out.room(size_t(width) * 4 + 8));
        out.grow(static_cast<size_t>((filled + 7) / 8 * width));
    }
}

class Encoder {
  public:
    Encoder(const mr_tape_layout &layout, int64_t rows)
        : layout_(layout), rows_(rows), page_(size_t(MR_TAPE_PAGE_ROWS) * 10),
          codec_(check(arrow::util::Codec::Create(arrow::Compression::ZSTD, 1))) {}

    EncodedColumn column(const TapeColumn &which, const mr_tape_rows &in) {
        compressed_ = which.compressed;
        switch (which.flag) {
        case MR_COLUMN_ID: return layout_.id_kind == MR_ID_UUID ? wideIDs(in) : deltas(in.id, false);
        case MR_COLUMN_TIME: return deltas(in.time, true);
        case MR_COLUMN_PRICE: return deltas(in.price, false);
        case MR_COLUMN_QUANTITY: return numbers(in.quantity);
        case MR_COLUMN_SIDE: return numbers(in.side);
        case MR_COLUMN_FILLS: return numbers(in.fills);
        case MR_COLUMN_ORDINAL: return deltas(in.ordinal, false);
        case MR_COLUMN_ARRIVAL: return arrivals(in.arrival);
        default: return sources(in.source);
        }
    }

  private:
    void finishPage(EncodedColumn &column, int64_t rows) {
        EncodedPage page;
        page.rows = static_cast<int32_t>(rows);
        page.plainSize = static_cast<int64_t>(page_.size());
        if (compressed_) {
            const int64_t bound = codec_->MaxCompressedLen(page.plainSize, page_.data());
            scratch_.resize(static_cast<size_t>(bound));
            const int64_t size = check(codec_->Compress(page.plainSize, page_.data(), bound, scratch_.data()));
            page.bytes = arrow::Buffer::FromString(std::string(reinterpret_cast<char *>(scratch_.data()), static_cast<size_t>(size)));
        } else {
            page.bytes = arrow::Buffer::FromString(std::string(reinterpret_cast<const char *>(page_.data()), page_.size()));
        }
        column.pages.push_back(std::move(page));
        page_.clear();
    }

    template <typename Body>
    void eachPage(EncodedColumn &column, Body &&body) {
        for (int64_t start = 0; start < rows_; start += MR_TAPE_PAGE_ROWS) {
            const int64_t count = std::min<int64_t>(MR_TAPE_PAGE_ROWS, rows_ - start);
            body(start, count);
            finishPage(column, count);
        }
    }

    template <typename Physical, typename Value>
    void range(EncodedColumn &column, const Value *values) {
        const auto [least, greatest] = std::minmax_element(values, values + rows_);
        const Physical bounds[2] = {*least, *greatest};
        column.least.assign(reinterpret_cast<const char *>(&bounds[0]), sizeof(Physical));
        column.greatest.assign(reinterpret_cast<const char *>(&bounds[1]), sizeof(Physical));
    }

    template <typename Value>
    EncodedColumn deltas(const Value *values, bool wholeBytes) {
        EncodedColumn column;
        column.encoding = parquet::Encoding::DELTA_BINARY_PACKED;
        range<Value>(column, values);
        eachPage(column, [&](int64_t start, int64_t count) { encodeDelta(values + start, count, wholeBytes, page_); });
        return column;
    }

    /// A dictionary where values repeat, else deltas. INT64 for quantities, INT32 for the small columns.
    template <typename Value>
    EncodedColumn numbers(const Value *values) {
        using Physical = std::conditional_t<sizeof(Value) == 8, int64_t, int32_t>;
        const std::vector<int64_t> wide(values, values + rows_);
        Dictionary dictionary(std::min<size_t>(65536, 64 + static_cast<size_t>(rows_) / 2));
        std::vector<uint32_t> indices;
        if (!dictionary.number(wide.data(), rows_, indices)) return fallback(wide, values);
        EncodedColumn column;
        column.encoding = parquet::Encoding::RLE_DICTIONARY;
        range<Physical>(column, values);
        const auto &distinct = dictionary.values();
        const std::vector<Physical> entries(distinct.begin(), distinct.end());
        column.dictionary = arrow::Buffer::FromString(
            std::string(reinterpret_cast<const char *>(entries.data()), entries.size() * sizeof(Physical)));
        column.dictionaryCount = static_cast<int32_t>(entries.size());
        // At least one bit: a width of zero is legal, and some readers stumble over it.
        const int width = std::max(1, static_cast<int>(std::bit_width(entries.size() - 1)));
        eachPage(column, [&](int64_t start, int64_t count) { encodeIndices(indices.data() + start, count, width, page_); });
        return column;
    }

    /// The fallback of `numbers`: deltas at the column's own physical width.
    template <typename Value>
    EncodedColumn fallback(const std::vector<int64_t> &wide, const Value *values) {
        if constexpr (sizeof(Value) == 1) {
            const std::vector<int32_t> narrow(wide.begin(), wide.end());
            return deltas(narrow.data(), false);
        } else {
            return deltas(values, false);
        }
    }

    /// UUIDs as they are: 16 bytes in network order.
    EncodedColumn wideIDs(const mr_tape_rows &in) {
        EncodedColumn column;
        eachPage(column, [&](int64_t start, int64_t count) {
            for (int64_t row = start; row < start + count; row++) {
                const uint64_t halves[2] = {__builtin_bswap64(static_cast<uint64_t>(in.id_high[row])),
                                            __builtin_bswap64(static_cast<uint64_t>(in.id[row]))};
                page_.putBytes(halves, 16);
            }
        });
        return column;
    }

    /// Arrival times, null where they are 0: definition levels, then the deltas of those that are there.
    EncodedColumn arrivals(const int64_t *times) {
        if (times == nullptr || std::all_of(times, times + rows_, [](int64_t time) { return time == 0; })) return nulls();
        EncodedColumn column;
        column.encoding = parquet::Encoding::DELTA_BINARY_PACKED;
        int64_t bounds[2] = {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()};
        std::vector<int64_t> present;
        eachPage(column, [&](int64_t start, int64_t count) {
            present.clear();
            for (int64_t row = start; row < start + count; row++) {
                if (times[row] == 0) continue;
                present.push_back(times[row]);
                bounds[0] = std::min(bounds[0], times[row]);
                bounds[1] = std::max(bounds[1], times[row]);
            }
            const auto known = static_cast<int64_t>(present.size());
            column.nulls += count - known;
            if (known == 0 || known == count) {
                putLevelRun(count, known > 0);
            } else {
                putLevels(times + start, count);
            }
            encodeDelta(present.data(), known, false, page_);
        });
        column.least.assign(reinterpret_cast<const char *>(&bounds[0]), 8);
        column.greatest.assign(reinterpret_cast<const char *>(&bounds[1]), 8);
        return column;
    }

    /// Definition levels that are all alike.
    void putLevelRun(int64_t count, bool present) {
        Bytes run(16);
        run.putVarint(static_cast<uint64_t>(count) << 1);
        run.put(present ? 1 : 0);
        const uint32_t size = static_cast<uint32_t>(run.size());
        page_.putBytes(&size, 4);
        page_.putBytes(run.data(), run.size());
    }

    /// Definition levels as one bit-packed run.
    void putLevels(const int64_t *times, int64_t count) {
        const int64_t groups = (count + 7) / 8;
        Bytes run(static_cast<size_t>(groups) + 16);
        run.putVarint(static_cast<uint64_t>(groups) << 1 | 1);
        for (int64_t start = 0; start < count; start += 8) {
            uint8_t bits = 0;
            for (int64_t row = start; row < std::min(count, start + 8); row++) {
                if (times[row] != 0) bits = static_cast<uint8_t>(bits | 1 << (row - start));
            }
            run.put(bits);
        }
        const uint32_t size = static_cast<uint32_t>(run.size());
        page_.putBytes(&size, 4);
        page_.putBytes(run.data(), run.size());
    }

    /// Sources: where all rows have the same, which is the rule, one run a page, made without looking at rows.
    EncodedColumn sources(const int8_t *values) {
        const int32_t first = values == nullptr ? int32_t(MR_SOURCE_DUMP) : values[0];
        if (values != nullptr && !std::all_of(values, values + rows_, [&](int8_t value) { return value == first; })) return numbers(values);
        EncodedColumn column;
        column.encoding = parquet::Encoding::RLE_DICTIONARY;
        column.dictionary = arrow::Buffer::FromString(std::string(reinterpret_cast<const char *>(&first), 4));
        column.dictionaryCount = 1;
        column.least.assign(reinterpret_cast<const char *>(&first), 4);
        column.greatest = column.least;
        eachPage(column, [&](int64_t, int64_t count) {
            page_.put(1);
            page_.putVarint(static_cast<uint64_t>(count) << 1);
            page_.put(0);
        });
        return column;
    }

    /// A column of nulls: one run of definition level 0 a page.
    EncodedColumn nulls() {
        EncodedColumn column;
        column.nulls = rows_;
        eachPage(column, [&](int64_t, int64_t count) { putLevelRun(count, false); });
        return column;
    }

    const mr_tape_layout &layout_;
    int64_t rows_;
    Bytes page_;
    std::vector<uint8_t> scratch_;
    std::unique_ptr<arrow::util::Codec> codec_;
    bool compressed_ = false;
};

}  // namespace

mr_tape_group *mr_tape_encode(const mr_tape_layout *layout, int64_t rows, const mr_tape_rows *columns, char **error) {
    return guarded<mr_tape_group *>(error, nullptr, [&] {
        auto group = std::make_unique<mr_tape_group>();
        group->rows = rows;
        Encoder encoder(*layout, rows);
        for (const auto &which : tapeColumns(*layout)) group->columns.push_back(encoder.column(which, *columns));
        return group.release();
    });
}

void mr_tape_group_free(mr_tape_group *group) { delete group; }
