// Files of trades as a vendor hands them out: times with a zone, sides as words, prices and amounts as doubles (docs/vendors/aperiodic.md).
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MR_RAW_BUY = 0, MR_RAW_SELL = 1, MR_RAW_UNKNOWN = 2 };

typedef struct mr_raw_writer mr_raw_writer;

/// Rows to write; `arrival` holds 0 where a time is not known, and is NULL where none is; `id` is NULL where trades have no ids. `side` holds MR_RAW_*.
typedef struct {
    int64_t rows;
    const int64_t *time;
    const int64_t *arrival;
    const int64_t *id;
    const int8_t *side;
    const double *price;
    const double *amount;
} mr_raw_rows;

/// Starts a Parquet file on a descriptor, which stays the caller's.
mr_raw_writer *mr_raw_open(int fd, int metadata, const char *const *keys, const char *const *values, char **error);

/// Writes stretches of rows as one row group.
int mr_raw_append(mr_raw_writer *writer, int stretches, const mr_raw_rows *rows, char **error);

/// Writes the end of the file.
int mr_raw_finish(mr_raw_writer *writer, char **error);

void mr_raw_free(mr_raw_writer *writer);

#ifdef __cplusplus
}
#endif
