// The tables: ALU, jumps, byte order, moves, memory and atomics, with the edges of each.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/semantics_cases.h"

#include <cassert>

#include "offload-compiler/ebpf/alu.h"
#include "offload-compiler/ebpf/print.h"
#include "tests/ebpf/asm.h"

namespace ebpf_test {
namespace {

using ebpf::AluOp;
using ebpf::JumpOp;
using ebpf::Op;

constexpr uint64_t kMin64 = uint64_t{1} << 63, kMin32 = uint64_t{1} << 31;
constexpr uint64_t kMinus1 = ~uint64_t{0};
constexpr uint64_t kBytes = 0x8877665544332211, kOther = 0x0123456789abcdef;

struct AluRow {
  AluOp op;
  bool is_signed;
  uint64_t a, b;
  uint64_t result64;
  uint64_t result32;  // zero-extended; of the low halves of a and b
};

constexpr AluRow kAluRows[] = {
    // op, signed, a, b, 64-bit result, 32-bit result
    {AluOp::kAdd, false, 1, 2, 3, 3},
    {AluOp::kAdd, false, kMinus1, 1, 0, 0},
    {AluOp::kAdd, false, 0xffffffff, 1, 0x100000000, 0},
    {AluOp::kAdd, false, 5, kMinus1, 4, 4},
    {AluOp::kSub, false, 1, 2, kMinus1, 0xffffffff},
    {AluOp::kSub, false, 0x100000000, 1, 0xffffffff, 0xffffffff},
    {AluOp::kMul, false, 0xffffffff, 0xffffffff, 0xfffffffe00000001, 1},
    {AluOp::kMul, false, 3, kMinus1, static_cast<uint64_t>(-3), 0xfffffffd},
    {AluOp::kDiv, false, 7, 2, 3, 3},
    {AluOp::kDiv, false, 7, 0, 0, 0},
    {AluOp::kDiv, false, kMinus1, 2, 0x7fffffffffffffff, 0x7fffffff},
    {AluOp::kDiv, false, kMin64, kMinus1, 0, 0},
    {AluOp::kDiv, true, static_cast<uint64_t>(-7), 2, static_cast<uint64_t>(-3), 0xfffffffd},
    {AluOp::kDiv, true, 7, kMinus1, static_cast<uint64_t>(-7), 0xfffffff9},
    {AluOp::kDiv, true, kMin64, kMinus1, kMin64, 0},
    {AluOp::kDiv, true, kMin32, kMinus1, static_cast<uint64_t>(-2147483648ll), kMin32},
    {AluOp::kDiv, true, static_cast<uint64_t>(-7), 0, 0, 0},
    {AluOp::kMod, false, 7, 4, 3, 3},
    {AluOp::kMod, false, 0x1234567890, 0, 0x1234567890, 0x34567890},
    {AluOp::kMod, false, kMinus1, 10, 5, 5},
    {AluOp::kMod, true, static_cast<uint64_t>(-7), 4, static_cast<uint64_t>(-3), 0xfffffffd},
    {AluOp::kMod, true, 7, static_cast<uint64_t>(-4), 3, 3},
    {AluOp::kMod, true, kMin64, kMinus1, 0, 0},
    {AluOp::kMod, true, kMin32, kMinus1, 0, 0},
    {AluOp::kMod, true, static_cast<uint64_t>(-7), 0, static_cast<uint64_t>(-7), 0xfffffff9},
    {AluOp::kOr, false, kBytes, 0x0f, 0x887766554433221f, 0x4433221f},
    {AluOp::kOr, false, 0, kMin64 | 1, kMin64 | 1, 1},
    {AluOp::kAnd, false, kBytes, kMinus1, kBytes, 0x44332211},
    {AluOp::kAnd, false, kBytes, 0xff00, 0x2200, 0x2200},
    {AluOp::kXor, false, kBytes, kMinus1, ~kBytes, 0xbbccddee},
    {AluOp::kXor, false, kBytes, 0x11, 0x8877665544332200, 0x44332200},
    {AluOp::kLsh, false, 1, 31, 0x80000000, 0x80000000},
    {AluOp::kLsh, false, 1, 32, 0x100000000, 1},
    {AluOp::kLsh, false, 1, 63, kMin64, 0x80000000},
    {AluOp::kLsh, false, 3, 64, 3, 3},
    {AluOp::kLsh, false, kBytes, 0, kBytes, 0x44332211},
    {AluOp::kLsh, false, 1, kMinus1, kMin64, 0x80000000},
    {AluOp::kRsh, false, kMin64, 63, 1, 0},
    {AluOp::kRsh, false, kBytes, 4, 0x0887766554433221, 0x04433221},
    {AluOp::kRsh, false, kBytes, 32, 0x88776655, 0x44332211},
    {AluOp::kRsh, false, kBytes, 68, 0x0887766554433221, 0x04433221},
    {AluOp::kArsh, false, kMin64, 63, kMinus1, 0},
    {AluOp::kArsh, false, 0x80000000, 31, 1, 0xffffffff},
    {AluOp::kArsh, false, kBytes, 4, 0xf887766554433221, 0x04433221},
    {AluOp::kArsh, false, kBytes, 64, kBytes, 0x44332211},
    {AluOp::kMov, false, 1, kMinus1, kMinus1, 0xffffffff},
    {AluOp::kMov, false, 1, kBytes, kBytes, 0x44332211},
};

struct JumpRow {
  JumpOp op;
  uint64_t a, b;
  bool taken64, taken32;
};

constexpr JumpRow kJumpRows[] = {
    {JumpOp::kEq, 5, 5, true, true},
    {JumpOp::kEq, 0x100000005, 5, false, true},
    {JumpOp::kEq, kMinus1, kMinus1, true, true},
    {JumpOp::kNe, 5, 5, false, false},
    {JumpOp::kNe, 0x100000005, 5, true, false},
    {JumpOp::kGt, kMinus1, 1, true, true},
    {JumpOp::kGt, 0x100000000, 1, true, false},
    {JumpOp::kGt, 1, 1, false, false},
    {JumpOp::kGe, 1, 1, true, true},
    {JumpOp::kGe, 1, kMinus1, false, false},
    {JumpOp::kLt, 1, kMinus1, true, true},
    {JumpOp::kLt, 0x100000000, 1, false, true},
    {JumpOp::kLe, 1, 1, true, true},
    {JumpOp::kLe, 2, 1, false, false},
    {JumpOp::kSet, 6, 2, true, true},
    {JumpOp::kSet, 0x200000000, 0x7fffffff, false, false},
    {JumpOp::kSet, kMin64, kMinus1, true, false},
    {JumpOp::kSgt, 1, kMinus1, true, true},
    {JumpOp::kSgt, 0x80000000, 0, true, false},
    {JumpOp::kSge, kMinus1, kMinus1, true, true},
    {JumpOp::kSge, kMin64, 0, false, true},
    {JumpOp::kSlt, kMinus1, 1, true, true},
    {JumpOp::kSlt, 0x80000000, 0, false, true},
    {JumpOp::kSle, kMin64, 0, true, true},
    {JumpOp::kSle, 1, 0, false, false},
};

struct OtherRow {
  Insn insn;
  State before, after;
};

constexpr uint8_t kSp = 10;

// Register form of endian, negation and sign-extending moves; loads and stores at r10 - 8; atomics
// on it.
const OtherRow kOtherRows[] = {
    {op(0x87, 1, 0, 0, 0), {.r1 = 1}, {.r1 = kMinus1}},
    {op(0x87, 1, 0, 0, 0), {.r1 = kMin64}, {.r1 = kMin64}},
    {op(0x84, 1, 0, 0, 0), {.r1 = 1}, {.r1 = 0xffffffff}},
    {op(0x84, 1, 0, 0, 0), {.r1 = 0x500000000}, {.r1 = 0}},
    {op(0xd4, 1, 0, 0, 16), {.r1 = kBytes}, {.r1 = 0x2211}},
    {op(0xd4, 1, 0, 0, 32), {.r1 = kBytes}, {.r1 = 0x44332211}},
    {op(0xd4, 1, 0, 0, 64), {.r1 = kBytes}, {.r1 = kBytes}},
    {op(0xdc, 1, 0, 0, 16), {.r1 = kBytes}, {.r1 = 0x1122}},
    {op(0xdc, 1, 0, 0, 32), {.r1 = kBytes}, {.r1 = 0x11223344}},
    {op(0xdc, 1, 0, 0, 64), {.r1 = kBytes}, {.r1 = 0x1122334455667788}},
    {op(0xd7, 1, 0, 0, 16), {.r1 = kBytes}, {.r1 = 0x1122}},
    {op(0xd7, 1, 0, 0, 32), {.r1 = kBytes}, {.r1 = 0x11223344}},
    {op(0xd7, 1, 0, 0, 64), {.r1 = kBytes}, {.r1 = 0x1122334455667788}},
    {op(0xbf, 1, 2, 8, 0), {.r2 = 0x1280}, {.r1 = 0xffffffffffffff80, .r2 = 0x1280}},
    {op(0xbf, 1, 2, 16, 0), {.r2 = 0x18000}, {.r1 = 0xffffffffffff8000, .r2 = 0x18000}},
    {op(0xbf, 1, 2, 32, 0), {.r2 = 0x7fffffff}, {.r1 = 0x7fffffff, .r2 = 0x7fffffff}},
    {op(0xbf, 1, 2, 32, 0), {.r2 = 0x80000000}, {.r1 = 0xffffffff80000000, .r2 = 0x80000000}},
    {op(0xbc, 1, 2, 8, 0), {.r2 = 0x80}, {.r1 = 0xffffff80, .r2 = 0x80}},
    {op(0xbc, 1, 2, 16, 0), {.r2 = 0x8000}, {.r1 = 0xffff8000, .r2 = 0x8000}},

    {op(0x71, 1, kSp, -8, 0), {.memory = kBytes}, {.r1 = 0x11, .memory = kBytes}},
    {op(0x71, 1, kSp, -1, 0), {.memory = kBytes}, {.r1 = 0x88, .memory = kBytes}},
    {op(0x69, 1, kSp, -2, 0), {.memory = kBytes}, {.r1 = 0x8877, .memory = kBytes}},
    {op(0x61, 1, kSp, -4, 0), {.memory = kBytes}, {.r1 = 0x88776655, .memory = kBytes}},
    {op(0x79, 1, kSp, -8, 0), {.memory = kBytes}, {.r1 = kBytes, .memory = kBytes}},
    {op(0x91, 1, kSp, -1, 0), {.memory = kBytes}, {.r1 = 0xffffffffffffff88, .memory = kBytes}},
    {op(0x91, 1, kSp, -8, 0), {.memory = kBytes}, {.r1 = 0x11, .memory = kBytes}},
    {op(0x89, 1, kSp, -2, 0), {.memory = kBytes}, {.r1 = 0xffffffffffff8877, .memory = kBytes}},
    {op(0x81, 1, kSp, -4, 0), {.memory = kBytes}, {.r1 = 0xffffffff88776655, .memory = kBytes}},
    {op(0x72, kSp, 0, -8, 0x1ff), {.memory = kBytes}, {.memory = 0x88776655443322ff}},
    {op(0x6a, kSp, 0, -6, -2), {.memory = kBytes}, {.memory = 0x88776655fffe2211}},
    {op(0x62, kSp, 0, -4, -1), {.memory = kBytes}, {.memory = 0xffffffff44332211}},
    {op(0x7a, kSp, 0, -8, -2), {.memory = kBytes}, {.memory = static_cast<uint64_t>(-2)}},
    {op(0x73, kSp, 2, -1, 0),
     {.r2 = kOther, .memory = kBytes},
     {.r2 = kOther, .memory = 0xef77665544332211}},
    {op(0x6b, kSp, 2, -8, 0),
     {.r2 = kOther, .memory = kBytes},
     {.r2 = kOther, .memory = 0x887766554433cdef}},
    {op(0x63, kSp, 2, -4, 0),
     {.r2 = kOther, .memory = kBytes},
     {.r2 = kOther, .memory = 0x89abcdef44332211}},
    {op(0x7b, kSp, 2, -8, 0), {.r2 = kOther, .memory = kBytes}, {.r2 = kOther, .memory = kOther}},

    {op(0xdb, kSp, 2, -8, 0x00), {.r2 = 2, .memory = kMinus1}, {.r2 = 2, .memory = 1}},
    {op(0xdb, kSp, 2, -8, 0x40), {.r2 = 0xf0, .memory = 0x0f}, {.r2 = 0xf0, .memory = 0xff}},
    {op(0xdb, kSp, 2, -8, 0x50), {.r2 = 0xf0, .memory = 0x3c}, {.r2 = 0xf0, .memory = 0x30}},
    {op(0xdb, kSp, 2, -8, 0xa0), {.r2 = 0xf0, .memory = 0x3c}, {.r2 = 0xf0, .memory = 0xcc}},
    {op(0xdb, kSp, 2, -8, 0x01), {.r2 = 2, .memory = kMinus1}, {.r2 = kMinus1, .memory = 1}},
    {op(0xdb, kSp, 2, -8, 0x41), {.r2 = 0xf0, .memory = 0x0f}, {.r2 = 0x0f, .memory = 0xff}},
    {op(0xdb, kSp, 2, -8, 0x51), {.r2 = 0xf0, .memory = 0x3c}, {.r2 = 0x3c, .memory = 0x30}},
    {op(0xdb, kSp, 2, -8, 0xa1), {.r2 = 0xf0, .memory = 0x3c}, {.r2 = 0x3c, .memory = 0xcc}},
    {op(0xdb, kSp, 2, -8, 0xe1),
     {.r2 = kOther, .memory = kBytes},
     {.r2 = kBytes, .memory = kOther}},
    {op(0xdb, kSp, 2, -8, 0xf1),
     {.r0 = kBytes, .r2 = kOther, .memory = kBytes},
     {.r0 = kBytes, .r2 = kOther, .memory = kOther}},
    {op(0xdb, kSp, 2, -8, 0xf1),
     {.r0 = 1, .r2 = kOther, .memory = kBytes},
     {.r0 = kBytes, .r2 = kOther, .memory = kBytes}},
    {op(0xc3, kSp, 2, -8, 0x00),
     {.r2 = kMinus1, .memory = kMinus1},
     {.r2 = kMinus1, .memory = 0xfffffffffffffffe}},
    {op(0xc3, kSp, 2, -8, 0x40),
     {.r2 = kMinus1, .memory = 0},
     {.r2 = kMinus1, .memory = 0xffffffff}},
    {op(0xc3, kSp, 2, -4, 0x50), {.r2 = 0, .memory = kBytes}, {.r2 = 0, .memory = 0x44332211}},
    {op(0xc3, kSp, 2, -8, 0xa0),
     {.r2 = kMinus1, .memory = kBytes},
     {.r2 = kMinus1, .memory = 0x88776655bbccddee}},
    {op(0xc3, kSp, 2, -8, 0x01),
     {.r2 = kMinus1, .memory = kBytes},
     {.r2 = 0x44332211, .memory = 0x8877665544332210}},
    {op(0xc3, kSp, 2, -8, 0x41),
     {.r2 = 0xff, .memory = kBytes},
     {.r2 = 0x44332211, .memory = 0x88776655443322ff}},
    {op(0xc3, kSp, 2, -4, 0x51),
     {.r2 = 0, .memory = kBytes},
     {.r2 = 0x88776655, .memory = 0x44332211}},
    {op(0xc3, kSp, 2, -8, 0xa1),
     {.r2 = 0x11, .memory = kBytes},
     {.r2 = 0x44332211, .memory = 0x8877665544332200}},
    {op(0xc3, kSp, 2, -4, 0xe1),
     {.r2 = kOther, .memory = kBytes},
     {.r2 = 0x88776655, .memory = 0x89abcdef44332211}},
    {op(0xc3, kSp, 2, -8, 0xf1),
     {.r0 = 0x544332211, .r2 = kOther, .memory = kBytes},
     {.r0 = 0x44332211, .r2 = kOther, .memory = 0x8877665589abcdef}},
    {op(0xc3, kSp, 2, -8, 0xf1),
     {.r0 = 7, .r2 = kOther, .memory = kBytes},
     {.r0 = 0x44332211, .r2 = kOther, .memory = kBytes}},

    {op(0x05, 0, 0, 1, 0), {}, {}},
    {op(0x06, 0, 0, 0, 1), {}, {}},
};

SemanticsCase make_case(const Code& insns, const State& before, const State& after) {
  const ebpf::InsnSpec* spec = ebpf::find_spec(insns[0]);
  assert(spec != nullptr && "a case holds an instruction that bpf.def lacks");
  return {spec->op, ebpf::print_insn(xdp(insns), 0), insns, before, after};
}

bool fits_immediate(uint64_t value) {
  return value == static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)});
}

