// BPF_OBJ_PIN and BPF_OBJ_GET: the rules about objects; paths are the front end's.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/call.h"

namespace host {

namespace {

constexpr size_t kMaxPath = 4095;

int read_path(const Call& call, std::string* path) {
  if (const int error = call.read_text(call.attr.pathname, kMaxPath, path); error != 0)
    return error;
  return path->empty() ? -ENOENT : 0;
}

}  // namespace

// Any other descriptor is EINVAL, one that is not open included: the kernel tries each kind in turn.
long obj_pin(Call& call) {
  if (call.attr.file_flags != 0) return -EINVAL;
  ObjectFile file;
  if (call.get_file(call.attr.bpf_fd, &file) != 0) return -EINVAL;
  if (kind_of(file.object) == ObjectKind::kBtf) return -EINVAL;
  std::string path;
  if (const int error = read_path(call, &path); error != 0) return error;
  return call.caller.pin(path, file.object);
}

long obj_get(Call& call) {
  constexpr uint32_t kAllowed = BPF_F_RDONLY | BPF_F_WRONLY;
  ObjectFile file;
  if (call.attr.bpf_fd != 0 || (call.attr.file_flags & ~kAllowed) != 0) return -EINVAL;
  if (const int error = read_file_rights(call.attr.file_flags, &file); error != 0) return error;
  std::string path;
  if (const int error = read_path(call, &path); error != 0) return error;
  if (const int error = call.caller.get_pinned(path, &file.object); error != 0) return error;
  const bool is_restricted = !file.can_read || !file.can_write;
  const ObjectKind kind = kind_of(file.object);
  if (kind == ObjectKind::kLink && is_restricted) return -EINVAL;
  if (kind != ObjectKind::kMap) file.can_read = file.can_write = true;
  return call.caller.give_fd(file);
}

}  // namespace host
