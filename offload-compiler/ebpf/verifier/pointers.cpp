// Pointers: arithmetic keeps a fixed and a variable part apart; comparisons with the packet's end prove bytes readable.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/pointers.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

#include "offload-compiler/ebpf/verifier/branch.h"

namespace ebpf {

namespace {

const char* operator_text(uint8_t op) {
  constexpr const char* kTexts[] = {
      "+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", "neg", "%=", "^=", "=", "s>>=", "endian"};
  return kTexts[op >> 4];
}

// Offsets beyond +-2^29 could overflow what later checks add up.
bool sane_offset(Env& env, const Reg& reg, RegType type) {
  const Bounds& b = reg.bounds;
  const auto value = static_cast<int64_t>(b.var_off.value);
  const auto outside = [](int64_t v) { return v >= kMaxVarOffset || v <= -kMaxVarOffset; };
  if (b.is_const() && outside(value)) {
    return env.reject(
        fmt::format("math between {} pointer and {} is not allowed", to_string(type), value));
  }
  if (outside(reg.off)) {
    return env.reject(fmt::format("{} pointer offset {} is not allowed", to_string(type), reg.off));
  }
  if (b.smin == INT64_MIN) {
    return env.reject(
        fmt::format("math between {} pointer and register with unbounded min value is not allowed",
                    to_string(type)));
  }
  if (outside(b.smin)) {
    return env.reject(
        fmt::format("value {} makes {} pointer be out of bounds", b.smin, to_string(type)));
  }
  return true;
}

bool arithmetic_allowed(Env& env, const Reg& pointer, const Bounds& scalar, uint8_t op) {
  const unsigned dst = env.code().dst;
  const char* type = to_string(pointer.type);
  switch (pointer.type) {
    case RegType::kMapValueOrNull:
    case RegType::kMemoryOrNull:
      return env.reject(
          fmt::format("R{} pointer arithmetic on {} prohibited, null-check it first", dst, type));
    case RegType::kConstMapPtr:
      if (tnum::equals(scalar.var_off, 0) && op == BPF_ADD) return true;
      [[fallthrough]];
    case RegType::kPacketEnd:
    case RegType::kFunction:
      return env.reject(fmt::format("R{} pointer arithmetic on {} prohibited", dst, type));
    default:
      return true;
  }
}

// The variable part takes part in the operation; packet pointers start a new base.
void move_variable_part(Env& env, uint8_t op, Reg& out, const Bounds& scalar) {
  Bounds& b = out.bounds;
  const Bounds p = out.bounds;
  if (op == BPF_ADD) {
    if (__builtin_add_overflow(p.smin, scalar.smin, &b.smin) ||
        __builtin_add_overflow(p.smax, scalar.smax, &b.smax)) {
      b.smin = INT64_MIN;
      b.smax = INT64_MAX;
    }
    if (__builtin_add_overflow(p.umin, scalar.umin, &b.umin) ||
        __builtin_add_overflow(p.umax, scalar.umax, &b.umax)) {
      b.umin = 0;
      b.umax = UINT64_MAX;
    }
    b.var_off = tnum::add(p.var_off, scalar.var_off);
  } else {
    if (__builtin_sub_overflow(p.smin, scalar.smax, &b.smin) ||
        __builtin_sub_overflow(p.smax, scalar.smin, &b.smax)) {
      b.smin = INT64_MIN;
      b.smax = INT64_MAX;
    }
    const bool may_wrap = p.umin < scalar.umax;
    b.umin = may_wrap ? 0 : p.umin - scalar.umax;
    b.umax = may_wrap ? UINT64_MAX : p.umax - scalar.umin;
    b.var_off = tnum::sub(p.var_off, scalar.var_off);
  }
  if (!out.is_packet()) return;
  out.id = env.new_id();
  // What was readable stays readable only when the pointer moved down.
  if (op == BPF_ADD || scalar.smin < 0) out.range = 0;
}

bool operate(Env& env, uint8_t op, Reg& out, const Bounds& scalar, bool scalar_is_dst) {
  const unsigned dst = env.code().dst;
  if (op != BPF_ADD && op != BPF_SUB) {
    const bool bitwise = op == BPF_AND || op == BPF_OR || op == BPF_XOR;
    return env.reject(bitwise ? fmt::format("R{} bitwise operator {} on pointer prohibited", dst,
                                            operator_text(op))
                              : fmt::format("R{} pointer arithmetic with {} operator prohibited",
                                            dst, operator_text(op)));
  }
  if (op == BPF_SUB && scalar_is_dst) {
    return env.reject(fmt::format("R{} tried to subtract pointer from scalar", dst));
  }
  if (op == BPF_SUB && out.type == RegType::kStack) {
    return env.reject(fmt::format("R{} subtraction from stack pointer prohibited", dst));
  }
  const int64_t delta = op == BPF_ADD ? scalar.smin : -scalar.smin;
  const int64_t moved = out.off + delta;
  if (scalar.is_const() && moved == static_cast<int32_t>(moved)) {
    out.off = static_cast<int32_t>(moved);
  } else {
    move_variable_part(env, op, out, scalar);
  }
  return true;
}

// Bytes [0, off) of the packet are readable; with `beyond`, one more.
void prove_range(Values& values, State& state, const Value& pointer, bool beyond) {
  if (pointer.off < 0 || (pointer.off == 0 && beyond)) return;
  const uint64_t off = static_cast<uint64_t>(pointer.off);
  if (pointer.bounds.umax > kMaxPacketOffset || pointer.bounds.umax + off > kMaxPacketOffset)
    return;
  const int32_t range = std::min(pointer.off + (beyond ? 1 : 0), int32_t{kMaxPacketOffset});
  state.change_where(
      values,
      [&](const Value& value) {
        return value.type == pointer.type && value.id == pointer.id && value.range < range;
      },
      [&](Reg& reg) { reg.range = range; });
}

void mark_end(State& state, unsigned number, bool beyond) {
  Reg& reg = state.regs[number];
  if (reg.type == RegType::kPacket) reg.range = beyond ? kBeyondPacketEnd : kAtPacketEnd;
}

}  // namespace

bool pointer_alu(Env& env, Reg& dst, const Reg& pointer_in, const Reg& scalar_in,
                 bool scalar_is_dst) {
  const Reg pointer = pointer_in, scalar = scalar_in;
  const Bounds& b = scalar.bounds;
  const uint8_t op = BPF_OP(env.code().opcode);
  const bool contradictory = (b.is_const() && (b.smin != b.smax || b.umin != b.umax)) ||
                             b.smin > b.smax || b.umin > b.umax;
  if (contradictory) {
    dst.set_unknown();
    return true;
  }
  if (BPF_CLASS(env.code().opcode) != BPF_ALU64) {
    if (op == BPF_SUB) {
      dst.set_unknown();
      return true;
    }
    return env.reject(fmt::format("R{} 32-bit pointer arithmetic prohibited", env.code().dst));
  }
  if (!arithmetic_allowed(env, pointer, b, op)) return false;
  if (!sane_offset(env, scalar, pointer.type) || !sane_offset(env, pointer, pointer.type))
    return false;
  Reg out = pointer;
  out.bounds.forget32();
  if (!operate(env, op, out, b, scalar_is_dst)) return false;
  dst.copy_value(out);
  if (!sane_offset(env, dst, pointer.type)) return false;
  dst.bounds.sync();
  return true;
}

std::optional<bool> packet_branch_outcome(uint8_t op, const Reg& dst, const Reg& src) {
  if ((dst.type == RegType::kPacketEnd) == (src.type == RegType::kPacketEnd)) return std::nullopt;
  const bool end_first = dst.type == RegType::kPacketEnd;
  const Reg& pointer = end_first ? src : dst;
  if (pointer.range >= 0) return std::nullopt;
  const uint8_t order = end_first ? flipped(op) : op;
  const bool beyond = pointer.range == kBeyondPacketEnd;
  if (beyond && (order == BPF_JGT || order == BPF_JLE)) return order == BPF_JGT;
  if (order == BPF_JGE || order == BPF_JLT) return order == BPF_JGE;
  return std::nullopt;
}

bool learn_packet_range(Values& values, const Insn& insn, State& not_taken, State& taken) {
  if (BPF_CLASS(insn.opcode) != BPF_JMP || BPF_SRC(insn.opcode) != BPF_X) return false;
  const Reg& dst = not_taken.regs[insn.dst];
  const Reg& src = not_taken.regs[insn.src];
  // data_meta is compared with data, everything else with the packet's end.
  const auto is_limit_of = [](const Value& limit, const Value& pointer) {
    return (pointer.type == RegType::kPacket && limit.type == RegType::kPacketEnd) ||
           (pointer.type == RegType::kPacketMeta && limit.type == RegType::kPacket &&
            limit.off == 0 && limit.id == 0 && tnum::equals(limit.bounds.var_off, 0));
  };
  uint8_t op = BPF_OP(insn.opcode);
  unsigned number = insn.dst;
  if (is_limit_of(dst, src)) {
    op = flipped(op);
    number = insn.src;
  } else if (!is_limit_of(src, dst)) {
    return false;
  }
  const Value pointer = not_taken.regs[number];
  switch (op) {  // pointer op limit
    case BPF_JGT:
      prove_range(values, not_taken, pointer, false);
      mark_end(taken, number, true);
      return true;
    case BPF_JLE:
      prove_range(values, taken, pointer, false);
      mark_end(not_taken, number, true);
      return true;
    case BPF_JLT:
      prove_range(values, taken, pointer, true);
      mark_end(not_taken, number, false);
      return true;
    case BPF_JGE:
      prove_range(values, not_taken, pointer, true);
      mark_end(taken, number, false);
      return true;
    default:
      return false;
  }
}

void resolve_null(Env& env, State& state, uint32_t id, bool is_null) {
  state.change_where(
      env.values, [&](const Value& value) { return value.is_or_null() && value.id == id; },
      [&](Reg& reg) {
        const bool is_memory = reg.type == RegType::kMemoryOrNull;
        reg.type = is_null ? RegType::kScalar : is_memory ? RegType::kMemory : RegType::kMapValue;
        const bool has_lock =
            reg.type == RegType::kMapValue && env.program.maps[reg.map].lock_off >= 0;
        if (!has_lock) reg.id = 0;  // a lock is told from others by its value's id
      });
}

void invalidate_packet_pointers(Values& values, State& state) {
  state.change_where(
      values, [](const Value& value) { return value.is_any_packet(); },
      [](Reg& reg) { reg.set_unknown(); });
}

}  // namespace ebpf
