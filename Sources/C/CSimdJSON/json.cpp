#include "CSimdJSON.h"

#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

namespace {

struct Open {
    uint32_t node;
    uint32_t children;
    bool object;
};

inline bool isSpace(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool isDigit(uint8_t c) { return uint8_t(c - '0') <= 9; }

bool isNumber(const uint8_t *at, const uint8_t *end) {
    if (at != end && *at == '-') at++;
    if (at == end || !isDigit(*at)) return false;
    if (*at++ != '0') {
        while (at != end && isDigit(*at)) at++;
    }
    if (at != end && *at == '.') {
        if (++at == end || !isDigit(*at)) return false;
        while (at != end && isDigit(*at)) at++;
    }
    if (at != end && (*at | 0x20) == 'e') {
        if (++at != end && (*at == '+' || *at == '-')) at++;
        if (at == end || !isDigit(*at)) return false;
        while (at != end && isDigit(*at)) at++;
    }
    return at == end;
}

/// Four hexadecimal digits, or -1.
int32_t hex4(const uint8_t *at, const uint8_t *end) {
    if (end - at < 4) return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = at[i], lower = c | 0x20;
        int32_t digit = isDigit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

/// Takes the escapes out of a string, in place, since what they stand for is never longer. The new end, or null.
uint8_t *unescape(uint8_t *begin, uint8_t *end) {
    uint8_t *to = static_cast<uint8_t *>(memchr(begin, '\\', size_t(end - begin)));
    if (to == nullptr) return end;
    for (const uint8_t *at = to; at != end;) {
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        if (++at == end) return nullptr;
        switch (*at++) {
        case '"': *to++ = '"'; break;
        case '\\': *to++ = '\\'; break;
        case '/': *to++ = '/'; break;
        case 'b': *to++ = '\b'; break;
        case 'f': *to++ = '\f'; break;
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case 'u': {
            int32_t code = hex4(at, end);
            if (code < 0) return nullptr;
            at += 4;
            if (code >= 0xD800 && code <= 0xDFFF) {
                if (code >= 0xDC00 || end - at < 6 || at[0] != '\\' || at[1] != 'u') return nullptr;
                int32_t low = hex4(at + 2, end);
                if (low < 0xDC00 || low > 0xDFFF) return nullptr;
                at += 6;
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            }
            if (code < 0x80) {
                *to++ = uint8_t(code);
            } else if (code < 0x800) {
                *to++ = uint8_t(0xC0 | code >> 6);
                *to++ = uint8_t(0x80 | (code & 0x3F));
            } else if (code < 0x10000) {
                *to++ = uint8_t(0xE0 | code >> 12);
                *to++ = uint8_t(0x80 | (code >> 6 & 0x3F));
                *to++ = uint8_t(0x80 | (code & 0x3F));
            } else {
                *to++ = uint8_t(0xF0 | code >> 18);
                *to++ = uint8_t(0x80 | (code >> 12 & 0x3F));
                *to++ = uint8_t(0x80 | (code >> 6 & 0x3F));
                *to++ = uint8_t(0x80 | (code & 0x3F));
            }
            break;
        }
        default: return nullptr;
        }
    }
    return to;
}

} // namespace

struct mr_json_parser {
    size_t maxBytes;
    uint32_t maxDepth;
    size_t capacity = 0;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> tokens;
    std::vector<uint8_t> buffer;
    /// Room for the most nodes that the tokens may be, and how many are taken.
    std::vector<mr_json_node> nodes;
    uint32_t count = 0;
    bool escapes = false;
    std::vector<Open> open;

    int32_t prepare(const void *bytes, size_t length) {
        if (length > capacity) {
            size_t wanted = 4096;
            while (wanted < length) wanted *= 2;
            buffer.resize(wanted + simdjson::SIMDJSON_PADDING);
            auto error = tokens ? tokens->set_capacity(wanted)
                                : simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, tokens);
            if (error) {
                capacity = 0;
                return MR_JSON_MEMORY;
            }
            capacity = wanted;
        }
        memcpy(buffer.data(), bytes, length);
        escapes = memchr(bytes, '\\', length) != nullptr;
        memset(buffer.data() + length, ' ', simdjson::SIMDJSON_PADDING);
        switch (tokens->stage1(buffer.data(), length, simdjson::stage1_mode::regular)) {
        case simdjson::SUCCESS: return MR_JSON_OK;
        case simdjson::UTF8_ERROR: return MR_JSON_UTF8;
        case simdjson::MEMALLOC: return MR_JSON_MEMORY;
        default: return MR_JSON_MALFORMED;
        }
    }

    /// Appends the string that begins at `from`, whose token ends before `limit`.
    inline bool string(uint8_t *from, uint8_t *limit) {
        while (isSpace(limit[-1])) limit--;
        if (limit - from < 2 || limit[-1] != '"') return false;
        uint8_t *end = escapes ? unescape(from + 1, limit - 1) : limit - 1;
        if (end == nullptr) return false;
        nodes[count] = {reinterpret_cast<const char *>(from + 1), uint32_t(end - from - 1), count + 1, MR_JSON_STRING};
        count++;
        return true;
    }

    /// Appends the string, number or word that begins at `from`.
    inline bool scalar(uint8_t *from, uint8_t *limit) {
        if (*from == '"') return string(from, limit);
        while (limit > from && isSpace(limit[-1])) limit--;
        mr_json_node node{reinterpret_cast<const char *>(from), uint32_t(limit - from), count + 1, MR_JSON_NULL};
        switch (*from) {
        case 't':
            if (node.length != 4 || memcmp(from, "true", 4) != 0) return false;
            node.kind = MR_JSON_TRUE;
            break;
        case 'f':
            if (node.length != 5 || memcmp(from, "false", 5) != 0) return false;
            node.kind = MR_JSON_FALSE;
            break;
        case 'n':
            if (node.length != 4 || memcmp(from, "null", 4) != 0) return false;
            break;
        default:
            if (!isNumber(from, limit)) return false;
            node.kind = MR_JSON_NUMBER;
        }
        nodes[count++] = node;
        return true;
    }

    /// Checks the grammar over the tokens and lays down a node for each key and value.
    int32_t build() {
        const uint32_t *index = tokens->structural_indexes.get();
        const uint32_t total = tokens->n_structural_indexes;
        uint8_t *text = buffer.data();
        // After a key stands a colon, after a value a comma or a bracket that ends; only brackets that begin follow each other.
        if (nodes.size() < total / 2 + 2 * size_t(maxDepth) + 8) nodes.resize(total / 2 + total / 8 + 2 * size_t(maxDepth) + 8);
        count = 0;
        open.clear();
        uint32_t i = 0;
        uint8_t c;

    value:
        if (i >= total) return MR_JSON_MALFORMED;
        c = text[index[i]];
        if (c == '{' || c == '[') {
            if (open.size() >= maxDepth) return MR_JSON_TOO_DEEP;
            bool object = c == '{';
            nodes[count] = {reinterpret_cast<const char *>(text + index[i]), 0, 0, uint32_t(object ? MR_JSON_OBJECT : MR_JSON_ARRAY)};
            open.push_back({count++, 0, object});
            i++;
            if (i < total && text[index[i]] == (object ? '}' : ']')) goto close;
            if (object) goto key;
            goto value;
        }
        // After the last token the list holds the length of the text.
        if (!scalar(text + index[i], text + index[i + 1])) return MR_JSON_MALFORMED;
        i++;
        goto after;

    key:
        if (i + 1 >= total || text[index[i]] != '"' || text[index[i + 1]] != ':') return MR_JSON_MALFORMED;
        if (!string(text + index[i], text + index[i + 1])) return MR_JSON_MALFORMED;
        i += 2;
        goto value;

    after:
        if (open.empty()) return i == total ? MR_JSON_OK : MR_JSON_MALFORMED;
        open.back().children++;
        if (i >= total) return MR_JSON_MALFORMED;
        c = text[index[i]];
        if (open.back().object) {
            if (c == '}') goto close;
            if (c != ',') return MR_JSON_MALFORMED;
            i++;
            goto key;
        }
        if (c == ']') goto close;
        if (c != ',') return MR_JSON_MALFORMED;
        i++;
        goto value;

    close:
        nodes[open.back().node].next = count;
        nodes[open.back().node].length = open.back().children;
        open.pop_back();
        i++;
        goto after;
    }
};

mr_json_parser *mr_json_open(size_t max_bytes, uint32_t max_depth) {
    auto *parser = new (std::nothrow) mr_json_parser;
    if (parser == nullptr) return nullptr;
    // Positions are 32 bits wide.
    parser->maxBytes = max_bytes < (size_t(1) << 30) ? max_bytes : size_t(1) << 30;
    parser->maxDepth = max_depth;
    return parser;
}

void mr_json_close(mr_json_parser *parser) { delete parser; }

int32_t mr_json_parse(mr_json_parser *parser, const void *bytes, size_t length, const mr_json_node **nodes, uint32_t *count) {
    *nodes = nullptr;
    *count = 0;
    if (length > parser->maxBytes) return MR_JSON_TOO_LARGE;
    if (length == 0) return MR_JSON_MALFORMED;
    try {
        int32_t fault = parser->prepare(bytes, length);
        if (fault == MR_JSON_OK) fault = parser->build();
        if (fault != MR_JSON_OK) return fault;
    } catch (...) {
        return MR_JSON_MEMORY;
    }
    *nodes = parser->nodes.data();
    *count = parser->count;
    return MR_JSON_OK;
}

int32_t mr_json_second_opinion(const void *bytes, size_t length) {
    try {
        simdjson::dom::parser parser;
        simdjson::dom::element element;
        auto error = parser.parse(static_cast<const uint8_t *>(bytes), length, true).get(element);
        // It refuses numbers that neither a double nor 64 bits hold, and nesting of its own depth.
        if (error == simdjson::NUMBER_ERROR || error == simdjson::DEPTH_ERROR || error == simdjson::MEMALLOC) return -1;
        return error == simdjson::SUCCESS ? 1 : 0;
    } catch (...) {
        return -1;
    }
}
