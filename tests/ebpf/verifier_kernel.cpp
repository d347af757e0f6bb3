// bpf(2) without a library: maps once, then one PROG_LOAD per program.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/verifier_kernel.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <cstring>

#include "offload-compiler/ebpf/decode.h"
#include "tests/support/kernel_bpf.h"

namespace ebpf_test {
namespace {

using test_support::address_of;
using test_support::bpf;
using test_support::empty_attr;

bpf_prog_type kernel_type(ebpf::ProgType type) {
  switch (type) {
    case ebpf::ProgType::kXdp:
      return BPF_PROG_TYPE_XDP;
    case ebpf::ProgType::kSchedCls:
      return BPF_PROG_TYPE_SCHED_CLS;
    default:
      return BPF_PROG_TYPE_SOCKET_FILTER;
  }
}

std::string last_line(const std::string& log) {
  std::string text = log.substr(0, log.rfind("processed "));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

base::Result<KernelVerifier> KernelVerifier::create(const std::vector<ebpf::MapDef>& maps) {
  KernelVerifier out;
  for (const ebpf::MapDef& def : maps) {
    bpf_attr attr = empty_attr();
    attr.map_type = def.type;
    attr.key_size = def.key_bytes;
    attr.value_size = def.value_bytes;
    attr.max_entries = def.max_entries;
    attr.map_flags = def.flags;
    const int fd = bpf(BPF_MAP_CREATE, &attr);
    if (fd < 0) return base::io_error(fmt::format("map {}: {}", def.name, std::strerror(-fd)));
    out.map_fds_.push_back(fd);
  }
  return out;
}

KernelVerifier::~KernelVerifier() {
  for (const int fd : map_fds_) close(fd);
}

bool KernelVerifier::accepts(const ebpf::Program& program) const { return load(program, nullptr); }

std::string KernelVerifier::refusal(const ebpf::Program& program) const {
  std::string log(1 << 20, '\0');
  load(program, &log);
  return last_line(log.c_str());
}

bool KernelVerifier::load(const ebpf::Program& program, std::string* log) const {
  std::vector<ebpf::Insn> insns = program.insns;
  for (size_t i = 0; i < insns.size(); ++i) {
    const ebpf::InsnSpec* spec = ebpf::find_spec(insns[i]);
    if (spec == nullptr || !spec->is_wide()) continue;
    const auto map = static_cast<size_t>(insns[i].imm);
    if (insns[i].src != 0) insns[i].imm = map < map_fds_.size() ? map_fds_[map] : -1;  // no file
    ++i;
  }
  const std::vector<uint8_t> bytes = ebpf::insns_to_bytes(insns);
  const std::string license = "GPL";
  bpf_attr attr = empty_attr();
  attr.prog_type = kernel_type(program.type);
  attr.insns = address_of(bytes.data());
  attr.insn_cnt = static_cast<uint32_t>(insns.size());
  attr.license = address_of(license.c_str());
  if (log != nullptr) {
    attr.log_buf = address_of(log->data());
    attr.log_size = static_cast<uint32_t>(log->size());
    attr.log_level = 1;
  }
  const int fd = bpf(BPF_PROG_LOAD, &attr);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

}  // namespace ebpf_test
