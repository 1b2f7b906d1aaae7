// Decoders of the encodings that tape columns have. A page is decoded in steps, straight into the arrays of small batches; every length
// is checked before it is read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace millrace {

[[noreturn]] inline void damaged(const char *what) { throw std::runtime_error(what); }

/// The bytes of a page, read front to back.
class PageBytes {
  public:
    PageBytes() = default;
    PageBytes(const uint8_t *bytes, int64_t size) : next_(bytes), end_(bytes + size) {}

    const uint8_t *take(int64_t count) {
        if (count > end_ - next_) damaged("a page ends too early");
        const uint8_t *start = next_;
        next_ += count;
        return start;
    }
    uint64_t varint() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const uint8_t byte = *take(1);
            value |= uint64_t(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        damaged("a number in a page is too long");
    }
    int64_t zigzag() {
        const uint64_t value = varint();
        return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
    }
    /// Takes packed bytes that an unpacker may read 8 bytes past: near the end of the page they are copied to where it may.
    const uint8_t *packed(int64_t count, uint8_t *room) {
        const uint8_t *start = take(count);
        if (end_ - next_ >= 8) return start;
        std::memcpy(room, start, static_cast<size_t>(count));
        return room;
    }

  private:
    const uint8_t *next_ = nullptr;
    const uint8_t *end_ = nullptr;
};

/// DELTA_BINARY_PACKED with blocks of 128 and miniblocks of 32 values.
class DeltaDecoder {
  public:
    /// Starts a page of exactly `count` values.
    void start(const uint8_t *bytes, int64_t size, int64_t count);
    /// Decodes the next `count` values; no more than the page holds.
    void decode(int64_t count, int64_t *out);

  private:
    void loadMiniblock(uint64_t *deltas);

    PageBytes in_;
    uint64_t value_ = 0;
    uint64_t least_ = 0;
    bool first_ = true;
    int miniblock_ = 4;  // the next one of the block; 4 = a new block
    const uint8_t *widths_ = nullptr;
    uint64_t deltas_[32];  // a miniblock that a step has begun
    int position_ = 32;    // the next of its values
};

/// RLE_DICTIONARY: the width of the indices, then runs of equal or of bit-packed indices.
class IndexDecoder {
  public:
    /// Starts a page whose indices are below `limit`.
    void start(const uint8_t *bytes, int64_t size, uint32_t limit);

    /// Starts the definition levels of an optional column: the same runs, with a width of one bit that is not written down.
    void startLevels(const uint8_t *bytes, int64_t size);

    /// Decodes the next `count` values through the dictionary; no more than the page holds.
    template <typename Value>
    void decode(int64_t count, const int64_t *dictionary, Value *out) {
        while (count > 0) {
            if (position_ == filled_) load();
            const int step = static_cast<int>(std::min<int64_t>(count, filled_ - position_));
            for (int i = 0; i < step; i++) out[i] = static_cast<Value>(dictionary[indices_[position_ + i]]);
            position_ += step;
            out += step;
            count -= step;
        }
    }

  private:
    /// Unpacks the next 32 indices or fewer, all checked against the limit.
    void load();

    PageBytes in_;
    int width_ = 0;
    uint32_t limit_ = 0;
    int64_t packedLeft_ = 0;  // values left in a bit-packed run
    int64_t equalLeft_ = 0;   // values left in a run of equal ones
    uint32_t equal_ = 0;
    uint32_t indices_[32];
    int position_ = 0;
    int filled_ = 0;
};

}  // namespace millrace
