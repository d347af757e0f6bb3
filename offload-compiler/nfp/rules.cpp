// The rules' dispatch over instructions, those of arithmetic and exits, and the end of verification.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/rules.h"

#include <fmt/format.h>
#include <linux/pkt_cls.h>

#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/nfp/frames.h"
#include "offload-compiler/nfp/location.h"
#include "offload-compiler/nfp/opcode.h"

namespace offload {

using ebpf::Insn;
using ebpf::RegState;
using ebpf::Visit;

namespace {

constexpr uint64_t kMaxU32 = 0xffff'ffff;

// The driver's table knows opcodes; what else of an instruction it refuses shows later.
std::string opcode_refusal(const Insn& insn) {
  const ebpf::InsnSpec* spec = ebpf::find_spec(insn);
  if (spec == nullptr) return ebpf::illegal_reason(insn);
  switch (spec->nfp) {
    case ebpf::NfpOffload::kNative:
    case ebpf::NfpOffload::kNoAtomicOp:
    case ebpf::NfpOffload::kNoStoreImm:
      return {};
    default:
      return ebpf::nfp_refusal(*spec, insn);
  }
}

}  // namespace

Rules::Rules(const ebpf::Program& program, const firmware::Capability& capability)
    : program_(program), capability_(capability), map_use_(program.maps) {
  facts_.insns.resize(program.insns.size());
}

Rules::Answer Rules::invalid(std::string text) {
  return base::invalid_input("[nfp] " + std::move(text));
}

Rules::Answer Rules::unsupported(std::string text) {
  return base::unsupported("[nfp] " + std::move(text));
}

Rules::Answer Rules::check(const Visit& visit) {
  Answer answer = check_insn(visit, program_.insns[visit.insn], facts_.insns[visit.insn]);
  if (answer) return answer;
  base::Error error = answer.error();
  error.message = located(program_, visit.insn, error.message);
  return error;
}

Rules::Answer Rules::check_insn(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  constexpr unsigned kRegisters = 11;
  if (insn.src >= kRegisters || insn.dst >= kRegisters)
    return invalid("program uses extended registers - jit hardening?");
  if (std::string refusal = opcode_refusal(insn); !refusal.empty())
    return base::invalid_input(std::move(refusal));
  if (is_helper_call(insn)) return check_helper(visit, insn, facts);
  if (is_exit(insn)) return check_exit(visit);
  if (is_load(insn)) return check_pointer(visit, insn, insn.src, facts);
  if (is_register_store(insn)) return check_store(visit, insn, facts);
  if (is_atomic(insn)) return check_atomic(visit, insn, facts);
  if (is_alu(insn)) return check_alu(visit, insn, facts);
  return {};
}

Rules::Answer Rules::check_alu(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  const RegState& src = visit.regs[insn.src];
  const RegState& dst = visit.regs[insn.dst];
  facts.src.merge(src.umin, src.umax);
  facts.dst.merge(dst.umin, dst.umax);
  const bool by_register = has_register_source(insn);
  if (operation(insn) == BPF_MUL) {
    if (facts.dst.max > kMaxU32) return invalid("multiplier is not within u32 value range");
    if (by_register && facts.src.max > kMaxU32)
      return invalid("multiplicand is not within u32 value range");
    if (is_alu64(insn) && !by_register && insn.imm < 0)
      return invalid("sign extended multiplicand won't be within u32 value range");
  } else if (operation(insn) == BPF_DIV) {
    if (facts.dst.max > kMaxU32) return invalid("dividend is not within u32 value range");
    if (by_register && !facts.src.is_constant()) return invalid("divisor is not constant");
    if (by_register && facts.src.max > kMaxU32)
      return invalid("divisor is not within u32 value range");
    if (!by_register && insn.imm < 0)
      return invalid("divide by negative constant is not supported");
  }
  return {};
}

Rules::Answer Rules::check_exit(const Visit& visit) const {
  if (program_.type == ebpf::ProgType::kXdp) return {};
  const RegState& r0 = visit.regs[0];
  const int type = static_cast<int>(r0.type);
  if (!r0.is_const())
    return invalid(fmt::format("unsupported exit state: {}, var_off: ({:#x}; {:#x})", type,
                               r0.var_off.value, r0.var_off.mask));
  const uint64_t code = r0.var_off.value;
  if (code > TC_ACT_REDIRECT || code == TC_ACT_SHOT || code == TC_ACT_STOLEN ||
      code == TC_ACT_QUEUED)
    return {};
  return invalid(fmt::format("unsupported exit state: {}, imm: {:x}", type, code));
}

base::Result<ProgramFacts> Rules::finish(const ebpf::VerifiedProgram& verified) {
  for (size_t i = 0; i < facts_.insns.size(); ++i) {
    facts_.insns[i].visited = verified.visited[i];
    facts_.insns[i].zext = verified.zext[i];
  }
  facts_.frames = lay_out_frames(program_.insns, verified.subprograms);
  facts_.stack_bytes = deepest_stack(program_.insns, facts_.frames);
  facts_.max_packet_offset = verified.max_packet_offset;
  facts_.map_word_use = map_use_.words();
  if (facts_.stack_bytes > capability_.stack_bytes)
    return base::out_of_range(fmt::format("[nfp] stack too large: program {}B > FW stack {}B",
                                          facts_.stack_bytes, capability_.stack_bytes));
  return std::move(facts_);
}

}  // namespace offload
