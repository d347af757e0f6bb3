// Parses capability records and reads the BPF block.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/capabilities.h"

#include <fmt/format.h>

#include "base/bits.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/capability_tlv.h"

namespace host::nfp {
namespace {

using firmware::CapabilityType;

constexpr size_t kRecordHead = 8;
constexpr uint32_t kMostOffset = 255;  // that the driver's code for adjust_head can compare
constexpr unsigned kOldestAbi = 2, kNewestAbi = 3;

struct Record {
  CapabilityType type{};
  std::span<const uint8_t> value;

  uint32_t word(size_t n) const { return base::load_le<uint32_t>(value.data() + 4 * n); }
};

base::Error truncated(const char* what, const Record& record) {
  return base::invalid_input(fmt::format("truncated {} TLV: {}", what, record.value.size()));
}

void take_helper(uint32_t id, uint32_t address, Capabilities& caps) {
  bool* offered = nullptr;
  if (id == firmware::kHelperMapLookup) offered = &caps.offered.map_lookup;
  if (id == firmware::kHelperMapUpdate) offered = &caps.offered.map_update;
  if (id == firmware::kHelperMapDelete) offered = &caps.offered.map_delete;
  if (id == firmware::kHelperPerfEvent) offered = &caps.offered.perf_event;
  if (offered == nullptr || address == 0) return;
  *offered = true;
  caps.helpers[id] = address;
}

base::Result<void> take_adjust_head(const Record& record, Capabilities& caps, const Log& log) {
  constexpr size_t kWords = 5;
  if (record.value.size() < 4 * kWords) return truncated("adjust_head", record);
  const firmware::AdjustHead head{(record.word(0) & 1) != 0, record.word(1), record.word(2),
                                  record.word(3), record.word(4)};
  if (head.off_min > head.off_max) {
    return base::invalid_input("invalid adjust_head TLV: min > max");
  }
  if (head.off_min > kMostOffset || head.off_max > kMostOffset) {
    log(fmt::format(
        "disabling adjust_head - driver expects min/max to fit in as immediates, {} and {} do not",
        head.off_min, head.off_max));
    return {};
  }
  caps.offered.adjust_head = head;
  return {};
}

base::Result<void> take_maps(const Record& record, Capabilities& caps) {
  constexpr size_t kWords = 6;
  if (record.value.size() < 4 * kWords) return truncated("maps", record);
  caps.offered.maps = {record.word(0), record.word(1), record.word(2),
                       record.word(3), record.word(4), record.word(5)};
  return {};
}

base::Result<void> take_abi(const Record& record, Capabilities& caps, const Log& log) {
  if (record.value.size() < 4) return truncated("ABI version", record);
  caps.offered.abi = record.word(0);
  if (caps.offered.abi >= kOldestAbi && caps.offered.abi <= kNewestAbi) return {};
  log(fmt::format("unsupported BPF ABI version: {}", caps.offered.abi));
  caps.offered.abi = 0;
  return {};
}

base::Result<void> take(const Record& record, Capabilities& caps, const Log& log) {
  switch (record.type) {
    case CapabilityType::kFunction:
      if (record.value.size() < 8) return truncated("function", record);
      take_helper(record.word(0), record.word(1), caps);
      return {};
    case CapabilityType::kAdjustHead:
      return take_adjust_head(record, caps, log);
    case CapabilityType::kMaps:
      return take_maps(record, caps);
    case CapabilityType::kRandom:
      caps.offered.random = true;
      return {};
    case CapabilityType::kQueueSelect:
      caps.offered.queue_select = true;
      return {};
    case CapabilityType::kAdjustTail:
      caps.offered.adjust_tail = true;
      return {};
    case CapabilityType::kAbiVersion:
      return take_abi(record, caps, log);
    case CapabilityType::kMultiEntry:
      caps.offered.multi_entry = true;
      return {};
    case CapabilityType::kMultiChange:
      caps.offered.multi_change = true;
      return {};
  }
  log(fmt::format("unknown BPF capability: {}", static_cast<uint32_t>(record.type)));
  return {};
}

}  // namespace

base::Result<Capabilities> parse_capabilities(std::span<const uint8_t> bytes, const Log& log) {
  Capabilities caps;
  caps.offered.profile = "card";
  size_t at = 0;
  while (at + kRecordHead <= bytes.size()) {
    const auto length = base::load_le<uint32_t>(bytes.data() + at + 4);
    Record record{static_cast<CapabilityType>(base::load_le<uint32_t>(bytes.data() + at)), {}};
    if (length > bytes.size() - at - kRecordHead) {
      return base::invalid_input(fmt::format("invalid BPF capabilities at offset:{}", at));
    }
    record.value = bytes.subspan(at + kRecordHead, length);
    if (base::Result<void> taken = take(record, caps, log); !taken) {
      log(taken.error().message);
      return base::invalid_input(fmt::format("invalid BPF capabilities at offset:{}", at),
                                 taken.error().message);
    }
    at += kRecordHead + length;
  }
  if (at != bytes.size()) {
    return base::invalid_input(fmt::format(
        "BPF capabilities left after parsing, parsed:{} total length:{}", at, bytes.size()));
  }
  return caps;
}

base::Result<Capabilities> probe(nic::HostPort& port, const Log& log) {
  namespace bar = nic::bar;
  constexpr unsigned kUnit = 64, kInlineHead = 32;
  base::Result<Capabilities> caps = parse_capabilities(port.symbol(nic::kCapabilitySymbol), log);
  if (!caps) return caps;
  if ((port.read(bar::kCapabilities, 4) & bar::kControlBpf) == 0) {
    return base::unsupported("the firmware of this card has no BPF");
  }
  const uint64_t abi = port.read(bar::kBpfAbi, 1);
  if (caps->abi() == 0 || abi != caps->abi()) {
    return base::unsupported(
        fmt::format("BPF ABI {} in the control BAR, the capabilities say {}", abi, caps->abi()));
  }
  firmware::Capability& offered = caps->offered;
  caps->can_reload = (port.read(bar::kBpfFeatures, 1) & bar::kFeatureReload) != 0;
  offered.max_words = static_cast<unsigned>(port.read(bar::kBpfMaxLength, 2));
  offered.start = static_cast<unsigned>(port.read(bar::kBpfStart, 2));
  offered.done = static_cast<unsigned>(port.read(bar::kBpfDone, 2));
  offered.stack_bytes = static_cast<unsigned>(port.read(bar::kBpfStack, 1)) * kUnit;
  offered.inline_mtu =
      static_cast<unsigned>(port.read(bar::kBpfInlineMtu, 1)) * kUnit - kInlineHead;
  const unsigned needed = caps->slots().request_bytes();
  if (caps->has_maps() && port.control_mtu() < needed) {
    return base::out_of_range(
        fmt::format("ctrl channel MTU below min required {} < {}", port.control_mtu(), needed));
  }
  return caps;
}

}  // namespace host::nfp
