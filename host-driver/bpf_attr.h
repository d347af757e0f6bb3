// The argument of bpf(2) as callers fill it in, be it for the kernel or for a card.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <cstring>

namespace host {

// Zero everywhere, padding included: the kernel refuses bytes that it does not know.
inline bpf_attr empty_attr() {
  bpf_attr attr;
  std::memset(&attr, 0, sizeof attr);
  return attr;
}

template <typename T>
uint64_t address_of(const T* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

// Of BPF_MAP_*_ELEM; of BPF_MAP_GET_NEXT_KEY with the place of the next key as `value`.
inline bpf_attr element_attr(int map_fd, const void* key, const void* value, uint64_t flags = 0) {
  bpf_attr attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(map_fd);
  attr.key = address_of(key);
  attr.value = address_of(value);
  attr.flags = flags;
  return attr;
}

// Of BPF_OBJ_GET_INFO_BY_FD.
template <typename Info>
bpf_attr info_attr(int fd, const Info* info) {
  bpf_attr attr = empty_attr();
  attr.info.bpf_fd = static_cast<uint32_t>(fd);
  attr.info.info_len = sizeof *info;
  attr.info.info = address_of(info);
  return attr;
}

}  // namespace host
