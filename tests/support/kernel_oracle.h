// The running kernel as an oracle: loads a program by bpf(2) and test-runs it on packets.
// SPDX-License-Identifier: Apache-2.0
//
//   const KernelAvailability kernel = kernel_availability();   // usable, or why not
//   auto oracle = KernelOracle::load(program);
//   auto run = oracle->run(packet);                            // run->verdict, run->packet
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/program.h"

namespace test_support {

struct KernelAvailability {
  bool usable = false;
  bool must_fail =
      false;  // root in CI: a test that could not run is a failure, elsewhere it is skipped
  std::string reason;
};
KernelAvailability kernel_availability();

// The kernel's room around a packet under TEST_RUN: the interpreter with these options agrees on
// adjust_head and _tail.
ebpf::InterpreterOptions kernel_options(size_t packet_bytes = 0);

class KernelOracle {
 public:
  using Bytes = std::vector<uint8_t>;
  struct ByteOrder {
    bool operator()(const Bytes& a, const Bytes& b) const {
      return std::ranges::lexicographical_compare(a, b);
    }
  };
  using Entries = std::map<Bytes, Bytes, ByteOrder>;
  static constexpr size_t kMinPacketBytes = 14, kMaxPacketBytes = 3520;

  // Error: the kernel refused a map or the program; the message ends in its verifier's log.
  static base::Result<KernelOracle> load(const ebpf::Program& program);
  ~KernelOracle();
  KernelOracle(KernelOracle&& other) noexcept;
  KernelOracle& operator=(KernelOracle&&) = delete;

  struct Run {
    uint32_t verdict = 0;
    Bytes packet;
  };
  base::Result<Run> run(const Bytes& packet);
  // False: run() will be refused. Lengths, and for skb programs an IP header that the ethertype promises.
  bool accepts(const Bytes& packet) const;

  // As Map of the reference interpreter: 0 or -errno, `map` is an index into the program's maps.
  int update(size_t map, std::span<const uint8_t> key, std::span<const uint8_t> value,
             uint64_t flags);
  int remove(size_t map, std::span<const uint8_t> key);
  Entries dump(size_t map) const;

 private:
  KernelOracle() = default;
  ebpf::ProgType type_ = ebpf::ProgType::kXdp;
  std::vector<ebpf::MapDef> maps_;
  std::vector<int> map_fds_;
  int program_fd_ = -1;
};

}  // namespace test_support
