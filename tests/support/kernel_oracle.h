// The running kernel as an oracle: loads a program by bpf(2) and test-runs it on packets.
// SPDX-License-Identifier: Apache-2.0
//
//   const KernelAvailability kernel = kernel_availability();   // usable, or why not
//   auto oracle = KernelOracle::load(program);
//   auto run = oracle->run(packet);                            // run->verdict, run->packet
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/interpreter.h"
#include "offload-compiler/ebpf/program.h"
#include "tests/support/kernel_maps.h"

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
  using Bytes = test_support::Bytes;
  using Entries = test_support::Entries;
  static constexpr size_t kMinPacketBytes = 14, kMaxPacketBytes = 3520;

  // Error: the kernel refused a map or the program; the message ends in its verifier's log. kOutOfRange: its verifier gave up.
  static base::Result<KernelOracle> load(const ebpf::Program& program);
  // The same with maps that others use as well; they have the shapes of the program's.
  static base::Result<KernelOracle> load(const ebpf::Program& program,
                                         std::shared_ptr<KernelMaps> maps);
  ~KernelOracle();
  KernelOracle(KernelOracle&& other) noexcept;
  KernelOracle& operator=(KernelOracle&&) = delete;

  struct Run {
    uint32_t verdict = 0;
    Bytes packet;
  };
  base::Result<Run> run(const Bytes& packet);
  // What the kernel says that one of `repeat` runs takes, in nanoseconds.
  base::Result<uint32_t> time_run(const Bytes& packet, uint32_t repeat);
  // False: run() will be refused. Lengths, and for skb programs an IP header that the ethertype promises.
  bool accepts(const Bytes& packet) const;

  // As the functions of KernelMaps.
  int update(size_t map, std::span<const uint8_t> key, std::span<const uint8_t> value,
             uint64_t flags) {
    return maps_->update(map, key, value, flags);
  }
  int remove(size_t map, std::span<const uint8_t> key) { return maps_->remove(map, key); }
  Entries dump(size_t map) const { return maps_->dump(map); }

 private:
  KernelOracle() = default;
  base::Result<Run> run(const Bytes& packet, uint32_t repeat, uint32_t& nanoseconds);
  ebpf::ProgType type_ = ebpf::ProgType::kXdp;
  std::shared_ptr<KernelMaps> maps_;
  int program_fd_ = -1;
};

}  // namespace test_support
