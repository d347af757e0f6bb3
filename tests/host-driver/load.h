// Programs of a test through bpf(2) of a simulated process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host-driver/bpf_attr.h"
#include "host-driver/local_process.h"
#include "tests/ebpf/asm.h"

namespace host_test {

struct Loaded {
  long fd;
  std::string log;
};

inline Loaded load(host::LocalProcess& process, const ebpf_test::Code& code, int ifindex = 0,
                   bpf_prog_type type = BPF_PROG_TYPE_XDP, uint32_t log_bytes = 1 << 16) {
  const std::vector<uint8_t> bytes = ebpf::insns_to_bytes(code);
  std::vector<char> log(log_bytes);
  bpf_attr attr = host::empty_attr();
  attr.prog_type = type;
  attr.insns = host::address_of(bytes.data());
  attr.insn_cnt = static_cast<uint32_t>(code.size());
  attr.license = host::address_of("GPL");
  attr.prog_ifindex = static_cast<uint32_t>(ifindex);
  attr.log_level = 1;
  attr.log_buf = host::address_of(log.data());
  attr.log_size = log_bytes;
  const long fd = process.bpf(BPF_PROG_LOAD, &attr);
  return {fd, log.data()};
}

}  // namespace host_test
