// The program's context: which fields of xdp_md and __sk_buff exist and what they read as.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <cstddef>

#include "offload-compiler/ebpf/machine.h"

namespace ebpf {
namespace {

struct ContextField {
  bool is_xdp;
  size_t offset;
  uint64_t (*load)(const Machine&);
};

uint64_t data(const Machine& m) { return AddressSpace::packet_address(m.memory.data()); }
uint64_t data_end(const Machine& m) { return AddressSpace::packet_address(m.memory.data_end()); }
uint64_t length(const Machine& m) { return m.memory.data_end() - m.memory.data(); }
uint64_t ingress_ifindex(const Machine& m) { return m.options.ingress_ifindex; }
uint64_t rx_queue(const Machine& m) {
  return m.outcome.queue_chosen ? m.outcome.rx_queue : m.options.rx_queue;
}

constexpr ContextField kFields[] = {
    {true, offsetof(xdp_md, data), data},
    {true, offsetof(xdp_md, data_end), data_end},
    {true, offsetof(xdp_md, data_meta), data},  // no metadata: it starts and ends at data
    {true, offsetof(xdp_md, ingress_ifindex), ingress_ifindex},
    {true, offsetof(xdp_md, rx_queue_index), rx_queue},
    {false, offsetof(__sk_buff, len), length},
    {false, offsetof(__sk_buff, data), data},
    {false, offsetof(__sk_buff, data_end), data_end},
    {false, offsetof(__sk_buff, data_meta), data},
};

constexpr uint32_t kFieldBytes = 4;

}  // namespace

bool load_context(const Machine& machine, uint64_t offset, uint32_t size, uint64_t* value) {
  for (const ContextField& field : kFields) {
    if (field.is_xdp != (machine.type == ProgType::kXdp)) continue;
    if (offset < field.offset || offset + size > field.offset + kFieldBytes) continue;
    const uint64_t bytes = field.load(machine) >> 8 * (offset - field.offset);
    *value = size == kFieldBytes ? bytes : bytes & ((uint64_t{1} << 8 * size) - 1);
    return true;
  }
  return false;
}

bool store_context(Machine& machine, uint64_t offset, uint32_t size, uint64_t value) {
  const bool is_queue =
      machine.type == ProgType::kXdp && offset == offsetof(xdp_md, rx_queue_index);
  if (!is_queue || size != kFieldBytes) return false;
  machine.outcome.rx_queue = static_cast<uint32_t>(value);
  machine.outcome.queue_chosen = true;
  return true;
}

bool is_kernel_context(const Machine& machine, uint64_t offset, uint32_t size) {
  return machine.type != ProgType::kXdp && offset < sizeof(__sk_buff) &&
         offset + size <= sizeof(__sk_buff);
}

}  // namespace ebpf
