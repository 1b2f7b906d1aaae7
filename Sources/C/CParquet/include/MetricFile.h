// Files of metric columns: Parquet, or an Arrow IPC stream.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MR_METRIC_DOUBLE = 0, MR_METRIC_INT64 = 1, MR_METRIC_TIMESTAMP = 2, MR_METRIC_TEXT = 3 };
enum { MR_METRIC_PARQUET = 0, MR_METRIC_ARROW_STREAM = 1 };

typedef struct mr_metric_writer mr_metric_writer;

/// One column of a batch. `values` holds doubles, int64s, or for text the int32 offsets (rows + 1) into `text`.
/// `valid` holds one byte a row, 0 = null; NULL means that no value is null.
typedef struct {
    const void *values;
    const char *text;
    const uint8_t *valid;
} mr_metric_values;

/// Opens a writer on a file descriptor, which stays the caller's. Timestamps are microseconds without a time zone.
mr_metric_writer *mr_metric_open(int fd, int format, int columns, const char *const *names, const int *kinds, int metadata,
                                 const char *const *keys, const char *const *values, char **error);

/// Writes one batch: a row group, or a record batch.
int mr_metric_append(mr_metric_writer *writer, int64_t rows, const mr_metric_values *values, char **error);

/// Writes the end of the file.
int mr_metric_finish(mr_metric_writer *writer, char **error);

void mr_metric_free(mr_metric_writer *writer);

#ifdef __cplusplus
}
#endif
