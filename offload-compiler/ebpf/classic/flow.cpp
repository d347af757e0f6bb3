// Reachability and bounds forward, needs and liveness backward, proofs forward.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/classic/flow.h"

#include <linux/filter.h>

#include <algorithm>

namespace classic {
namespace {

using Kind = Access::Kind;

struct Successors {
  size_t at[2] = {};
  size_t count = 0;

  const size_t* begin() const { return at; }
  const size_t* end() const { return at + count; }
};

Successors successors(const Program& program, const std::vector<Point>& points, size_t i) {
  const Insn& insn = program[i];
  if (is_return(insn) || points[i].access.kind == Kind::kNever) return {};
  if (is_conditional_jump(insn)) return {{i + 1 + insn.jt, i + 1 + insn.jf}, 2};
  if (find_spec(insn.code)->op == Op::kJump) return {{i + 1 + insn.k, 0}, 1};
  return {{i + 1, 0}, 1};
}

const Ancillary* ancillary_of(const Insn& insn, Dialect dialect) {
  return is_absolute_load(insn) && dialect == Dialect::kLinux ? find_ancillary(insn.k) : nullptr;
}

uint8_t registers_read(const Insn& insn, Dialect dialect) {
  const Ancillary* row = ancillary_of(insn, dialect);
  return row && row->reading == Reading::kXorX ? uint8_t{kAX} : find_spec(insn.code)->reads;
}

// An upper bound of what the instruction writes to A or X, by rules that eBPF verifiers follow too.
uint32_t bound_of_result(const Insn& insn, const Point& point, Dialect dialect) {
  switch (find_spec(insn.code)->op) {
    case Op::kLdImm:
    case Op::kLdxImm:
      return insn.k;
    case Op::kLdbAbs:
      return ancillary_of(insn, dialect) ? kUnbounded : UINT8_MAX;
    case Op::kLdbInd:
      return UINT8_MAX;
    case Op::kLdxMsh:
      return 4 * 0xf;
    case Op::kTax:
      return point.a_max;
    case Op::kTxa:
      return point.x_max;
    case Op::kAndImm:
      return std::min(point.a_max, insn.k);
    case Op::kRshImm:
      return point.a_max == kUnbounded ? kUnbounded : point.a_max >> insn.k;
    case Op::kLshImm:
      return point.a_max > kMaxPacketBytes >> std::min(insn.k, 16u) ? kUnbounded
                                                                    : point.a_max << insn.k;
    case Op::kAddImm:
      return point.a_max > kMaxPacketBytes || insn.k > kMaxPacketBytes ? kUnbounded
                                                                       : point.a_max + insn.k;
    default:
      return kUnbounded;
  }
}

uint32_t capped(uint32_t bound) { return bound > kMaxPacketBytes ? kUnbounded : bound; }

// The bound behind a comparison that may have told a verifier that the value is `other`.
uint32_t bound_with(uint32_t bound, uint32_t other) {
  return other > bound ? capped(other) : bound;
}

// eBPF verifiers follow branches that no value takes and believe the comparison there, for copies of the value, too. Behind
// an equality they then know another value, behind other comparisons perhaps none: lower bounds above upper ones.
void compare(const Insn& insn, Point& point) {
  const bool with_x = find_spec(insn.code)->reads & kX;
  const uint32_t a_max = point.a_max, x_max = point.x_max;
  if (BPF_OP(insn.code) == BPF_JEQ) {
    point.a_max = bound_with(a_max, with_x ? x_max : insn.k);
    if (with_x || point.linked) point.x_max = bound_with(x_max, with_x ? a_max : insn.k);
    return;
  }
  const bool decided = !with_x && BPF_OP(insn.code) != BPF_JSET;  // by the bounds, if there are any
  if (!decided || a_max == kUnbounded) {
    point.spoilt |= kA;
    point.a_max = kUnbounded;
  }
  if (with_x || (point.linked && (!decided || x_max == kUnbounded))) {
    point.spoilt |= kX;
    point.x_max = kUnbounded;
  }
}

// Scratch words hold copies, too.
void use_scratch(const InsnSpec& spec, Point& point) {
  if (spec.writes == kNone) {
    point.spoilt_scratch |= (point.spoilt & spec.reads) != kNone;
    return;
  }
  point.linked = true;
  if (point.spoilt_scratch) point.spoilt |= spec.writes;
}

// What holds of A and X behind an instruction that does not jump.
void execute(const Insn& insn, Dialect dialect, Point& point) {
  const InsnSpec& spec = *find_spec(insn.code);
  uint32_t result = capped(bound_of_result(insn, point, dialect));
  const bool computes = BPF_CLASS(insn.code) == BPF_ALU || BPF_CLASS(insn.code) == BPF_MISC;
  const bool spoils = computes && (point.spoilt & spec.reads) != kNone;
  point.spoilt = static_cast<uint8_t>((point.spoilt & ~spec.writes) | (spoils ? spec.writes : 0));
  if (spoils) result = kUnbounded;
  if (spec.writes & kA) point.a_max = result;
  if (spec.writes & kX) point.x_max = result;
  if (spec.writes != kNone) point.linked = spec.op == Op::kTax || spec.op == Op::kTxa;
  if (spec.operand == Operand::kScratch) use_scratch(spec, point);
}

void merge_values(const Point& from, Point& into) {
  into.reachable = true;
  into.a_max = std::max(into.a_max, from.a_max);
  into.x_max = std::max(into.x_max, from.x_max);
  into.linked |= from.linked;
  into.spoilt |= from.spoilt;
  into.spoilt_scratch |= from.spoilt_scratch;
}

void find_values(const Program& program, Dialect dialect, std::vector<Point>& points) {
  points[0].reachable = true;
  for (size_t i = 0; i < program.size(); ++i) {
    if (!points[i].reachable) continue;
    points[i].access = access_of(program[i], dialect, points[i].x_max);
    Point behind = points[i];
    if (is_conditional_jump(program[i])) {
      compare(program[i], behind);
    } else {
      execute(program[i], dialect, behind);
    }
    for (const size_t next : successors(program, points, i)) merge_values(behind, points[next]);
  }
}

void find_needs(const Program& program, Dialect dialect, std::vector<Point>& points) {
  for (size_t i = program.size(); i-- > 0;) {
    Point& point = points[i];
    const Insn& insn = program[i];
    const bool accepts =
        is_return(insn) && !(find_spec(insn.code)->op == Op::kRetImm && insn.k == 0);
    Reach need = accepts ? Reach{0, 0} : Reach{kAlwaysRejects, kAlwaysRejects};
    uint8_t live = kNone;
    for (const size_t next : successors(program, points, i)) {
      need.frame = std::min(need.frame, points[next].need.frame);
      need.index = std::min(need.index, points[next].need.index);
      live |= points[next].live;
    }
    const uint8_t writes = find_spec(insn.code)->writes;
    point.live = static_cast<uint8_t>((live & ~writes) | registers_read(insn, dialect));
    if (writes & kX && need.index != kAlwaysRejects) need.index = 0;  // that of another X
    if (point.access.kind == Kind::kFrame) need.frame = std::max(need.frame, point.access.end());
    if (point.access.kind == Kind::kIndexed) need.index = std::max(need.index, point.access.end());
    point.need = need;
  }
}

// The proof an access leaves behind: what was known, or what is now checked.
uint32_t proven(const Access& access, uint32_t known, uint32_t need) {
  return known >= access.end() ? known : bytes_to_prove(access, need);
}

void find_proofs(const Program& program, std::vector<Point>& points) {
  for (size_t i = 1; i < program.size(); ++i) points[i].known = {UINT32_MAX, UINT32_MAX};
  for (size_t i = 0; i < program.size(); ++i) {
    const Point& point = points[i];
    if (!point.reachable) continue;
    Reach known = point.known;
    if (point.access.kind == Kind::kFrame)
      known.frame = proven(point.access, known.frame, point.need.frame);
    if (point.access.kind == Kind::kIndexed)
      known.index = proven(point.access, known.index, point.need.index);
    if (find_spec(program[i].code)->writes & kX) known.index = 0;
    for (const size_t next : successors(program, points, i)) {
      points[next].known.frame = std::min(points[next].known.frame, known.frame);
      points[next].known.index = std::min(points[next].known.index, known.index);
    }
  }
}

}  // namespace

uint32_t bytes_to_prove(const Access& access, uint32_t need) {
  return need == kAlwaysRejects ? access.end() : std::max(need, access.end());
}

std::vector<Point> analyse(const Program& program, Dialect dialect) {
  std::vector<Point> points(program.size());
  find_values(program, dialect, points);
  find_needs(program, dialect, points);
  find_proofs(program, points);
  return points;
}

}  // namespace classic
