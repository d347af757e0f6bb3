// The rows of refusals.def.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/refusal_errno.h"

#include <cerrno>
#include <string_view>

namespace host {

namespace {

struct Row {
  std::string_view words;
  int error;
};
constexpr Row kRows[] = {
#define VERIFIER_ERRNO(words, error) {words, error},
#include "host-driver/syscall/refusals.def"
#undef VERIFIER_ERRNO
};

}  // namespace

int errno_of_refusal(const base::Error& error) {
  if (error.code == base::ErrorCode::kOutOfRange) return E2BIG;
  const std::string_view cause =
      std::string_view(error.message).substr(0, error.message.find('\n'));
  for (const Row& row : kRows) {
    if (cause.find(row.words) != std::string_view::npos) return row.error;
  }
  return EINVAL;
}

}  // namespace host
