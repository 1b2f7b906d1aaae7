#pragma once
int millrace_parquet_placeholder(void);
