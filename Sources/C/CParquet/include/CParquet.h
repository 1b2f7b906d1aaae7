// A C face on Arrow and Parquet C++: what the lake needs and no more.
//
// Every call that can fail takes `char **error`: on failure it sets a malloc'ed, one-line text (free with mr_free) and returns NULL or -1.
// No C++ exception leaves this library. Objects are not thread-safe unless said so.
#pragma once

#include "ColumnStream.h"
#include "InterestFile.h"
#include "MetricFile.h"
#include "RawFile.h"
#include "TableFile.h"
#include "TapeFile.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Frees what this library allocated with malloc.
void mr_free(void *pointer);

#ifdef __cplusplus
}
#endif
