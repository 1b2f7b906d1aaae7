// Bit packing, 32 values at a time: 32 values of W bits take 4·W bytes, least significant bit first, as Parquet packs them.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace millrace {

inline uint64_t load64(const uint8_t *p) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    return word;
}

/// Unpacks 32 values; reads up to 8 bytes beyond the 4·W that they take.
template <int W, typename Value>
inline void unpack32(const uint8_t *in, Value *out) {
    if constexpr (W == 0) {
        for (int i = 0; i < 32; i++) out[i] = 0;
    } else if constexpr (W <= 57) {
        constexpr uint64_t mask = (uint64_t(1) << W) - 1;
#pragma clang loop unroll(full)
        for (int i = 0; i < 32; i++) out[i] = static_cast<Value>((load64(in + (i * W) / 8) >> ((i * W) % 8)) & mask);
    } else {
        constexpr uint64_t mask = W == 64 ? ~uint64_t(0) : (uint64_t(1) << (W % 64)) - 1;
        for (int i = 0; i < 32; i++) {
            const int shift = (i * W) % 8;
            const uint8_t *p = in + (i * W) / 8;
            uint64_t value = load64(p) >> shift;
            if (shift != 0) value |= uint64_t(p[8]) << (64 - shift);
            out[i] = static_cast<Value>(value & mask);
        }
    }
}

/// Packs 32 values of W bits into 4·W bytes.
template <int W>
inline void pack32(const uint64_t *in, uint8_t *out) {
    uint64_t words[W / 2 + 2] = {};
#pragma clang loop unroll(full)
    for (int i = 0; i < 32; i++) {
        const int bit = i * W, word = bit / 64, shift = bit % 64;
        words[word] |= in[i] << shift;
        if (shift + W > 64) words[word + 1] |= in[i] >> (64 - shift);
    }
    std::memcpy(out, words, size_t(W) * 4);
}

using Unpack64 = void (*)(const uint8_t *, uint64_t *);
using Unpack32 = void (*)(const uint8_t *, uint32_t *);
using Pack = void (*)(const uint64_t *, uint8_t *);

template <int... W>
constexpr std::array<Unpack64, sizeof...(W)> unpackers64(std::integer_sequence<int, W...>) {
    return {&unpack32<W, uint64_t>...};
}
template <int... W>
constexpr std::array<Unpack32, sizeof...(W)> unpackers32(std::integer_sequence<int, W...>) {
    return {&unpack32<W, uint32_t>...};
}
template <int... W>
constexpr std::array<Pack, sizeof...(W)> packers(std::integer_sequence<int, W...>) {
    return {&pack32<W>...};
}

}  // namespace millrace