void add_alu(const AluRow& row, std::vector<SemanticsCase>* cases) {
  for (const bool is_64 : {false, true}) {
    const auto opcode = static_cast<uint8_t>(static_cast<uint8_t>(row.op) | (is_64 ? 7 : 4));
    const int16_t off = row.is_signed ? 1 : 0;
    const uint64_t result = is_64 ? row.result64 : row.result32;
    cases->push_back(make_case({op(opcode | 8, 1, 2, off, 0)}, {.r1 = row.a, .r2 = row.b},
                               {.r1 = result, .r2 = row.b}));
    // The kernel's verifier refuses these two immediates.
    const bool is_shift = row.op == AluOp::kLsh || row.op == AluOp::kRsh || row.op == AluOp::kArsh;
    const bool is_division = row.op == AluOp::kDiv || row.op == AluOp::kMod;
    if (is_shift && row.b >= (is_64 ? 64 : 32)) continue;
    if (!fits_immediate(row.b) || (is_division && row.b == 0)) continue;
    cases->push_back(make_case({op(opcode, 1, 0, off, static_cast<int32_t>(row.b))}, {.r1 = row.a},
                               {.r1 = result}));
  }
}

void add_jump(const JumpRow& row, std::vector<SemanticsCase>* cases) {
  for (const bool is_64 : {false, true}) {
    const auto opcode = static_cast<uint8_t>(static_cast<uint8_t>(row.op) | (is_64 ? 5 : 6));
    const uint64_t fell_through = (is_64 ? row.taken64 : row.taken32) ? 0 : 1;
    cases->push_back(make_case({op(opcode | 8, 1, 2, 1, 0)}, {.r1 = row.a, .r2 = row.b},
                               {.r0 = fell_through, .r1 = row.a, .r2 = row.b}));
    if (!fits_immediate(row.b)) continue;
    cases->push_back(make_case({op(opcode, 1, 0, 1, static_cast<int32_t>(row.b))}, {.r1 = row.a},
                               {.r0 = fell_through, .r1 = row.a}));
  }
}

}  // namespace

