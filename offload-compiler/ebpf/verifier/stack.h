// Stack accesses: which bytes hold data, zeros or spilled registers, through constant and variable offsets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "offload-compiler/ebpf/verifier/env.h"

namespace ebpf {

// A memory access of an instruction: `off` is the instruction's offset, without that of the pointer.
struct Access {
  unsigned base;  // register that holds the pointer
  int32_t off;
  unsigned size;  // bytes
  std::optional<unsigned>
      value;  // register that is stored or loaded; none for immediates and atomics
};

// Slots are tracked by aligned accesses: the caller has checked that.
bool stack_load(Env& env, const Access& access);
bool stack_store(Env& env, const Access& access);

// Buffer of `size` bytes at r`base` that a helper reads, and may write unless it is only read; every byte must be initialised.
bool stack_buffer(Env& env, unsigned base, int64_t size, bool zero_allowed);

// The same for a helper that fills the buffer: only its bounds are checked. Nothing when the offset varies or does not fit.
std::optional<bool> stack_output(Env& env, unsigned base, int64_t size, bool zero_allowed);

}  // namespace ebpf
