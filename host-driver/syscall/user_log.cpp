// Log buffers of callers.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/user_log.h"

#include <algorithm>

namespace host {

bool UserLog::is_valid() const {
  constexpr uint32_t kLevels = 7, kMinBytes = 128, kMaxBytes = UINT32_MAX >> 2;
  if (request_.level == 0 && request_.bytes == 0 && request_.buffer == 0) return true;
  return request_.level != 0 && (request_.level & ~kLevels) == 0 && request_.buffer != 0 &&
         request_.bytes >= kMinBytes && request_.bytes <= kMaxBytes;
}

int UserLog::write() const {
  if (!is_wanted()) return 0;
  const size_t kept = std::min<size_t>(text_.size(), request_.bytes - 1);
  std::vector<uint8_t> bytes(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(kept));
  bytes.push_back(0);
  if (!call_.write(request_.buffer, bytes)) return -EFAULT;
  return kept < text_.size() ? -ENOSPC : 0;
}

}  // namespace host
