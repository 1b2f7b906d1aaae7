#pragma once
// The C library's allocator: its module for Swift leaves this header out.
#include <malloc.h>
