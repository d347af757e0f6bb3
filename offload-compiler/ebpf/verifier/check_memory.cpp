// The check of loads and stores.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cassert>

#include "offload-compiler/ebpf/verifier/check.h"
#include "offload-compiler/ebpf/verifier/early_exits.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/memory.h"

namespace ebpf {

namespace {

constexpr uint8_t kModeMemSx = 0x80;  // BPF_MEMSX, newer than the headers of some systems

unsigned size_of(const Insn& insn) {
  switch (BPF_SIZE(insn.opcode)) {
    case BPF_B:
      return 1;
    case BPF_H:
      return 2;
    case BPF_W:
      return 4;
    default:
      return 8;
  }
}

// Code for an access of the context differs from that for memory, so one instruction cannot do both.
bool same_kind_of_pointer(Env& env, RegType type) {
  RegType& first = env.facts[env.insn].pointer;
  if (first == RegType::kNotInit) first = type;
  if (first == type || (first != RegType::kCtx && type != RegType::kCtx)) return true;
  return env.reject("same insn cannot be used with different pointers");
}

bool check_load(Env& env, const Insn& insn) {
  if (!read_operand(env, insn.src) || !define_operand(env, insn.dst, Define::kKeep)) return false;
  const RegType type = env.reg(insn.src).type;
  const bool sign_extends = BPF_MODE(insn.opcode) == kModeMemSx;
  if (!load(env, {insn.src, insn.off, size_of(insn), insn.dst})) return false;
  if (sign_extends) {
    if (env.reg(insn.dst).is_pointer()) return env.reject("sign-extending load of a pointer");
    env.reg(insn.dst).bounds.sign_extend(8 * size_of(insn));
  }
  return same_kind_of_pointer(env, type);
}

bool check_store(Env& env, const Insn& insn) {
  if (!read_operand(env, insn.src) || !read_operand(env, insn.dst)) return false;
  const RegType type = env.reg(insn.dst).type;
  if (!store(env, {insn.dst, insn.off, size_of(insn), insn.src})) return false;
  return same_kind_of_pointer(env, type);
}

bool check_store_constant(Env& env, const Insn& insn) {
  if (!read_operand(env, insn.dst)) return false;
  const RegType type = env.reg(insn.dst).type;
  if (type == RegType::kCtx) {
    return env.reject(fmt::format("BPF_ST stores into R{} ctx is not allowed", insn.dst));
  }
  return store(env, {insn.dst, insn.off, size_of(insn), std::nullopt});
}

bool atomic_operands(Env& env, const Insn& insn) {
  if (!read_operand(env, insn.src) || !read_operand(env, insn.dst)) return false;
  if (insn.imm == BPF_CMPXCHG && !read_operand(env, 0)) return false;
  const Reg& base = env.reg(insn.dst);
  if (base.type == RegType::kCtx || base.is_packet()) {
    return env.reject(fmt::format("BPF_ATOMIC stores into R{} {} is not allowed", insn.dst,
                                  to_string(base.type)));
  }
  return !base.is_pointer() ||
         aligned(env, {insn.dst, insn.off, size_of(insn), std::nullopt}, true);
}

bool check_atomic(Env& env, const Insn& insn) {
  if (!atomic_operands(env, insn)) return false;
  const Access access{insn.dst, insn.off, size_of(insn), std::nullopt};
  if ((insn.imm & BPF_FETCH) == 0) return load(env, access) && store(env, access);
  const unsigned result = insn.imm == BPF_CMPXCHG ? 0 : insn.src;
  const Access fetch{insn.dst, insn.off, size_of(insn), result};
  return define_operand(env, result, Define::kUnknown) && load(env, access) && load(env, fetch) &&
         store(env, access);
}

void load_map(Env& env, const Insn& insn) {
  const auto index = static_cast<uint32_t>(insn.imm);
  Reg& reg = env.reg(insn.dst);
  reg.set_pointer(insn.src == BPF_PSEUDO_MAP_FD ? RegType::kConstMapPtr : RegType::kMapValue);
  reg.map = index;
  if (insn.src == BPF_PSEUDO_MAP_FD) return;
  reg.off = env.program.insns[env.insn + 1].imm;
  if (env.program.maps[index].lock_off >= 0) reg.id = env.new_id();
}

bool check_wide_constant(Env& env, const Insn& insn) {
  if (!define_operand(env, insn.dst, Define::kUnknown)) return false;
  env.next = env.insn + 2;
  switch (insn.src) {
    case 0: {
      const auto high = static_cast<uint32_t>(env.program.insns[env.insn + 1].imm);
      env.reg(insn.dst).set_constant(uint64_t{high} << 32 | static_cast<uint32_t>(insn.imm));
      return true;
    }
    case BPF_PSEUDO_MAP_FD:
    case BPF_PSEUDO_MAP_VALUE:
      load_map(env, insn);
      return true;
    default: {
      assert(insn.src == BPF_PSEUDO_FUNC && "lay_out() knows the sources");
      const auto start = static_cast<uint32_t>(callee_start(env.program, env.insn));
      env.reg(insn.dst).set_pointer(RegType::kFunction);
      env.reg(insn.dst).target = env.layout.subprogram_of(start);
      return true;
    }
  }
}

// r0 = big-endian packet data at a constant or register offset; the program ends when the packet is shorter.
bool check_packet_load(Env& env, const Insn& insn) {
  if (env.program.type == ProgType::kXdp) {
    return env.reject("BPF_LD_[ABS|IND] instructions not allowed for this program type");
  }
  if (env.current.lock != 0) {
    return env.reject("BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region");
  }
  if (!read_operand(env, 6)) return false;
  if (env.reg(6).type != RegType::kCtx) {
    return env.reject("at the time of BPF_LD_ABS|IND R6 != pointer to skb");
  }
  if (BPF_MODE(insn.opcode) == BPF_IND && !read_operand(env, insn.src)) return false;
  if (!unmodified_pointer(env, 6) || !check_early_exit_of_packet_load(env)) return false;
  clobber_caller_saved(env);
  env.reg(0).set_unknown();
  env.reg(0).subreg_def = static_cast<int32_t>(env.insn);
  return true;
}

}  // namespace

bool check_memory(Env& env) {
  const Insn& insn = env.code();
  env.next = env.insn + 1;
  switch (BPF_CLASS(insn.opcode)) {
    case BPF_LDX:
      return check_load(env, insn);
    case BPF_ST:
      return check_store_constant(env, insn);
    case BPF_STX:
      return BPF_MODE(insn.opcode) == BPF_ATOMIC ? check_atomic(env, insn) : check_store(env, insn);
    default:
      return BPF_MODE(insn.opcode) == BPF_IMM ? check_wide_constant(env, insn)
                                              : check_packet_load(env, insn);
  }
}

}  // namespace ebpf
