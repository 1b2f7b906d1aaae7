// A C face on simdjson: a text becomes a flat list of nodes whose numbers keep their text.
//
// simdjson finds the tokens and checks the UTF-8 with the machine's best instructions; the grammar is checked over the tokens here, since
// simdjson's own tree turns numbers into doubles. No C++ exception leaves this library. A parser is used by one thread at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MR_JSON_NULL = 0, MR_JSON_FALSE = 1, MR_JSON_TRUE = 2, MR_JSON_NUMBER = 3, MR_JSON_STRING = 4, MR_JSON_ARRAY = 5, MR_JSON_OBJECT = 6 };

enum { MR_JSON_OK = 0, MR_JSON_MALFORMED = 1, MR_JSON_UTF8 = 2, MR_JSON_TOO_DEEP = 3, MR_JSON_TOO_LARGE = 4, MR_JSON_MEMORY = 5 };

/// One value, or one key of an object: an object's children are key, value, key, value, …
typedef struct {
    /// A string's bytes without escapes and quotes, a number's own text, otherwise the token.
    const char *text;
    /// Bytes of `text`; children of an array, members of an object.
    uint32_t length;
    /// The index of the first node after this one and all that it holds.
    uint32_t next;
    uint32_t kind;
} mr_json_node;

typedef struct mr_json_parser mr_json_parser;

/// NULL when there is no memory. Texts longer than `max_bytes` or nested deeper than `max_depth` are refused.
mr_json_parser *mr_json_open(size_t max_bytes, uint32_t max_depth);

void mr_json_close(mr_json_parser *parser);

/// Reads one whole text, which is copied first. Node 0 is its value; the nodes are valid until the next call with this parser.
int32_t mr_json_parse(mr_json_parser *parser, const void *bytes, size_t length, const mr_json_node **nodes, uint32_t *count);

/// Whether simdjson's own tree accepts the text: the second opinion of the fuzzer. 1, 0, or -1 where it has limits of its own.
int32_t mr_json_second_opinion(const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
