// Files of rows in columns that the caller names: one Parquet file written or read in one go, for thousands to millions of rows.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a column holds.
enum {
    /// int64_t, microseconds since 1970-01-01 UTC.
    MR_TABLE_TIME = 0,
    /// int32_t, days since 1970-01-01.
    MR_TABLE_DATE = 1,
    /// 128-bit integers in units of 10^-scale.
    MR_TABLE_DECIMAL = 2,
    /// UTF-8: row r is the bytes from offsets[r] to offsets[r + 1].
    MR_TABLE_TEXT = 3,
    /// uint8_t, 0 or 1.
    MR_TABLE_FLAG = 4
};

typedef struct mr_table mr_table;

typedef struct {
    const char *name;
    int kind;
    int scale;
    /// Whether values may be missing.
    int optional;
} mr_table_field;

/// The values of a column. `valid` has a byte a row, 0 where the value is missing, and is NULL where none is.
typedef struct {
    const void *values;
    const int32_t *offsets;
    const uint8_t *valid;
} mr_table_column;

/// Writes a whole file to a descriptor, which stays the caller's.
int mr_table_write(int fd, int count, const mr_table_field *fields, const mr_table_column *columns, int64_t rows, int metadata,
                   const char *const *keys, const char *const *values, char **error);

/// Reads a whole file, whose columns have to be these; the descriptor is duplicated.
mr_table *mr_table_read(int fd, int count, const mr_table_field *fields, char **error);
int64_t mr_table_rows(const mr_table *table);
/// The value of a metadata key, malloc'ed, or NULL.
char *mr_table_metadata(const mr_table *table, const char *key);
/// Copies a column that is no text into arrays of `mr_table_rows`; `valid` may be NULL.
int mr_table_take(const mr_table *table, int field, void *values, uint8_t *valid, char **error);
/// How many bytes the texts of a column have, or -1.
int64_t mr_table_text_bytes(const mr_table *table, int field);
/// Copies a column of texts: rows + 1 offsets and the bytes.
int mr_table_take_text(const mr_table *table, int field, int32_t *offsets, uint8_t *bytes, char **error);
void mr_table_free(mr_table *table);

#ifdef __cplusplus
}
#endif
