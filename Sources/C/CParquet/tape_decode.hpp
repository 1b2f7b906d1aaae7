// Decoders of the two encodings that tape columns have. Each checks every length before it reads.
#pragma once

#include <cstdint>
#include <vector>

namespace millrace {

/// Decodes a DELTA_BINARY_PACKED page of exactly `count` values; throws if the bytes do not hold them.
void decodeDelta(const uint8_t *bytes, int64_t size, int64_t count, int64_t *out);

/// Decodes a page of dictionary indices (a width, then runs) of exactly `count` indices below `limit`; throws otherwise.
void decodeIndices(const uint8_t *bytes, int64_t size, int64_t count, uint32_t limit, std::vector<uint32_t> &out);

}  // namespace millrace
