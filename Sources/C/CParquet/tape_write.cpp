#include "tape_encode.hpp"

#include "support.hpp"
#include "tape_layout.hpp"

#include <arrow/util/key_value_metadata.h>
#include <parquet/column_page.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>

using namespace millrace;

namespace {

/// Hands bytes to the caller's sink.
class CallbackSink : public arrow::io::OutputStream {
  public:
    CallbackSink(mr_tape_sink sink, void *context) : sink_(sink), context_(context) {}
    arrow::Status Close() override {
        closed_ = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return closed_; }
    arrow::Result<int64_t> Tell() const override { return position_; }
    arrow::Status Write(const void *data, int64_t count) override {
        const int failure = sink_(context_, data, count);
        if (failure != 0) return arrow::Status::IOError(strerror(failure));
        position_ += count;
        return arrow::Status::OK();
    }
    using arrow::io::Writable::Write;

  private:
    mr_tape_sink sink_;
    void *context_;
    bool closed_ = false;
    int64_t position_ = 0;
};

}  // namespace

struct mr_tape_writer {
    mr_tape_layout layout;
    std::shared_ptr<CallbackSink> sink;
    parquet::SchemaDescriptor schema;
    std::shared_ptr<parquet::WriterProperties> properties;
    std::unique_ptr<parquet::FileMetaDataBuilder> metadata;
    int16_t groups = 0;
};

static void writeColumn(mr_tape_writer &writer, const EncodedColumn &column, parquet::ColumnChunkMetaDataBuilder *metadata,
                        bool compressed, int16_t index) {
    auto pages = parquet::PageWriter::Open(
        writer.sink, compressed ? parquet::Compression::ZSTD : parquet::Compression::UNCOMPRESSED, metadata, writer.groups, index,
        arrow::default_memory_pool(), false, nullptr, nullptr, true);
    const bool dictionary = column.encoding == parquet::Encoding::RLE_DICTIONARY;
    if (dictionary) {
        pages->WriteDictionaryPage(parquet::DictionaryPage(column.dictionary, column.dictionaryCount, parquet::Encoding::PLAIN));
    }
    for (const auto &page : column.pages) {
        pages->WriteDataPage(parquet::DataPageV1(
            page.bytes, page.rows, column.encoding, parquet::Encoding::RLE, parquet::Encoding::RLE, page.plainSize));
    }
    parquet::EncodedStatistics statistics;
    if (!column.least.empty()) {
        statistics.set_min(column.least);
        statistics.set_max(column.greatest);
        statistics.is_max_value_exact = true;
        statistics.is_min_value_exact = true;
    }
    statistics.set_null_count(column.nulls);
    statistics.set_is_signed(true);
    metadata->SetStatistics(statistics);
    pages->Close(dictionary, false);
}

mr_tape_writer *mr_tape_writer_open(const mr_tape_layout *layout, mr_tape_sink sink, void *context, char **error) {
    return guarded<mr_tape_writer *>(error, nullptr, [&] {
        auto writer = std::make_unique<mr_tape_writer>();
        writer->layout = *layout;
        writer->sink = std::make_shared<CallbackSink>(sink, context);
        writer->schema.Init(tapeSchema(*layout));
        writer->properties = tapeProperties(*layout);
        writer->metadata = parquet::FileMetaDataBuilder::Make(&writer->schema, writer->properties);
        check(writer->sink->Write("PAR1", 4));
        return writer.release();
    });
}

int mr_tape_writer_append(mr_tape_writer *writer, const mr_tape_group *group, char **error) {
    return guarded<int>(error, -1, [&] {
        const int64_t start = check(writer->sink->Tell());
        parquet::RowGroupMetaDataBuilder *metadata = writer->metadata->AppendRowGroup();
        const auto columns = tapeColumns(writer->layout);
        for (size_t index = 0; index < columns.size(); index++) {
            writeColumn(
                *writer, group->columns[index], metadata->NextColumnChunk(), columns[index].compressed, static_cast<int16_t>(index));
        }
        metadata->set_num_rows(group->rows);
        metadata->Finish(check(writer->sink->Tell()) - start, writer->groups++);
        return 0;
    });
}

int mr_tape_writer_finish(mr_tape_writer *writer, int pairs, const char *const *keys, const char *const *values, char **error) {
    return guarded<int>(error, -1, [&] {
        auto metadata = std::make_shared<arrow::KeyValueMetadata>();
        for (int pair = 0; pair < pairs; pair++) metadata->Append(keys[pair], values[pair]);
        const auto footer = writer->metadata->Finish(metadata);
        parquet::WriteFileMetaData(*footer, writer->sink.get());
        return 0;
    });
}

void mr_tape_writer_free(mr_tape_writer *writer) { delete writer; }
