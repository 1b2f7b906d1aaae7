// Files of open interest: one UTC day of one venue as Parquet (docs/open-interest.md). A row group holds the samples of one coin.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mr_interest_writer mr_interest_writer;
typedef struct mr_interest_file mr_interest_file;

/// The contracts of a file, which rows name by their place in these lists.
typedef struct {
    int count;
    const char *const *symbols;
    const char *const *coins;
    const char *const *quotes;
    const char *const *margins;
} mr_interest_contracts;

/// Rows of one coin. Quantities and amounts are 128-bit integers in units of 10^-8; times are microseconds since 1970-01-01 UTC. A negative
/// amount of USD is one that is not known: null in the file, -1 when it is read.
typedef struct {
    int64_t rows;
    const int64_t *time;
    const int64_t *sampled;
    const int32_t *contract;
    const void *quantity;
    const void *usd;
} mr_interest_rows;

/// Where to put rows that are read.
typedef struct {
    int64_t *time;
    int64_t *sampled;
    int32_t *contract;
    void *quantity;
    void *usd;
} mr_interest_target;

/// Starts a file on a descriptor, which stays the caller's. The contracts are copied.
mr_interest_writer *mr_interest_open(int fd, const mr_interest_contracts *contracts, int metadata, const char *const *keys,
                                     const char *const *values, char **error);
/// Writes one row group.
int mr_interest_append(mr_interest_writer *writer, const mr_interest_rows *rows, char **error);
int mr_interest_finish(mr_interest_writer *writer, char **error);
void mr_interest_writer_free(mr_interest_writer *writer);

/// Opens a file to read; the descriptor is duplicated.
mr_interest_file *mr_interest_read(int fd, char **error);
int mr_interest_groups(const mr_interest_file *file);
int64_t mr_interest_group_rows(const mr_interest_file *file, int group);
/// The value of a metadata key, malloc'ed, or NULL.
char *mr_interest_metadata(const mr_interest_file *file, const char *key);
/// Reads a row group into arrays that hold its rows.
int mr_interest_take(mr_interest_file *file, int group, const mr_interest_target *target, char **error);
/// Reads the times of a row group into an array that holds its rows.
int mr_interest_times(mr_interest_file *file, int group, int64_t *times, char **error);
/// Reads all but the times of some rows of a row group, by their places, which ascend, into arrays of so many; `time` is not looked at.
int mr_interest_pick(mr_interest_file *file, int group, int64_t count, const int64_t *places, const mr_interest_target *target,
                     char **error);
void mr_interest_close(mr_interest_file *file);

#ifdef __cplusplus
}
#endif
