// Tables written to memory column by column, as an Arrow IPC stream or a Parquet file, a batch of rows at a time.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a column holds.
enum {
    /// int64_t, microseconds since 1970-01-01 UTC.
    MR_COLUMN_INSTANT = 0,
    /// int64_t.
    MR_COLUMN_INTEGER = 1,
    /// double.
    MR_COLUMN_REAL = 2,
    /// uint8_t, 0 or 1.
    MR_COLUMN_FLAG = 3,
    /// int8_t, places among the words of the field.
    MR_COLUMN_WORD = 4,
    /// UTF-8: row r is the bytes from offsets[r] to offsets[r + 1].
    MR_COLUMN_TEXT = 5
};

enum { MR_COLUMNS_ARROW = 0, MR_COLUMNS_PARQUET = 1 };

typedef struct mr_columns mr_columns;

/// `words` are those of MR_COLUMN_WORD, parted by line feeds; else NULL.
typedef struct {
    const char *name;
    const char *words;
    int kind;
    int optional;
} mr_column_field;

/// The values of a column. `valid` has a byte a row, 0 where the value is missing, and is NULL where none is.
typedef struct {
    const void *values;
    const int32_t *offsets;
    const uint8_t *valid;
} mr_column_values;

/// Begins a table.
mr_columns *mr_columns_open(int format, int count, const mr_column_field *fields, int metadata, const char *const *keys,
                            const char *const *values, char **error);
/// Writes rows: a record batch, or a row group.
int mr_columns_append(mr_columns *columns, int64_t rows, const mr_column_values *values, char **error);
/// Writes the end.
int mr_columns_finish(mr_columns *columns, char **error);
/// What has been written since the last call: of use until the next call of any.
const uint8_t *mr_columns_take(mr_columns *columns, int64_t *size);
void mr_columns_free(mr_columns *columns);

#ifdef __cplusplus
}
#endif
