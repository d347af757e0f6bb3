// State of one run of the reference interpreter, and the decoded form of a program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/rng.h"
#include "offload-compiler/ebpf/address_space.h"
#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/interpreter.h"

namespace ebpf {

struct Machine;

// One instruction slot, ready to execute. `run` returns the next slot, or nullptr when the run
// ended.
struct Step {
  using Handler = const Step* (*)(Machine&, const Step*);
  Handler run = nullptr;
  uint64_t imm = 0;              // extended as the operation needs it
  const Step* target = nullptr;  // of jumps and calls
  int32_t off = 0;
  uint8_t dst = 0, src = 0;
};

struct Frame {
  const Step* return_to = nullptr;
  std::array<uint64_t, 4> saved{};  // r6..r9 of the caller
};

struct Machine {
  Machine(ProgType t, std::vector<std::shared_ptr<Map>> maps, InterpreterOptions o)
      : type(t), options(std::move(o)), memory(std::move(maps)) {}

  std::array<uint64_t, 11> regs{};
  uint64_t steps = 0;
  uint32_t depth = 0;  // call frame, 0 = main
  std::array<Frame, AddressSpace::kMaxFrames> frames{};
  const ProgType type;
  const InterpreterOptions options;
  AddressSpace memory;
  Outcome outcome;
  std::optional<base::Error> error;  // without the instruction, which the caller adds
  base::Rng fallback_rng{0};         // behind bpf_get_prandom_u32 when the options name no source

  // Ends the run with an error.
  const Step* fail(std::string message) {
    error = base::invalid_input(std::move(message));
    return nullptr;
  }
};

// Program to steps, one per slot and a last one that reports running off the end. Error: an illegal
// or unsupported instruction, a jump that leaves the program. The vector must not be copied: steps
// point into it.
base::Result<std::vector<Step>> decode_steps(const Program& program);

// What executes instructions of the row `op`, and what stands behind the last instruction.
Step::Handler handler_of(Op op);
Step::Handler end_handler();

// Context fields, by the layout of struct xdp_md and struct __sk_buff. False: no such field of that
// size, or not writable.
bool load_context(const Machine& machine, uint64_t offset, uint32_t size, uint64_t* value);
bool store_context(Machine& machine, uint64_t offset, uint32_t size, uint64_t value);
// Bytes of struct __sk_buff: a verified program may use fields that are the kernel's alone, which the two above do not know.
bool is_kernel_context(const Machine& machine, uint64_t offset, uint32_t size);

// Runs helper `id` on r1..r5 and sets r0. False: the machine failed.
bool call_helper(Machine& machine, int32_t id);

}  // namespace ebpf
