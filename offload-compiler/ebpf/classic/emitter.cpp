// Encodes eBPF instructions; resolves jumps at the end.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/emitter.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

namespace classic {

void Emitter::move(uint8_t dst, uint8_t src) { add(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0); }

void Emitter::move_lower(uint8_t dst, uint8_t src) {
  add(BPF_ALU | BPF_MOV | BPF_X, dst, src, 0, 0);
}

void Emitter::set(uint8_t dst, uint32_t value) { alu(BPF_MOV, dst, value); }

void Emitter::add_register(uint8_t dst, uint8_t src) {
  add(BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0);
}

void Emitter::add_bytes(uint8_t dst, uint32_t bytes) {
  add(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, static_cast<int32_t>(bytes));
}

void Emitter::alu(uint8_t operation, uint8_t dst, uint32_t value) {
  add(static_cast<uint8_t>(BPF_ALU | BPF_K | operation), dst, 0, 0, static_cast<int32_t>(value));
}

void Emitter::alu_reg(uint8_t operation, uint8_t dst, uint8_t src) {
  add(static_cast<uint8_t>(BPF_ALU | BPF_X | operation), dst, src, 0, 0);
}

void Emitter::load(uint8_t size, uint8_t dst, uint8_t base, int16_t off) {
  add(static_cast<uint8_t>(BPF_LDX | BPF_MEM | size), dst, base, off, 0);
}

void Emitter::add_jump(uint8_t opcode, uint8_t dst, uint8_t src, uint32_t value, size_t target) {
  pending_.push_back({here(), target});
  add(opcode, dst, src, 0, static_cast<int32_t>(value));
}

void Emitter::jump_if(uint8_t condition, uint8_t dst, uint32_t value, size_t classic_target) {
  add_jump(static_cast<uint8_t>(BPF_JMP32 | BPF_K | condition), dst, 0, value, classic_target);
}

void Emitter::jump_if_reg(uint8_t condition, uint8_t dst, uint8_t src, size_t classic_target) {
  add_jump(static_cast<uint8_t>(BPF_JMP32 | BPF_X | condition), dst, src, 0, classic_target);
}

void Emitter::jump(size_t classic_target) { add_jump(BPF_JMP | BPF_JA, 0, 0, 0, classic_target); }

void Emitter::skip_if(uint8_t condition, uint8_t dst, uint32_t value, int16_t insns) {
  add(static_cast<uint8_t>(BPF_JMP32 | BPF_K | condition), dst, 0, insns,
      static_cast<int32_t>(value));
}

void Emitter::reject() { jump(kReject); }

void Emitter::reject_if(uint8_t condition, uint8_t dst, uint32_t value) {
  jump_if(condition, dst, value, kReject);
}

void Emitter::reject_if_wide(uint8_t condition, uint8_t dst, uint32_t value) {
  add_jump(static_cast<uint8_t>(BPF_JMP | BPF_K | condition), dst, 0, value, kReject);
}

void Emitter::reject_if_beyond(uint8_t pointer) {
  add_jump(BPF_JMP | BPF_JGT | BPF_X, pointer, kRegEnd, 0, kReject);
}

void Emitter::exit() { add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

void Emitter::finish_with(uint32_t value, uint32_t reject_value) {
  if (value == reject_value) rejections_.push_back(here());
  set(kRegA, value);
  exit();
}

uint32_t Emitter::rejection_behind(uint32_t slot) const {
  return *std::upper_bound(rejections_.begin(), rejections_.end(), slot);
}

base::Result<std::vector<ebpf::Insn>> Emitter::finish(uint32_t reject_value) {
  const bool lacks_rejection = std::ranges::any_of(pending_, [this](const Pending& jump) {
    return jump.classic_target == kReject &&
           (rejections_.empty() || rejections_.back() < jump.slot);
  });
  if (lacks_rejection) finish_with(reject_value, reject_value);
  for (const Pending& jump : pending_) {
    const uint32_t target =
        jump.classic_target == kReject ? rejection_behind(jump.slot) : starts_[jump.classic_target];
    const uint32_t distance = target - jump.slot - 1;
    if (distance > INT16_MAX) {
      return base::out_of_range(
          fmt::format("converted to eBPF, the program needs a jump of {} instructions, allowed are "
                      "up to {}",
                      distance, INT16_MAX));
    }
    insns_[jump.slot].off = static_cast<int16_t>(distance);
  }
  return std::move(insns_);
}

}  // namespace classic
