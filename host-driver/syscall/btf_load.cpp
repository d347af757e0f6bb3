// BPF_BTF_LOAD.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host-driver/syscall/call.h"
#include "host-driver/syscall/user_log.h"

namespace host {

namespace {

constexpr uint32_t kMaxBtfBytes = 16u << 20;

}  // namespace

long btf_load(Call& call) {
  const bpf_attr& attr = call.attr;
  if (!call.may_admin()) return -EPERM;
  if (attr.btf_size > kMaxBtfBytes) return -E2BIG;
  UserLog log(call, {attr.btf_log_level, attr.btf_log_size, attr.btf_log_buf});
  if (!log.is_valid()) return -EINVAL;
  auto data = call.read(attr.btf, attr.btf_size);
  if (!data) return -EFAULT;
  auto types = ebpf::BtfTypes::parse(*data);
  if (!types) {
    call.explain(types.error().message);
    log.add(types.error().message + "\n");
    const int written = log.write();
    return written != 0 ? written : -EINVAL;
  }
  if (const int error = log.write(); error != 0) return error;
  BtfRef made = call.bpf.objects().new_btf();
  made->data = std::move(*data);
  made->types = std::move(*types);
  call.bpf.objects().publish(made);
  return call.give(made);
}

}  // namespace host
