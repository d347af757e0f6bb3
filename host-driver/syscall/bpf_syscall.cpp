// The entry of bpf(2): reads the attribute by the kernel's rules and finds the handler.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/bpf_syscall.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "host-driver/syscall/call.h"

namespace host {

namespace {

constexpr uint32_t kMaxAttrBytes = 4096;  // a page

struct CommandSpec {
  int number;
  long (*handler)(Call&);
  size_t bytes;  // of the attribute
};

// Designators of several levels are what offsetof of GCC and clang takes.
#define END_OF(field) (offsetof(bpf_attr, field) + sizeof(static_cast<bpf_attr*>(nullptr)->field))
#define BPF_COMMAND(name, handler, last_field) {name, handler, END_OF(last_field)},
constexpr CommandSpec kCommands[] = {
#include "host-driver/syscall/commands.def"
};
#undef BPF_COMMAND
#undef END_OF

bool is_zero(std::span<const uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

// A longer attribute than ours must be zero where we do not know it: then it asks for nothing that we lack.
int read_attr(Call* call) {
  const size_t known = std::min<size_t>(call->attr_bytes, sizeof call->attr);
  if (call->attr_bytes > kMaxAttrBytes) return -E2BIG;
  if (call->attr_bytes > known) {
    const auto tail = call->read(call->attr_address + known, call->attr_bytes - known);
    if (!tail) return -EFAULT;
    if (!is_zero(*tail)) return -E2BIG;
  }
  std::memset(&call->attr, 0, sizeof call->attr);
  const std::span to(reinterpret_cast<uint8_t*>(&call->attr), known);
  return call->caller.read(call->attr_address, to) ? 0 : -EFAULT;
}

bool is_blank_behind(const bpf_attr& attr, size_t bytes) {
  const auto* at = reinterpret_cast<const uint8_t*>(&attr);
  return is_zero({at + bytes, sizeof attr - bytes});
}

}  // namespace

Bpf::Bpf(Objects& objects, Network& network, BpfOptions options)
    : objects_(objects), network_(network), options_(options) {}

long Bpf::call(const Caller& caller, int command, uint64_t attr_address, uint32_t attr_bytes) {
  objects_.settle();
  Call call{*this, caller, attr_address, attr_bytes, {}};
  const bool makes_objects = command == BPF_MAP_CREATE || command == BPF_PROG_LOAD;
  if (makes_objects && !call.may_admin()) return -EPERM;
  if (const int error = read_attr(&call); error != 0) return error;
  const auto spec = std::ranges::find(kCommands, command, &CommandSpec::number);
  if (spec == std::end(kCommands)) return -EINVAL;
  const long result = is_blank_behind(call.attr, spec->bytes) ? spec->handler(call) : -EINVAL;
  objects_.settle();
  return result;
}

}  // namespace host
