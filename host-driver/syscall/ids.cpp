// The commands that go from one id to the next, and from an id to a descriptor.
// SPDX-License-Identifier: Apache-2.0
#include <climits>

#include "host-driver/syscall/call.h"

namespace host {

namespace {

long next_id(Call& call, ObjectKind kind) {
  if (call.attr.start_id >= INT_MAX) return -EINVAL;
  if (!call.may_admin()) return -EPERM;
  const uint32_t id = call.bpf.objects().next_id(kind, call.attr.start_id);
  if (id == 0) return -ENOENT;
  call.attr.next_id = id;
  return call.answer(call.attr.next_id) ? 0 : -EFAULT;
}

long fd_by_id(Call& call, ObjectKind kind, ObjectFile rights = {}) {
  if (!call.may_admin()) return -EPERM;
  rights.object = call.bpf.objects().find(kind, call.attr.prog_id);
  if (kind_of(rights.object) == ObjectKind::kNone) return -ENOENT;
  return call.caller.give_fd(rights);
}

}  // namespace

long prog_next_id(Call& call) { return next_id(call, ObjectKind::kProg); }
long map_next_id(Call& call) { return next_id(call, ObjectKind::kMap); }
long btf_next_id(Call& call) { return next_id(call, ObjectKind::kBtf); }
long link_next_id(Call& call) { return next_id(call, ObjectKind::kLink); }

long prog_fd_by_id(Call& call) { return fd_by_id(call, ObjectKind::kProg); }
long btf_fd_by_id(Call& call) { return fd_by_id(call, ObjectKind::kBtf); }
long link_fd_by_id(Call& call) { return fd_by_id(call, ObjectKind::kLink); }

long map_fd_by_id(Call& call) {
  constexpr uint32_t kAllowed = BPF_F_RDONLY | BPF_F_WRONLY;
  ObjectFile rights;
  if ((call.attr.open_flags & ~kAllowed) != 0) return -EINVAL;
  if (!call.may_admin()) return -EPERM;
  if (const int error = read_file_rights(call.attr.open_flags, &rights); error != 0) return error;
  return fd_by_id(call, ObjectKind::kMap, rights);
}

}  // namespace host
