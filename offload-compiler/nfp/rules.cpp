// The rules' dispatch over instructions, those of arithmetic and exits, and the end of verification.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/rules.h"

#include <linux/pkt_cls.h>

#include <cassert>

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

}  // namespace

Rules::Rules(const ebpf::Program& program, const firmware::Capability& capability, Dialect dialect)
    : program_(program), capability_(capability), dialect_(dialect), map_use_(program.maps) {
  facts_.fix_defects = dialect != Dialect::kDriver;
  facts_.insns.resize(program.insns.size());
}

base::Result<void> Rules::check(const Visit& visit) {
  of_visit_.clear();
  check_insn(visit, program_.insns[visit.insn], facts_.insns[visit.insn]);
  if (of_visit_.empty()) return {};
  for (Diagnostic& found : of_visit_) {
    found.insn = visit.insn;
    if (known_.emplace(visit.insn, found.rule).second) refusals_.push_back(found);
  }
  return to_error(program_, of_visit_.front());
}

void Rules::check_insn(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  constexpr unsigned kRegisters = 11;
  if (insn.src >= kRegisters || insn.dst >= kRegisters) return refuse<Rule::kExtendedRegister>();
  if (!check_opcode(insn)) return;
  if (is_helper_call(insn)) return check_helper(visit, insn, facts);
  if (is_exit(insn)) return check_exit(visit);
  if (is_load(insn)) return check_pointer(visit, insn, insn.src, facts);
  if (is_register_store(insn)) return check_store(visit, insn, facts);
  // The driver does not look at stores of immediates (B8).
  if (is_immediate_store(insn) && facts_.fix_defects) return check_store(visit, insn, facts);
  if (is_atomic(insn)) return check_atomic(visit, insn, facts);
  if (is_packet_offset_load(insn))
    facts.src.merge(visit.regs[insn.src].umin, visit.regs[insn.src].umax);
  if (is_alu(insn)) check_alu(visit, insn, facts);
}

// The driver's table knows opcodes; what else of an instruction it refuses shows later.
bool Rules::check_opcode(const Insn& insn) {
  using enum ebpf::NfpOffload;
  const ebpf::InsnSpec* spec = ebpf::find_spec(insn);
  assert(spec != nullptr && "the verifier checks encodings before it visits anything");
  switch (spec->nfp) {
    case kNative:
    case kNoAtomicOp:
    case kNoStoreImm:
      return true;
    case kNoOpcode:
      refuse<Rule::kOpcode>(insn.opcode);
      return false;
    case kNewerIsa:
      refuse<Rule::kNewerIsa>(insn.opcode, insn.off);
      return false;
    case kNoDirectValue:
      if (dialect_ == Dialect::kRelaxed) return true;
      refuse<Rule::kDirectValue>();
      return false;
    case kNoPseudoLoad:
      refuse<Rule::kKernelAddress>(insn.src);
      return false;
    case kNoKernelCall:
      refuse<Rule::kKernelCall>(insn.imm);
      return false;
  }
  return true;
}

void Rules::check_alu(const Visit& visit, const Insn& insn, InsnFacts& facts) {
  const RegState& src = visit.regs[insn.src];
  const RegState& dst = visit.regs[insn.dst];
  facts.src.merge(src.umin, src.umax);
  facts.dst.merge(dst.umin, dst.umax);
  if (operation(insn) == BPF_MUL) check_multiply(insn, facts);
  if (operation(insn) == BPF_DIV) check_divide(insn, facts);
}

void Rules::check_multiply(const Insn& insn, const InsnFacts& facts) {
  const bool by_register = has_register_source(insn);
  if (facts.dst.max > kMaxU32) refuse<Rule::kMultiplier>();
  if (by_register && facts.src.max > kMaxU32) refuse<Rule::kMultiplicand>();
  if (is_alu64(insn) && !by_register && insn.imm < 0) refuse<Rule::kMultiplicandSign>();
}

void Rules::check_divide(const Insn& insn, const InsnFacts& facts) {
  const bool by_register = has_register_source(insn);
  if (facts.dst.max > kMaxU32) refuse<Rule::kDividend>();
  if (by_register && !facts.src.is_constant()) return refuse<Rule::kDivisorUnknown>();
  if (by_register && facts.src.max > kMaxU32) refuse<Rule::kDivisorRange>();
  if (!by_register && insn.imm < 0) refuse<Rule::kDivisorSign>();
}

void Rules::check_exit(const Visit& visit) {
  if (program_.type == ebpf::ProgType::kXdp) return;
  const RegState& r0 = visit.regs[0];
  const int type = static_cast<int>(r0.type);
  if (!r0.is_const()) return refuse<Rule::kExitUnknown>(type, r0.var_off.value, r0.var_off.mask);
  const uint64_t code = r0.var_off.value;
  const bool known = code > TC_ACT_REDIRECT || code == TC_ACT_SHOT || code == TC_ACT_STOLEN ||
                     code == TC_ACT_QUEUED;
  if (!known) refuse<Rule::kExitCode>(type, code);
}

ProgramFacts Rules::finish(const ebpf::VerifiedProgram& verified) {
  for (size_t i = 0; i < facts_.insns.size(); ++i) {
    facts_.insns[i].visited = verified.visited[i];
    facts_.insns[i].zext = verified.zext[i];
  }
  facts_.frames = lay_out_frames(program_.insns, verified.subprograms);
  facts_.stack_bytes = deepest_stack(program_.insns, facts_.frames);
  facts_.max_packet_offset = verified.max_packet_offset;
  facts_.map_word_use = map_use_.words();
  return std::move(facts_);
}

}  // namespace offload
