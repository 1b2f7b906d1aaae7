#include "tape_decode.hpp"

#include "bitpack.hpp"

namespace millrace {

namespace {

constexpr auto unpackWide = unpackers64(std::make_integer_sequence<int, 65>());
constexpr auto unpackNarrow = unpackers32(std::make_integer_sequence<int, 33>());

}  // namespace

void DeltaDecoder::start(const uint8_t *bytes, int64_t size, int64_t count) {
    in_ = PageBytes(bytes, size);
    if (in_.varint() != 128 || in_.varint() != 4) damaged("a delta page has blocks of another size");
    if (in_.varint() != static_cast<uint64_t>(count)) damaged("a delta page holds another number of rows");
    value_ = static_cast<uint64_t>(in_.zigzag());
    first_ = true;
    miniblock_ = 4;
    position_ = 32;
}

void DeltaDecoder::loadMiniblock(uint64_t *deltas) {
    if (miniblock_ == 4) {
        least_ = static_cast<uint64_t>(in_.zigzag());
        widths_ = in_.take(4);
        miniblock_ = 0;
    }
    const int width = widths_[miniblock_++];
    if (width > 64) damaged("a delta page has an impossible width");
    uint8_t room[64 * 4 + 8] = {};
    unpackWide[static_cast<size_t>(width)](in_.packed(int64_t(width) * 4, room), deltas);
}

void DeltaDecoder::decode(int64_t count, int64_t *out) {
    if (count > 0 && first_) {
        *out++ = static_cast<int64_t>(value_);
        count--;
        first_ = false;
    }
    while (count > 0 && position_ < 32) {
        value_ += least_ + deltas_[position_++];
        *out++ = static_cast<int64_t>(value_);
        count--;
    }
    uint64_t deltas[32];
    uint64_t value = value_;
    for (; count >= 32; count -= 32, out += 32) {
        loadMiniblock(deltas);
        const uint64_t least = least_;
#pragma clang loop unroll(full)
        for (int i = 0; i < 32; i++) {
            value += least + deltas[i];
            out[i] = static_cast<int64_t>(value);
        }
    }
    value_ = value;
    if (count == 0) return;
    loadMiniblock(deltas_);
    for (position_ = 0; position_ < count; position_++) {
        value_ += least_ + deltas_[position_];
        out[position_] = static_cast<int64_t>(value_);
    }
}

void IndexDecoder::start(const uint8_t *bytes, int64_t size, uint32_t limit) {
    in_ = PageBytes(bytes, size);
    width_ = *in_.take(1);
    if (width_ > 32) damaged("a dictionary page has an impossible width");
    limit_ = limit;
    packedLeft_ = equalLeft_ = 0;
    position_ = filled_ = 0;
}

void IndexDecoder::startLevels(const uint8_t *bytes, int64_t size) {
    in_ = PageBytes(bytes, size);
    width_ = 1;
    limit_ = 2;
    packedLeft_ = equalLeft_ = 0;
    position_ = filled_ = 0;
}

void IndexDecoder::load() {
    while (packedLeft_ == 0 && equalLeft_ == 0) {
        const uint64_t header = in_.varint();
        if ((header >> 1) > (uint64_t(1) << 40)) damaged("a dictionary page has an impossible run");
        if ((header & 1) != 0) {
            packedLeft_ = static_cast<int64_t>(header >> 1) * 8;
        } else {
            equalLeft_ = static_cast<int64_t>(header >> 1);
            const int bytes = (width_ + 7) / 8;
            equal_ = 0;
            std::memcpy(&equal_, in_.take(bytes), static_cast<size_t>(bytes));
            if (equal_ >= limit_) damaged("a row points beyond its dictionary");
        }
    }
    position_ = 0;
    if (equalLeft_ > 0) {
        filled_ = static_cast<int>(std::min<int64_t>(32, equalLeft_));
        equalLeft_ -= filled_;
        std::fill_n(indices_, filled_, equal_);
        return;
    }
    filled_ = static_cast<int>(std::min<int64_t>(32, packedLeft_));
    packedLeft_ -= filled_;
    uint8_t room[32 * 4 + 8] = {};
    unpackNarrow[static_cast<size_t>(width_)](in_.packed(int64_t(filled_) / 8 * width_, room), indices_);
    uint32_t greatest = 0;
    for (int i = 0; i < filled_; i++) greatest = std::max(greatest, indices_[i]);
    if (greatest >= limit_) damaged("a row points beyond its dictionary");
}

}  // namespace millrace
