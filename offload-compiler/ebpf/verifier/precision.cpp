// Precision: walks a path backwards, instruction by instruction and state by state, after the values it relied on.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/precision.h"

#include <linux/bpf.h>

#include <algorithm>
#include <bit>

#include "offload-compiler/ebpf/verifier/prototypes.h"

namespace ebpf {

namespace {

// Registers and stack slots of one frame whose origin is searched.
struct Wanted {
  uint32_t regs = 0;
  uint64_t slots = 0;

  bool empty() const { return regs == 0 && slots == 0; }
  bool has(unsigned reg) const { return (regs >> reg & 1) != 0; }
  void add(unsigned reg) { regs |= 1u << reg; }
  void drop(unsigned reg) { regs &= ~(1u << reg); }

  bool has_place(uint8_t index) const {
    return index < kRegisters ? has(index) : (slots >> (index - kRegisters) & 1) != 0;
  }
  void drop_place(uint8_t index) {
    if (index < kRegisters) return drop(index);
    slots &= ~(uint64_t{1} << (index - kRegisters));
  }
};

uint64_t slot_bit(int16_t off) { return uint64_t{1} << Frame::slot_index(off); }

bool is_stack_operand(unsigned base, int16_t off) {
  return base == kFrameReg && off < 0 && off >= -kStackBytes;
}

class Backtrack {
 public:
  Backtrack(Env& env, uint32_t frame, Wanted wanted)
      : env_(env), frame_(frame), depth_(env.current.depth()), after_(env.insn), wanted_(wanted) {}

  void run() {
    KeptState* state = &env_.current;
    uint32_t last = env_.insn;
    bool executed = false;  // the instruction under check has no effect yet
    while (true) {
      if (!walk_segment(*state, last, executed)) {
        mark_all(state->parent);
        return;
      }
      if (wanted_.empty()) return;
      state = state->parent;
      if (state == nullptr || !mark_state(*state)) return;
      after_ = state->insn;
      last = state->last_insn;
      executed = true;
    }
  }

 private:
  // Backwards from `at` to the segment's beginning; false when an origin cannot be followed.
  bool walk_segment(const KeptState& state, uint32_t at, bool executed) {
    size_t jumps = state.jumps.size();
    while (true) {
      if (executed && !step(at)) return false;
      executed = true;
      after_ = at;
      if (wanted_.empty() || (at == state.first_insn && jumps == 0)) return true;
      at = jumps > 0 && state.jumps[jumps - 1].to == at ? state.jumps[--jumps].from : at - 1;
    }
  }

  bool step(uint32_t at) {
    const Insn& insn = env_.program.insns[at];
    const uint8_t cls = BPF_CLASS(insn.opcode);
    const bool in_frame = frame_ == depth_;
    if (cls == BPF_JMP || cls == BPF_JMP32) return step_jump(insn, at, in_frame);
    if (!in_frame) return true;
    switch (cls) {
      case BPF_ALU:
      case BPF_ALU64:
        step_alu(insn);
        return true;
      case BPF_LDX:
        step_load(insn);
        return true;
      case BPF_ST:
      case BPF_STX:
        return step_store(insn);
      default:
        return step_other_load(insn);
    }
  }

  void step_alu(const Insn& insn) {
    if (!wanted_.has(insn.dst)) return;
    const uint8_t op = BPF_OP(insn.opcode);
    if (op == BPF_END || op == BPF_NEG) return;
    if (op == BPF_MOV) wanted_.drop(insn.dst);
    if (BPF_SRC(insn.opcode) == BPF_X) wanted_.add(insn.src);
  }

  void step_load(const Insn& insn) {
    if (!wanted_.has(insn.dst)) return;
    wanted_.drop(insn.dst);
    if (is_stack_operand(insn.src, insn.off)) wanted_.slots |= slot_bit(insn.off);
  }

  bool step_store(const Insn& insn) {
    if (wanted_.has(insn.dst)) return false;  // a pointer became a scalar by subtraction
    if (BPF_CLASS(insn.opcode) == BPF_STX && BPF_MODE(insn.opcode) == BPF_ATOMIC) {
      const bool fetches = (insn.imm & BPF_FETCH) != 0;
      const unsigned result = insn.imm == BPF_CMPXCHG ? 0 : insn.src;
      return !fetches || !wanted_.has(result);
    }
    if (!is_stack_operand(insn.dst, insn.off) || (wanted_.slots & slot_bit(insn.off)) == 0)
      return true;
    wanted_.slots &= ~slot_bit(insn.off);
    if (BPF_CLASS(insn.opcode) == BPF_STX) wanted_.add(insn.src);
    return true;
  }

  bool step_other_load(const Insn& insn) {
    const bool is_packet_load = BPF_MODE(insn.opcode) != BPF_IMM;
    const unsigned dst = is_packet_load ? 0 : insn.dst;
    if (!wanted_.has(dst)) return true;
    wanted_.drop(dst);
    return !is_packet_load;
  }

