// The caller's memory and descriptors.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/call.h"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace host {

namespace {

constexpr uint64_t kPageBytes = 4096;

}  // namespace

std::optional<std::vector<uint8_t>> Call::read(uint64_t address, size_t bytes) const {
  std::vector<uint8_t> data(bytes);
  if (bytes != 0 && !caller.read(address, data)) return std::nullopt;
  return data;
}

// Page by page, since the page behind a text need not exist.
int Call::read_text(uint64_t address, size_t max, std::string* text) const {
  text->clear();
  while (text->size() <= max) {
    const uint64_t at = address + text->size();
    const size_t bytes = std::min<size_t>(kPageBytes - at % kPageBytes, max + 1 - text->size());
    const auto chunk = read(at, bytes);
    if (!chunk) return -EFAULT;
    const auto end = std::ranges::find(*chunk, uint8_t{0});
    text->append(chunk->begin(), end);
    if (end != chunk->end()) return 0;
  }
  text->resize(max);
  return -ENAMETOOLONG;
}

int Call::get_file(uint32_t fd, ObjectFile* file) const {
  std::optional<ObjectFile> found = caller.identify(static_cast<int>(fd));
  if (!found) return -EBADF;
  if (kind_of(found->object) == ObjectKind::kNone) return -EINVAL;
  *file = std::move(*found);
  return 0;
}

int read_object_name(const char (&from)[BPF_OBJ_NAME_LEN], std::string* name) {
  const size_t length = strnlen(from, sizeof from);
  if (length == sizeof from) return -EINVAL;
  name->assign(from, length);
  const bool is_allowed = std::ranges::all_of(*name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  });
  return is_allowed ? 0 : -EINVAL;
}

int read_file_rights(uint32_t flags, ObjectFile* file) {
  const bool no_write = (flags & BPF_F_RDONLY) != 0, no_read = (flags & BPF_F_WRONLY) != 0;
  if (no_write && no_read) return -EINVAL;
  file->can_write = !no_write;
  file->can_read = !no_read;
  return 0;
}

}  // namespace host
