// Joins runs of load and store pairs into one copy between packet or map memory and the packet.
// SPDX-License-Identifier: Apache-2.0
//
// before: r4 = *(u64 *)(r2 + 0)     after: copy 16 bytes from r2 + 0 to r3 + 32; r4 = the last word
//         *(u64 *)(r3 + 32) = r4           -
//         r4 = *(u64 *)(r2 + 8)            -
//         *(u64 *)(r3 + 40) = r4           -
//
// A run continues while each pair uses the same registers and width and lies next to the one before
// it, up to 128 bytes. With fix_defects it ends as well where the pairs turn around, where a load reaches into what the run's
// first store wrote, and where the distance of the two sides differs between paths.
//
// requires: pointer facts of loads and stores; jump targets are marked
// ensures:  the head load of a run has copy_bytes (negative: descending) and copy_store, with the
//           run's lowest offsets in both instructions; the others are skipped
#include <cstdlib>

#include "offload-compiler/nfp/opcode.h"
#include "offload-compiler/nfp/refusal.h"
#include "offload-compiler/passes/passes.h"
#include "offload-compiler/passes/shared_base.h"

namespace offload {
namespace {

using ebpf::RegType;

constexpr int32_t kMaxCopyBytes = 128;  // one memory command moves at most 32 words

struct Pair {
  uint32_t load = kNoInsn, store = kNoInsn;
};

bool is_copy_pair(const PlannedInsn& load, const PlannedInsn& store) {
  if (!is_load(load.insn) || !is_register_store(store.insn) || store.jump_target) return false;
  const RegType from = load.facts.ptr.type;
  return (from == RegType::kPacket || from == RegType::kMapValue) &&
         store.facts.ptr.type == RegType::kPacket && load.insn.dst == store.insn.src &&
         access_bytes(load.insn) == access_bytes(store.insn);
}

class Gatherer {
 public:
  explicit Gatherer(Plan& plan) : plan_(plan), insns_(plan.insns) {}

  void run() {
    uint32_t at = 0;
    while (at + 1 < insns_.size()) {
      const Pair pair{at, at + 1};
      const bool copies = is_copy_pair(insns_[pair.load], insns_[pair.store]);
      if (pairs_ > 0 && (!copies || !continues(pair))) close();
      if (copies) add(pair);
      at += copies ? 2 : 1;
    }
    if (pairs_ == 0) return;
    if (!plan_.fixes(Defect::kCopyBeforeExit)) {
      Diagnostic crash = refusal<Rule::kCopyBeforeExit>();
      crash.insn = last_.load;
      plan_.refusals.push_back(std::move(crash));
    }
    close();  // behind a refusal too, for check() lowers what is left
  }

 private:
  bool continues(const Pair& pair) const {
    return is_neighbour(pair) && !crosses_destination(pair) &&
           insns_[head_.load].copy_bytes < kMaxCopyBytes;
  }

  bool is_neighbour(const Pair& pair) const {
    const PlannedInsn& load = insns_[pair.load];
    const ebpf::Insn& store = insns_[pair.store].insn;
    const ebpf::Insn& last_load = insns_[last_.load].insn;
    const ebpf::Insn& last_store = insns_[last_.store].insn;
    if (load.jump_target || load.insn.dst != last_load.dst || load.insn.src != last_load.src ||
        store.dst != last_store.dst || load.insn.opcode != last_load.opcode)
      return false;
    const int32_t width = static_cast<int32_t>(access_bytes(load.insn));
    const int32_t load_step = load.insn.off - last_load.off;
    const int32_t store_step = store.off - last_store.off;
    if (plan_.fixes(Defect::kCopyTurns) && pairs_ > 1 && load_step != step_) return false;
    return load_step == store_step && (load_step == width || load_step == -width);
  }

  // Whether the run, read at once, would miss bytes that its own stores changed.
  bool crosses_destination(const Pair& pair) const {
    const PlannedInsn& head_load = insns_[head_.load];
    const PlannedInsn& head_store = insns_[head_.store];
    const PointerFacts& from = head_load.facts.ptr;
    const PointerFacts& to = head_store.facts.ptr;
    if (from.type != to.type) return false;
    if (from.id != to.id) return true;
    if (plan_.fixes(Defect::kSharedRead) && copy_bases_may_differ(head_load, head_store))
      return true;
    const int32_t first = head_load.insn.off + from.off;
    const int32_t destination = head_store.insn.off + to.off;
    const int32_t here = insns_[pair.load].insn.off + from.off;
    const bool ascends_into = here > first && first < destination && here >= destination;
    const bool descends_into = here < first && first > destination && here <= destination;
    const bool reaches_into =
        std::abs(here - destination) < static_cast<int32_t>(access_bytes(head_load.insn));
    return ascends_into || descends_into || (plan_.fixes(Defect::kCopyOverlap) && reaches_into);
  }

  void add(const Pair& pair) {
    if (pairs_ == 0) {
      head_ = pair;
    } else {
      step_ = insns_[pair.load].insn.off - insns_[last_.load].insn.off;
      insns_[pair.load].skip = Skip::kCombined;
      insns_[pair.store].skip = Skip::kCombined;
    }
    insns_[head_.load].copy_bytes += static_cast<int32_t>(access_bytes(insns_[pair.load].insn));
    last_ = pair;
    ++pairs_;
  }

  void close() {
    PlannedInsn& load = insns_[head_.load];
    PlannedInsn& store = insns_[head_.store];
    if (pairs_ == 1) {
      load.copy_bytes = 0;
    } else {
      if (insns_[last_.load].insn.off < load.insn.off) {
        load.insn.off = insns_[last_.load].insn.off;
        store.insn.off = insns_[last_.store].insn.off;
        load.copy_bytes = -load.copy_bytes;
      }
      load.copy_store = head_.store;
      store.skip = Skip::kCombined;
    }
    pairs_ = 0;
  }

  Plan& plan_;
  std::vector<PlannedInsn>& insns_;
  Pair head_, last_;
  unsigned pairs_ = 0;
  int32_t step_ = 0;  // between the last two pairs
};

}  // namespace

void gather_copies(Plan& plan) { Gatherer(plan).run(); }

}  // namespace offload
