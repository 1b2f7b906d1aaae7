#include "CParquet.h"
#include <parquet/api/reader.h>
int millrace_parquet_placeholder(void) { return parquet::default_reader_properties().buffer_size() > 0; }
