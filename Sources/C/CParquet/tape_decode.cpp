#include "tape_decode.hpp"

#include "bitpack.hpp"

#include <algorithm>
#include <stdexcept>

namespace millrace {

namespace {

constexpr auto unpackWide = unpackers64(std::make_integer_sequence<int, 65>());
constexpr auto unpackNarrow = unpackers32(std::make_integer_sequence<int, 33>());

[[noreturn]] void damaged(const char *what) { throw std::runtime_error(what); }

/// The bytes of a page, read front to back.
class Reader {
  public:
    Reader(const uint8_t *bytes, int64_t size) : next_(bytes), end_(bytes + size) {}

    int64_t left() const { return end_ - next_; }
    const uint8_t *take(int64_t count) {
        if (count > left()) damaged("a page ends too early");
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
        if (left() >= 8) return start;
        std::memcpy(room, start, static_cast<size_t>(count));
        return room;
    }

  private:
    const uint8_t *next_;
    const uint8_t *end_;
};

}  // namespace

void decodeDelta(const uint8_t *bytes, int64_t size, int64_t count, int64_t *out) {
    Reader in(bytes, size);
    if (in.varint() != 128 || in.varint() != 4) damaged("a delta page has blocks of another size");
    if (in.varint() != static_cast<uint64_t>(count)) damaged("a delta page holds another number of rows");
    uint64_t value = static_cast<uint64_t>(in.zigzag());
    if (count == 0) return;
    out[0] = static_cast<int64_t>(value);
    uint8_t room[64 * 4 + 8] = {};
    uint64_t deltas[32];
    for (int64_t row = 1; row < count;) {
        const uint64_t least = static_cast<uint64_t>(in.zigzag());
        const uint8_t *widths = in.take(4);
        for (int mini = 0; mini < 4 && row < count; mini++) {
            const int width = widths[mini];
            if (width > 64) damaged("a delta page has an impossible width");
            unpackWide[static_cast<size_t>(width)](in.packed(int64_t(width) * 4, room), deltas);
            const int64_t filled = std::min<int64_t>(32, count - row);
            if (filled == 32) {
#pragma clang loop unroll(full)
                for (int i = 0; i < 32; i++) {
                    value += least + deltas[i];
                    out[row + i] = static_cast<int64_t>(value);
                }
            } else {
                for (int64_t i = 0; i < filled; i++) {
                    value += least + deltas[i];
                    out[row + i] = static_cast<int64_t>(value);
                }
            }
            row += filled;
        }
    }
}

void decodeIndices(const uint8_t *bytes, int64_t size, int64_t count, uint32_t limit, std::vector<uint32_t> &out) {
    Reader in(bytes, size);
    const int width = *in.take(1);
    if (width > 32) damaged("a dictionary page has an impossible width");
    // Whole blocks of 32 are unpacked, so the last may reach past the end.
    out.resize(static_cast<size_t>(count) + 32);
    uint8_t room[32 * 4 + 8] = {};
    int64_t row = 0;
    while (row < count) {
        const uint64_t header = in.varint();
        if ((header & 1) == 0) {
            const int64_t length = static_cast<int64_t>(std::min<uint64_t>(header >> 1, static_cast<uint64_t>(count - row)));
            if (length == 0) damaged("a dictionary page holds an empty run");
            uint32_t value = 0;
            std::memcpy(&value, in.take((width + 7) / 8), static_cast<size_t>((width + 7) / 8));
            std::fill_n(out.data() + row, length, value);
            row += length;
            continue;
        }
        const uint64_t groups = header >> 1;
        if (groups == 0 || groups > static_cast<uint64_t>(count - row + 7) / 8) damaged("a dictionary page holds too many rows");
        int64_t left = static_cast<int64_t>(groups) * 8;
        while (left > 0) {
            const int64_t step = std::min<int64_t>(32, left);
            unpackNarrow[static_cast<size_t>(width)](in.packed(step / 8 * width, room), out.data() + row);
            const int64_t filled = std::min(step, count - row);
            row += filled;
            left -= step;
        }
    }
    uint32_t greatest = 0;
    for (int64_t i = 0; i < count; i++) greatest = std::max(greatest, out[static_cast<size_t>(i)]);
    if (count > 0 && greatest >= limit) damaged("a row points beyond its dictionary");
}

}  // namespace millrace
