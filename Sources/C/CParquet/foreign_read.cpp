#include "CParquet.h"

#include "support.hpp"

#include <arrow/io/file.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <fcntl.h>

#include <vector>

using namespace millrace;

static void readColumn(parquet::RowGroupReader &group, int index, std::vector<int64_t> &out) {
    auto reader = group.Column(index);
    if (reader->type() != parquet::Type::INT64) throw std::runtime_error("ids or times are no 64-bit integers");
    auto &column = static_cast<parquet::Int64Reader &>(*reader);
    const bool optional = column.descr()->max_definition_level() > 0;
    std::vector<int16_t> levels(65536);
    std::vector<int64_t> values(65536);
    while (column.HasNext()) {
        int64_t read = 0;
        const int64_t rows = column.ReadBatch(65536, optional ? levels.data() : nullptr, nullptr, values.data(), &read);
        if (rows != read) throw std::runtime_error("ids or times are missing in some rows");
        out.insert(out.end(), values.begin(), values.begin() + read);
    }
}

int64_t mr_foreign_ids(int fd, int64_t **ids, int64_t **times, char **error) {
    return guarded<int64_t>(error, -1, [&] {
        const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0) throw std::runtime_error(strerror(errno));
        parquet::ReaderProperties properties;
        properties.set_page_checksum_verification(true);
        auto reader = parquet::ParquetFileReader::Open(check(arrow::io::ReadableFile::Open(own)), properties);
        const auto &schema = *reader->metadata()->schema();
        const int id = schema.ColumnIndex("id"), time = schema.ColumnIndex("time");
        if (id < 0 || time < 0) throw std::runtime_error("it has no columns id and time");
        std::vector<int64_t> allIDs, allTimes;
        for (int group = 0; group < reader->metadata()->num_row_groups(); group++) {
            auto rows = reader->RowGroup(group);
            readColumn(*rows, id, allIDs);
            readColumn(*rows, time, allTimes);
        }
        if (allIDs.size() != allTimes.size()) throw std::runtime_error("columns of different length");
        const size_t bytes = std::max<size_t>(1, allIDs.size()) * 8;
        *ids = static_cast<int64_t *>(malloc(bytes));
        *times = static_cast<int64_t *>(malloc(bytes));
        if (*ids == nullptr || *times == nullptr) throw std::runtime_error("out of memory");
        std::memcpy(*ids, allIDs.data(), allIDs.size() * 8);
        std::memcpy(*times, allTimes.data(), allTimes.size() * 8);
        return static_cast<int64_t>(allIDs.size());
    });
}
