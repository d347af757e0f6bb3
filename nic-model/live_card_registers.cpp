// The control BAR of a live card: what it says, and the updates that a driver starts through it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/bits.h"
#include "nic-model/live_card.h"

namespace nic {
namespace {

constexpr unsigned kWordBytes = 8;  // of a program in host memory
constexpr uint64_t kFirstMapping = 0x1000;
constexpr uint64_t kMappingGap = 0x1000;  // a read behind a mapping's end hits nothing
constexpr unsigned kUnit = 64;            // of stack and inline MTU
constexpr uint64_t kLookAgainPs = 100'000;

bool is_register(unsigned offset, unsigned bytes) {
  return (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) && offset % bytes == 0 &&
         offset + bytes <= bar::kBytes;
}

}  // namespace

uint64_t LiveCard::get(unsigned offset, unsigned bytes) const {
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= uint64_t{registers_[offset + i]} << 8 * i;
  return value;
}

void LiveCard::put(unsigned offset, unsigned bytes, uint64_t value) {
  for (unsigned i = 0; i < bytes; ++i)
    registers_[offset + i] = static_cast<uint8_t>(value >> 8 * i);
}

void LiveCard::fill_registers() {
  put(bar::kCapabilities, 4, bar::kControlBpf);
  put(bar::kBpfAbi, 1, capability_.abi);
  put(bar::kBpfFeatures, 1, bar::kFeatureReload);
  put(bar::kBpfMaxLength, 2, capability_.max_words);
  put(bar::kBpfStart, 2, capability_.start);
  put(bar::kBpfDone, 2, capability_.done);
  put(bar::kBpfStack, 1, capability_.stack_bytes / kUnit);
  put(bar::kBpfInlineMtu, 1, (capability_.inline_mtu + kUnit / 2) / kUnit);
}

uint64_t LiveCard::read(unsigned offset, unsigned bytes) {
  if (!is_register(offset, bytes)) return ~uint64_t{0};
  run_until(now_ps_ + card_.host().read_latency_ps(bytes));
  if (offset >= bar::kAppCounters && offset < bar::kAppCounters + 4 * 16) {
    const VerdictCounts counts = card_.verdict_counts();
    const VerdictCounts::Count* all[] = {&counts.pass, &counts.drop, &counts.tx, &counts.aborted};
    for (unsigned i = 0; i < 4; ++i) {
      put(bar::kAppCounters + 16 * i, 8, all[i]->packets);
      put(bar::kAppCounters + 16 * i + 8, 8, all[i]->bytes);
    }
  }
  return get(offset, bytes);
}

void LiveCard::write(unsigned offset, unsigned bytes, uint64_t value) {
  if (!is_register(offset, bytes)) return;
  const bool is_writable = offset < bar::kCapabilities || offset >= bar::kBpfSize;
  if (!is_writable) return;
  put(offset, bytes, value);
  if (offset == bar::kUpdate && value != 0) begin_update(static_cast<uint32_t>(value));
}

// Each core fetches the words one by one, all cores at the same time (nfp-fw-abi 4.2).
void LiveCard::begin_update(uint32_t update) {
  if (pending_update_ != 0) return;
  pending_update_ = update;
  uint64_t done_ps = now_ps_ + card_.host().write_latency_ps(4);
  if ((update & bar::kUpdateBpf) != 0) {
    done_ps += get(bar::kBpfSize, 2) * card_.host().read_latency_ps(kWordBytes);
  }
  schedule(done_ps, ControlEvent::kUpdate);
}

// Looks again until the packets that run the program before are through.
void LiveCard::end_update() {
  if (!is_update_done_) {
    has_update_failed_ = !perform_update(pending_update_);
    is_update_done_ = true;
  }
  if (card_.is_reloading()) {
    return schedule(card_.time_of(card_.wheel().now()) + kLookAgainPs, ControlEvent::kUpdate);
  }
  is_update_done_ = false;
  pending_update_ = 0;
  put(bar::kUpdate, 4, has_update_failed_ ? bar::kUpdateError : 0);
}

bool LiveCard::perform_update(uint32_t update) {
  if ((update & ~(bar::kUpdateGeneral | bar::kUpdateBpf)) != 0) return false;
  if ((update & bar::kUpdateBpf) != 0 && !load_program()) return false;
  if ((update & bar::kUpdateGeneral) == 0) return true;
  const bool wants = (get(bar::kControl, 4) & bar::kControlBpf) != 0;
  if (wants == is_program_enabled_) return true;
  if (wants && program_.empty()) return false;
  is_program_enabled_ = wants;
  return install(wants ? program_ : firmware::pass_through(capability_));
}

bool LiveCard::load_program() {
  constexpr uint64_t kFlagBits = 7;
  const auto count = static_cast<unsigned>(get(bar::kBpfSize, 2));
  if (count == 0 || count > capability_.max_words) return false;
  std::optional<std::vector<fpc::Word>> words =
      fetch_words(get(bar::kBpfAddress, 8) & ~kFlagBits, count);
  if (!words) return false;
  program_ = std::move(*words);
  return !is_program_enabled_ || install(program_);
}

bool LiveCard::install(const std::vector<fpc::Word>& program) {
  const base::Result<firmware::LinkedStore> store =
      firmware::link_resident(resident_, capability_.start, program);
  return store && card_.reload(*store, 0);
}

// Nothing: the host has not mapped all of it.
std::optional<std::vector<fpc::Word>> LiveCard::fetch_words(uint64_t address,
                                                            unsigned count) const {
  auto found = mapped_.upper_bound(address);
  if (found == mapped_.begin()) return std::nullopt;
  --found;
  const uint64_t at = address - found->first;
  const std::span<const uint8_t> memory = found->second;
  if (at > memory.size() || memory.size() - at < uint64_t{count} * kWordBytes) return std::nullopt;
  std::vector<fpc::Word> words(count);
  for (unsigned i = 0; i < count; ++i) {
    words[i] = base::load_le<uint64_t>(memory.data() + at + uint64_t{i} * kWordBytes);
  }
  return words;
}

std::vector<uint8_t> LiveCard::symbol(std::string_view name) const {
  return name == kCapabilitySymbol ? capability_bytes_ : std::vector<uint8_t>();
}

std::optional<uint64_t> LiveCard::map_memory(std::span<const uint8_t> memory) {
  const uint64_t address = std::max(next_mapping_, kFirstMapping);
  next_mapping_ = base::round_up(address + memory.size() + kMappingGap, kMappingGap);
  mapped_[address] = memory;
  return address;
}

void LiveCard::unmap_memory(uint64_t address) { mapped_.erase(address); }

}  // namespace nic
