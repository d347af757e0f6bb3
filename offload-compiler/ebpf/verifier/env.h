// One run of the verifier: the program, the state under exploration, what was learnt of each instruction, the first error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"
#include "offload-compiler/ebpf/verifier.h"
#include "offload-compiler/ebpf/verifier/layout.h"
#include "offload-compiler/ebpf/verifier/log.h"
#include "offload-compiler/ebpf/verifier/state.h"

namespace ebpf {

// What all visits of an instruction showed.
struct InsnFacts {
  bool visited = false;
  bool zext = false;
  bool refines_linked = false;  // a comparison of registers that narrowed copies of its operands
  RegType pointer = RegType::kNotInit;  // of the first access through it
};

// A branch that waits to be explored.
struct Pending {
  KeptState state;
  uint32_t insn, prev_insn;
  size_t log_size;
};

// An explored state with how often it was worth comparing with.
struct Explored {
  KeptState state;
  uint32_t hits = 0, misses = 0;
};

struct Env {
  Env(const Program& program_in, const VerifierOptions& options_in, const Layout& layout_in);

  const Program& program;
  const VerifierOptions& options;
  const Layout& layout;

  Values values;
  State current;
  uint32_t insn = 0;             // under check
  uint32_t prev_insn = 0;        // before it on the path
  uint32_t next = 0;             // set by the check of `insn`
  bool starts_function = false;  // `insn` is the first of the function under verification

  std::vector<InsnFacts> facts;
  std::vector<uint32_t> stack_bytes;  // per subprogram
  uint32_t max_packet_offset = 0;
  uint32_t ids = 0;
  uint64_t visits = 0, jumps = 0;
  uint64_t visits_at_store = 0, jumps_at_store = 0;

  std::vector<Pending> pending;
  std::vector<std::vector<std::unique_ptr<Explored>>> explored;  // per instruction, oldest first
  std::vector<std::unique_ptr<Explored>> retired;  // not compared any more, but parents of others
  size_t kept_bytes = 0;

  Log log;
  std::optional<base::Error> error;

  const Insn& code() const { return program.insns[insn]; }
  const Frame& frame() const { return current.frame(); }
  Reg& reg(unsigned number) { return current.regs[number]; }
  // The frame that a stack pointer points into.
  const Frame& frame_of(const Value& pointer) const { return *current.frames[pointer.frame]; }
  Frame& own_frame_of(const Value& pointer) { return current.frames[pointer.frame].own(); }
  uint32_t new_id() { return ++ids; }

  // Record the first error and return false: `return env.reject(...)` ends the check of an instruction.
  bool reject(const std::string& cause);
  bool exhausted(const std::string& cause);  // a limit is spent

  bool charge(size_t bytes);  // memory for states; false when the cap is reached

 private:
  bool refuse(base::ErrorCode code, const std::string& cause);
};

}  // namespace ebpf
