// An encoded row group: finished pages, and what the footer says of them.
#pragma once

#include "CParquet.h"

#include <arrow/buffer.h>
#include <parquet/types.h>

#include <memory>
#include <string>
#include <vector>

namespace millrace {

struct EncodedPage {
    std::shared_ptr<arrow::Buffer> bytes;  // compressed where the column is
    int64_t plainSize = 0;
    int32_t rows = 0;
};

struct EncodedColumn {
    std::vector<EncodedPage> pages;
    parquet::Encoding::type encoding = parquet::Encoding::PLAIN;
    std::shared_ptr<arrow::Buffer> dictionary;  // plain values; none unless the encoding is RLE_DICTIONARY
    int32_t dictionaryCount = 0;
    std::string least, greatest;  // plain encoded; empty without statistics
    int64_t nulls = 0;
};

}  // namespace millrace

struct mr_tape_group {
    int64_t rows = 0;
    std::vector<millrace::EncodedColumn> columns;
};
