// Reading and changing union bpf_attr as raw bytes, since callers pass any prefix of it.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/attr_rules.h"

#include <linux/bpf.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/units.h"

namespace interpose {
namespace {

// The field at `offset`, 0 where attr ends before.
uint64_t field(const std::vector<uint8_t>& attr, size_t offset, size_t bytes) {
  uint64_t value = 0;
  if (offset + bytes <= attr.size()) std::memcpy(&value, &attr[offset], bytes);
  return value;
}

// Lengthens attr when it ends before.
void set_field(std::vector<uint8_t>& attr, size_t offset, uint32_t value) {
  attr.resize(std::max(attr.size(), offset + sizeof value));
  std::memcpy(&attr[offset], &value, sizeof value);
}

struct FieldAt {
  int command;
  Owner owner;
  size_t offset, bytes;
};
constexpr FieldAt kConcerns[] = {
#define INTERPOSE_CONCERN(command, owner, offset, bytes) {command, Owner::owner, offset, bytes},
#include "host-driver/interpose/concerns.def"
#undef INTERPOSE_CONCERN
};

struct BtfFields {
  size_t first, bytes;  // what refers to BTF
};
constexpr BtfFields kMapBtf = {offsetof(bpf_attr, btf_fd), 12};
constexpr BtfFields kProgBtf = {
    offsetof(bpf_attr, prog_btf_fd),
    offsetof(bpf_attr, attach_btf_id) - offsetof(bpf_attr, prog_btf_fd)};

}  // namespace

Concern concern_of(int command, const std::vector<uint8_t>& attr) {
  for (const FieldAt& row : kConcerns)
    if (row.command == command) return {row.owner, field(attr, row.offset, row.bytes)};
  return {};
}

std::array<uint64_t, 2> element_addresses(int command, const std::vector<uint8_t>& attr) {
  const uint64_t key = field(attr, offsetof(bpf_attr, key), 8);
  switch (command) {
    case BPF_MAP_UPDATE_ELEM:
      return {key, field(attr, offsetof(bpf_attr, value), 8)};
    case BPF_MAP_LOOKUP_ELEM:
    case BPF_MAP_DELETE_ELEM:
    case BPF_MAP_GET_NEXT_KEY:
    case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
      return {key, 0};
    default:
      return {0, 0};
  }
}

void promote(int command, std::vector<uint8_t>& attr, uint32_t ifindex) {
  if (ifindex == 0) return;
  const auto type = static_cast<uint32_t>(field(attr, 0, 4));
  if (command == BPF_PROG_LOAD) {
    const size_t at = offsetof(bpf_attr, prog_ifindex);
    if ((type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS) && field(attr, at, 4) == 0)
      set_field(attr, at, ifindex);
  } else if (command == BPF_MAP_CREATE) {
    const size_t at = offsetof(bpf_attr, map_ifindex);
    if ((type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_ARRAY) && field(attr, at, 4) == 0)
      set_field(attr, at, ifindex);
  } else if (command == BPF_LINK_CREATE &&
             field(attr, offsetof(bpf_attr, link_create.attach_type), 4) == BPF_XDP) {
    set_field(attr, offsetof(bpf_attr, link_create.flags), XDP_FLAGS_HW_MODE);
  }
}

int btf_of(int command, const std::vector<uint8_t>& attr) {
  uint64_t fd = 0;
  if (command == BPF_PROG_LOAD) fd = field(attr, kProgBtf.first, 4);
  if (command == BPF_MAP_CREATE) fd = field(attr, kMapBtf.first, 4);
  return fd == 0 ? -1 : static_cast<int>(fd);
}

void leave_out_btf(int command, std::vector<uint8_t>& attr) {
  const BtfFields fields = command == BPF_MAP_CREATE ? kMapBtf : kProgBtf;
  if (fields.first >= attr.size()) return;
  const size_t bytes = std::min(fields.bytes, attr.size() - fields.first);
  std::fill_n(attr.begin() + static_cast<ptrdiff_t>(fields.first), bytes, uint8_t{0});
}

uint64_t bytes_of_new_map(int command, const std::vector<uint8_t>& attr) {
  if (command != BPF_MAP_CREATE) return 0;
  const auto bytes = base::Wide{field(attr, offsetof(bpf_attr, max_entries), 4)} *
                     (field(attr, offsetof(bpf_attr, key_size), 4) +
                      field(attr, offsetof(bpf_attr, value_size), 4));
  return bytes > UINT32_MAX ? UINT32_MAX : static_cast<uint64_t>(bytes);  // beyond every limit
}

}  // namespace interpose
