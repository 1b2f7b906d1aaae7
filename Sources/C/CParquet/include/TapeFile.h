// Tape files: one UTC day of one instrument's trades as Parquet (docs/tape.md).
//
// Row groups are encoded on any thread and appended in order by one. Pages hold MR_TAPE_PAGE_ROWS rows in every column, so a reader
// decodes the pages of all columns side by side, straight into the arrays of batches of MR_TAPE_BATCH_ROWS rows.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MR_TAPE_BATCH_ROWS = 8192, MR_TAPE_PAGE_ROWS = 65536, MR_TAPE_GROUP_ROWS = 262144 };
/// Where a row came from; of two rows with one id that of the greater source stands.
enum { MR_SOURCE_STREAM = 0, MR_SOURCE_REST = 1, MR_SOURCE_DUMP = 2 };
enum { MR_ID_NONE = 0, MR_ID_INT64 = 1, MR_ID_UUID = 2 };
enum {
    MR_COLUMN_ID = 1,
    MR_COLUMN_TIME = 2,
    MR_COLUMN_PRICE = 4,
    MR_COLUMN_QUANTITY = 8,
    MR_COLUMN_SIDE = 16,
    MR_COLUMN_FILLS = 32,
    MR_COLUMN_ORDINAL = 64,
    MR_COLUMN_ARRIVAL = 128,
    MR_COLUMN_SOURCE = 256
};

/// The columns of a file: what its ids are, whether it has ordinals, and its decimal scales.
typedef struct {
    int id_kind;
    int ordinal;
    int price_scale;
    int quantity_scale;
} mr_tape_layout;

/// Rows to write. `id` is the lower half and `id_high` the upper half of UUIDs; columns that the layout lacks may be NULL.
/// In `arrival` 0 stands for an unknown time; NULL: none is known. `source` NULL: all rows are a dump's.
typedef struct {
    const int64_t *id;
    const int64_t *id_high;
    const int64_t *time;
    const int64_t *price;
    const int64_t *quantity;
    const int8_t *side;
    const int32_t *fills;
    const int32_t *ordinal;
    const int64_t *arrival;
    const int8_t *source;
} mr_tape_rows;

/// Where to put rows that are read; columns that are not wanted are NULL.
typedef struct {
    int64_t *id;
    int64_t *id_high;
    int64_t *time;
    int64_t *price;
    int64_t *quantity;
    int8_t *side;
    int32_t *fills;
    int32_t *ordinal;
    int64_t *arrival;
    int8_t *source;
} mr_tape_target;

typedef struct mr_tape_group mr_tape_group;
typedef struct mr_tape_writer mr_tape_writer;
typedef struct mr_tape_file mr_tape_file;
typedef struct mr_tape_cursor mr_tape_cursor;

/// Takes bytes of a file as it grows; returns 0, or an errno that ends the writing.
typedef int (*mr_tape_sink)(void *context, const void *bytes, int64_t count);

/// Encodes and compresses one row group. May run on several threads at once.
mr_tape_group *mr_tape_encode(const mr_tape_layout *layout, int64_t rows, const mr_tape_rows *columns, char **error);
void mr_tape_group_free(mr_tape_group *group);

mr_tape_writer *mr_tape_writer_open(const mr_tape_layout *layout, mr_tape_sink sink, void *context, char **error);
int mr_tape_writer_append(mr_tape_writer *writer, const mr_tape_group *group, char **error);
/// Writes the footer with the given key-value metadata.
int mr_tape_writer_finish(mr_tape_writer *writer, int pairs, const char *const *keys, const char *const *values, char **error);
void mr_tape_writer_free(mr_tape_writer *writer);

/// Opens a tape file; the descriptor is duplicated. The file may be used by several threads at once.
mr_tape_file *mr_tape_open(int fd, char **error);
void mr_tape_close(mr_tape_file *file);
mr_tape_layout mr_tape_file_layout(const mr_tape_file *file);
int64_t mr_tape_file_rows(const mr_tape_file *file);
int mr_tape_file_groups(const mr_tape_file *file);
/// Where the footer begins: the number of bytes before it.
int64_t mr_tape_file_body(const mr_tape_file *file);
/// The value of a metadata key, malloc'ed, or NULL.
char *mr_tape_file_metadata(const mr_tape_file *file, const char *key);
/// The rows of a group and the range of its times, as its statistics say.
int64_t mr_tape_group_rows(const mr_tape_file *file, int group, int64_t *first_time, int64_t *last_time);

/// Starts reading the wanted columns (MR_COLUMN_*) of one row group.
mr_tape_cursor *mr_tape_cursor_open(mr_tape_file *file, int group, int columns, char **error);
/// The rows of the next batch, 0 at the end, -1 on an error (a wrong checksum, say).
int64_t mr_tape_cursor_next(mr_tape_cursor *cursor, char **error);
/// Decodes the batch that mr_tape_cursor_next spoke of; call it once for each.
int mr_tape_cursor_decode(mr_tape_cursor *cursor, const mr_tape_target *target, char **error);
void mr_tape_cursor_free(mr_tape_cursor *cursor);

/// Reads the integer ids and the times of any Parquet file that has such columns, whoever wrote it, into malloc'ed arrays.
/// Returns the number of rows or -1. For files that are not a tape's own, to say what is wrong with them.
int64_t mr_foreign_ids(int fd, int64_t **ids, int64_t **times, char **error);

#ifdef __cplusplus
}
#endif