  bool step_jump(const Insn& insn, uint32_t at, bool in_frame) {
    const uint8_t op = BPF_OP(insn.opcode);
    if (op == BPF_EXIT) return step_into_callback();
    if (is_subprogram_call(insn)) return false;
    if (calls_back(insn) && after_ != at + 1) {
      step_out_of_callback();
      return true;
    }
    if (!in_frame) return true;
    if (op == BPF_CALL) {
      wanted_.drop(0);
      return (wanted_.regs & 0x3e) == 0;  // r1..r5 do not survive a call
    }
    if (op == BPF_JA || BPF_SRC(insn.opcode) != BPF_X) return true;
    const bool wanted = wanted_.has(insn.dst) || wanted_.has(insn.src);
    if (!wanted && !env_.facts[at].refines_linked) return true;
    wanted_.add(insn.dst);
    if (insn.src != kFrameReg) wanted_.add(insn.src);
    return true;
  }

  // An exit that the call of a callback follows is the callback's, unless a subprogram call before it returns there as well.
  bool step_into_callback() {
    const auto& insns = env_.program.insns;
    if (!calls_back(insns[after_]) || (after_ > 0 && is_subprogram_call(insns[after_ - 1]))) {
      return false;
    }
    ++depth_;
    return true;
  }

  // A round of a callback begins: its scalars come from nowhere.
  void step_out_of_callback() {
    if (frame_ == depth_) wanted_ = {};
    --depth_;
  }

  // Copies (same id) of what is wanted may be narrowed together with it on the way here.
  void add_copies(const Frame& frame) {
    std::vector<uint32_t> ids;
    for_each_scalar(frame, [&](const Value& value, bool wanted, auto) {
      if (wanted && value.id != 0) ids.push_back(value.id);
    });
    if (ids.empty()) return;
    for_each_scalar(frame, [&](const Value& value, bool, auto add) {
      if (std::find(ids.begin(), ids.end(), value.id) != ids.end()) add();
    });
  }

  template <typename Visit>
  void for_each_scalar(const Frame& frame, Visit visit) {
    for (unsigned i = 0; i < kFrameReg; ++i) {
      const Value& value = *frame.regs[i].value;
      if (value.is_scalar()) visit(value, wanted_.has(i), [this, i] { wanted_.add(i); });
    }
    for (size_t i = 0; i < frame.stack.size(); ++i) {
      const StackSlot& slot = frame.stack[i];
      const uint64_t bit = uint64_t{1} << i;
      if (!slot.holds_spill() || !slot.spilled.value->is_scalar()) continue;
      visit(*slot.spilled.value, (wanted_.slots & bit) != 0, [this, bit] { wanted_.slots |= bit; });
    }
  }

  // Marks what is wanted in an explored state; false when nothing new was marked or nothing is left to follow.
  bool mark_state(KeptState& state) {
    SharedFrame& frame = state.frames[frame_];
    if (static_cast<size_t>(std::bit_width(wanted_.slots)) > frame->stack.size()) {
      mark_all(&state);  // written through a pointer that the walk did not follow
      return false;
    }
    add_copies(*frame);
    bool marked = false;
    for (uint8_t i = 0; i < frame->places(); ++i) {
      if (!wanted_.has_place(i)) continue;
      if (!frame->holds(i) || !frame->at(i).value->is_scalar()) {
        wanted_.drop_place(i);
      } else if (!frame->at(i).precise) {
        frame.own().at(i).precise = true;
        marked = true;
      }
    }
    return marked && !wanted_.empty();
  }

  static void mark_all(KeptState* state) {
    for (; state != nullptr && !state->all_precise; state = state->parent) {
      state->all_precise = true;
      state->change_held([](const Held& held) { return !held.precise && held.value->is_scalar(); },
                         [](Held& held) { held.precise = true; });
    }
  }

  Env& env_;
  uint32_t frame_;  // of what is wanted
  uint32_t depth_;  // of the instruction that the walk is at
  uint32_t after_;  // executed after it
  Wanted wanted_;
};

}  // namespace

void mark_precise(Env& env, unsigned reg) {
  if (!env.reg(reg).is_scalar()) return;
  Backtrack(env, env.current.depth(), {1u << reg, 0}).run();
}

void inherit_precision(Env& env, const KeptState& old) {
  for (size_t f = old.frames.size(); f-- > 0;) {
    const auto frame = static_cast<uint32_t>(f);
    const auto relied_on = [](const Held& held) {
      return held.value->is_scalar() && held.precise && (held.live & kLiveRead) != 0;
    };
    for (unsigned i = 0; i < kFrameReg; ++i) {
      if (relied_on(old.frames[f]->regs[i])) Backtrack(env, frame, {1u << i, 0}).run();
    }
    const size_t slots = std::min(old.frames[f]->stack.size(), env.current.frames[f]->stack.size());
    for (size_t i = 0; i < slots; ++i) {
      const StackSlot& slot = old.frames[f]->stack[i];
      if (slot.holds_spill() && relied_on(slot.spilled)) {
        Backtrack(env, frame, {0, uint64_t{1} << i}).run();
      }
    }
  }
}

void forget_precision(State& state) {
  state.all_precise = false;
  for (Reg& reg : state.regs) reg.precise = false;
  state.change_held([](const Held& held) { return held.precise; },
                    [](Held& held) { held.precise = false; });
}

bool narrow_copies(Values& values, State& state, const Reg& known) {
  const Value* const itself = &known;
  return state.change_where(
      values,
      [&](const Value& value) {
        return &value != itself && value.is_scalar() && value.id == known.id;
      },
      [&](Reg& copy) { copy.copy_value(known); });
}

}  // namespace ebpf
