// Result<T>: a value or an Error, for everything that can go wrong because of what came from
// outside.
// SPDX-License-Identifier: Apache-2.0
//
//   Result<Image> image = read_image(path);
//   if (!image) return image.error();
//   use(*image);
//
// Member names follow std::expected, so that the class can become an alias of it.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace base {

enum class ErrorCode {
  kInvalidInput,  // malformed: a broken file, an illegal program, an unknown name
  kUnsupported,   // well formed, but not offered here
  kOutOfRange,    // a number outside its limits
  kIo,            // a file or device that cannot be read or written
  kBusy,          // a resource that is in use
};

// The message is lower case, has no full stop and names the thing, the value found and the value
// allowed. `where` is the file, object or place that it speaks of; empty when the message says it.
struct Error {
  ErrorCode code = ErrorCode::kInvalidInput;
  std::string message;
  std::string where;

  std::string text() const { return where.empty() ? message : where + ": " + message; }
};

inline Error invalid_input(std::string message, std::string where = {}) {
  return {ErrorCode::kInvalidInput, std::move(message), std::move(where)};
}
inline Error unsupported(std::string message, std::string where = {}) {
  return {ErrorCode::kUnsupported, std::move(message), std::move(where)};
}
inline Error out_of_range(std::string message, std::string where = {}) {
  return {ErrorCode::kOutOfRange, std::move(message), std::move(where)};
}
inline Error io_error(std::string message, std::string where = {}) {
  return {ErrorCode::kIo, std::move(message), std::move(where)};
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

  const Error& error() const {
    assert(!has_value() && "error() of a Result that holds a value");
    return std::get<1>(state_);
  }

 private:
  T& checked() {
    assert(has_value() && "value of a Result that holds an error");
    return std::get<0>(state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool has_value() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    assert(!ok_ && "error() of a Result that holds a value");
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace base
