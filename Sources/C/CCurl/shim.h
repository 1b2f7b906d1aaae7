#pragma once
#include <curl/curl.h>

// What Swift cannot import: C variadic functions and the checks that curl's macros wrap around them.

static inline CURLcode millrace_curl_set_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode millrace_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

typedef size_t (*millrace_curl_sink)(char *bytes, size_t size, size_t count, void *context);
typedef int (*millrace_curl_progress)(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now);

static inline CURLcode millrace_curl_set_sink(CURL *handle, CURLoption option, millrace_curl_sink function) {
    return (curl_easy_setopt)(handle, option, function);
}

static inline CURLcode millrace_curl_set_progress(CURL *handle, millrace_curl_progress function) {
    return (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline long millrace_curl_status(CURL *handle) {
    long status = 0;
    (curl_easy_getinfo)(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static inline CURLcode millrace_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
