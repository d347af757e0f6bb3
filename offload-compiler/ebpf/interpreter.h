// The reference interpreter: RFC 9669 with contexts, maps and helpers. Knows nothing of cores.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/ebpf/program.h"

namespace ebpf {

struct InterpreterOptions {
  // Room that adjust_head/tail may use, in bytes of packet offset (the target's window:
  // architecture decision 13).
  uint32_t packet_offset = 128, off_min = 44, off_max = 248;
  uint32_t tailroom = 0;                       // adjust_tail growth allowed; 0 as on the card
  uint64_t max_steps = 10'000'000;             // then kOutOfRange
  std::function<uint32_t()> random;            // bpf_get_prandom_u32; default: a fixed sequence
  std::function<uint64_t()> clock_ns;          // bpf_ktime_get_ns; default: instructions executed
  uint32_t ingress_ifindex = 1, rx_queue = 0;  // what the context's fields read as
};

struct Outcome {
  uint32_t verdict = 0;         // R0, low 32 bits
  std::vector<uint8_t> packet;  // bytes after the run
  uint32_t rx_queue = 0;        // queue chosen by the program, when chosen
  bool queue_chosen = false;
  uint64_t steps = 0;  // instructions executed
  // Of bpf_perf_event_output: the data, then the packet bytes it asked for.
  std::vector<std::vector<uint8_t>> events;
};

class Interpreter {
 public:
  // `maps` parallel to program.maps (nullptr for a map that is neither hash nor array); shared with
  // whoever fills and reads them. Every memory access is bounds-checked, so even an unverified
  // program cannot touch anything else.
  static base::Result<Interpreter> create(const Program& program,
                                          std::vector<std::shared_ptr<Map>> maps,
                                          InterpreterOptions options = {});
  ~Interpreter();
  Interpreter(Interpreter&&) noexcept;

  // Error, naming the instruction: kInvalidInput, the program did what no verified program does (bad access, unknown
  // opcode); kUnsupported, it uses a field of the kernel's socket buffer; kOutOfRange, it is still running at max_steps.
  base::Result<Outcome> run(const std::vector<uint8_t>& packet);

 private:
  struct Impl;
  explicit Interpreter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ebpf
