// What the parts of the shim share: errors as texts, and a sink on a file descriptor.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace millrace {

inline void setError(char **error, const std::string &text) {
    if (error == nullptr) return;
    std::string line = text;
    for (char &c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    *error = strdup(line.c_str());
}

/// Runs `body` and turns whatever it throws into an error text and `failure`.
template <typename Value, typename Body>
Value guarded(char **error, Value failure, Body &&body) noexcept {
    try {
        return body();
    } catch (const std::exception &e) {
        setError(error, e.what());
    } catch (...) {
        setError(error, "unknown failure");
    }
    return failure;
}

inline void check(const arrow::Status &status) {
    if (!status.ok()) throw std::runtime_error(status.message());
}

template <typename Value>
Value check(arrow::Result<Value> result) {
    check(result.status());
    return std::move(result).ValueOrDie();
}

/// Writes to a descriptor that belongs to somebody else.
class DescriptorSink : public arrow::io::OutputStream {
  public:
    explicit DescriptorSink(int fd) : fd_(fd) {}

    arrow::Status Close() override {
        closed_ = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return closed_; }
    arrow::Result<int64_t> Tell() const override { return position_; }

    arrow::Status Write(const void *data, int64_t count) override {
        const char *next = static_cast<const char *>(data);
        while (count > 0) {
            const ssize_t written = ::write(fd_, next, static_cast<size_t>(count));
            if (written < 0) {
                if (errno == EINTR) continue;
                return arrow::Status::IOError(strerror(errno));
            }
            next += written;
            count -= written;
            position_ += written;
        }
        return arrow::Status::OK();
    }
    using arrow::io::Writable::Write;

  private:
    int fd_;
    bool closed_ = false;
    int64_t position_ = 0;
};

}  // namespace millrace