std::vector<SemanticsCase> semantics_cases() {
  std::vector<SemanticsCase> cases;
  for (const AluRow& row : kAluRows) add_alu(row, &cases);
  for (const JumpRow& row : kJumpRows) add_jump(row, &cases);
  for (const OtherRow& row : kOtherRows)
    cases.push_back(make_case({row.insn}, row.before, row.after));
  cases.push_back(make_case(wide(1, kBytes), {}, {.r1 = kBytes}));
  return cases;
}

ebpf::Program program_of(const SemanticsCase& c) {
  const uint8_t cls = c.insns[0].opcode & 7;
  const bool is_jump = cls == 5 || cls == 6;
  Code code = {load32(6, 1, 0), load32(7, 1, 4), mov_reg(2, 6), add(2, 32)};
  const size_t guard = code.size();
  code = code + jump_gt(2, 7, 0) + wide(0, c.before.memory) + store64(10, -8, 0);
  code = code + op(0x71, 3, 6, 0, 0);
  code = code + wide(0, c.before.r0) + wide(1, c.before.r1) + wide(2, c.before.r2);
  // A way round the jump, which the packet does not take: the verifier refuses unreachable code.
  if (is_jump) code = code + jump_eq(3, 255, 1);
  code = code + c.insns;
  if (is_jump) code = code + mov(0, 1);
  code = code + store64(6, 0, 0) + store64(6, 8, 1) + store64(6, 16, 2);
  code = code + load64(3, 10, -8) + store64(6, 24, 3);
  code[guard].off = static_cast<int16_t>(code.size() - guard - 1);
  return xdp(code + mov(0, 2) + exit_insn());
}

}  // namespace ebpf_test
