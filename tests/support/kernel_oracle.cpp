// Program load and test run by bpf(2).
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_oracle.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/bits.h"
#include "offload-compiler/ebpf/decode.h"
#include "tests/support/kernel_bpf.h"

namespace test_support {
namespace {

bpf_prog_type kernel_type(ebpf::ProgType type) {
  switch (type) {
    case ebpf::ProgType::kXdp:
      return BPF_PROG_TYPE_XDP;
    case ebpf::ProgType::kSchedCls:
      return BPF_PROG_TYPE_SCHED_CLS;
    case ebpf::ProgType::kSocketFilter:
      return BPF_PROG_TYPE_SOCKET_FILTER;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

int load_program(const ebpf::Program& program, const KernelMaps& maps, std::string* log) {
  std::vector<ebpf::Insn> insns = program.insns;
  for (size_t i = 0; i < insns.size(); ++i) {
    const ebpf::InsnSpec* spec = ebpf::find_spec(insns[i]);
    if (spec == nullptr || !spec->is_wide()) continue;
    const bool names_map = spec->op == ebpf::Op::kLoadMap || spec->op == ebpf::Op::kLoadMapValue;
    if (names_map) insns[i].imm = maps.fd(static_cast<size_t>(insns[i].imm));
    ++i;
  }
  const std::vector<uint8_t> bytes = ebpf::insns_to_bytes(insns);
  const std::string license = program.license.empty() ? "GPL" : program.license;
  bpf_attr attr = empty_attr();
  attr.prog_type = kernel_type(program.type);
  attr.insns = address_of(bytes.data());
  attr.insn_cnt = static_cast<uint32_t>(insns.size());
  attr.license = address_of(license.c_str());
  attr.prog_flags = program.flags;
  const int fd = bpf(BPF_PROG_LOAD, &attr);
  if (fd >= 0) return fd;
  log->assign(1 << 16, '\0');
  attr.log_buf = address_of(log->data());
  attr.log_size = static_cast<uint32_t>(log->size());
  attr.log_level = 1;
  bpf(BPF_PROG_LOAD, &attr);
  log->resize(std::strlen(log->c_str()));
  return fd;
}

}  // namespace

KernelAvailability kernel_availability() {
  if (geteuid() != 0) return {false, false, "not root: bpf(2) needs it"};
  const ebpf::MapDef probe{"probe", BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, {}, {}, {}};
  const auto maps = KernelMaps::create({probe});
  if (maps) return {true, false, {}};
  return {false, std::getenv("CI") != nullptr, "bpf(2) is refused: " + maps.error().text()};
}

ebpf::InterpreterOptions kernel_options(size_t packet_bytes) {
  constexpr uint32_t kHeadroom = 256,
                     kFrameStruct = 40;  // XDP_PACKET_HEADROOM, sizeof(struct xdp_frame)
  ebpf::InterpreterOptions options;
  options.packet_offset = kHeadroom;
  options.off_min = kFrameStruct;
  options.off_max = UINT32_MAX;
  options.tailroom = static_cast<uint32_t>(KernelOracle::kMaxPacketBytes - packet_bytes);
  return options;
}

base::Result<KernelOracle> KernelOracle::load(const ebpf::Program& program) {
  auto maps = KernelMaps::create(program.maps);
  if (!maps) return maps.error();
  return load(program, std::move(*maps));
}

base::Result<KernelOracle> KernelOracle::load(const ebpf::Program& program,
                                              std::shared_ptr<KernelMaps> maps) {
  KernelOracle oracle;
  oracle.type_ = program.type;
  oracle.maps_ = std::move(maps);
  std::string log;
  oracle.program_fd_ = load_program(program, *oracle.maps_, &log);
  if (oracle.program_fd_ >= 0) return oracle;
  const bool too_long =
      oracle.program_fd_ == -E2BIG || log.find("jumps is too complex") != std::string::npos;
  std::string message = fmt::format("kernel refuses program {}: {}\n{}", program.name,
                                    std::strerror(-oracle.program_fd_), log);
  if (too_long) return base::out_of_range(std::move(message));
  return base::invalid_input(std::move(message));
}

KernelOracle::KernelOracle(KernelOracle&& other) noexcept
    : type_(other.type_),
      maps_(std::move(other.maps_)),
      program_fd_(std::exchange(other.program_fd_, -1)) {}

KernelOracle::~KernelOracle() {
  if (program_fd_ >= 0) close(program_fd_);
}

bool KernelOracle::accepts(const Bytes& packet) const {
  if (packet.size() < kMinPacketBytes || packet.size() > kMaxPacketBytes) return false;
  if (type_ == ebpf::ProgType::kXdp) return true;
  const auto ethertype = base::load_be<uint16_t>(packet.data() + 12);
  const size_t header = ethertype == ETH_P_IP     ? sizeof(iphdr)
                        : ethertype == ETH_P_IPV6 ? sizeof(ipv6hdr)
                                                  : 0;
  return packet.size() >= kMinPacketBytes + header;
}

base::Result<KernelOracle::Run> KernelOracle::run(const Bytes& packet) {
  uint32_t nanoseconds = 0;
  return run(packet, 1, nanoseconds);
}

base::Result<uint32_t> KernelOracle::time_run(const Bytes& packet, uint32_t repeat) {
  uint32_t nanoseconds = 0;
  base::Result<Run> result = run(packet, repeat, nanoseconds);
  if (!result) return result.error();
  return nanoseconds;
}

base::Result<KernelOracle::Run> KernelOracle::run(const Bytes& packet, uint32_t repeat,
                                                  uint32_t& nanoseconds) {
  Run result;
  result.packet.resize(2 * kMaxPacketBytes);
  bpf_attr attr = empty_attr();
  attr.test.prog_fd = static_cast<uint32_t>(program_fd_);
  attr.test.data_in = address_of(packet.data());
  attr.test.data_size_in = static_cast<uint32_t>(packet.size());
  attr.test.data_out = address_of(result.packet.data());
  attr.test.data_size_out = static_cast<uint32_t>(result.packet.size());
  attr.test.repeat = repeat;
  if (const int failed = bpf(BPF_PROG_TEST_RUN, &attr); failed < 0) {
    return base::invalid_input(
        fmt::format("kernel refuses to run {} bytes: {}", packet.size(), std::strerror(-failed)));
  }
  result.verdict = attr.test.retval;
  nanoseconds = attr.test.duration;
  result.packet.resize(attr.test.data_size_out);
  return result;
}

}  // namespace test_support
