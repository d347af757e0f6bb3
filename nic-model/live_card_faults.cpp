// ECC errors of a live card, in a running program and behind an entry of a map; what its cores stopped for.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "fpc/ecc.h"
#include "nic-model/live_card.h"

namespace nic {
namespace {

constexpr unsigned kMemoryWordBits = 72;  // 64 and 8 of ECC (guessed)

base::Result<void> check_bits(unsigned bits, unsigned most) {
  if (bits <= most) return {};
  return base::out_of_range(fmt::format("{} bits of a word, allowed are 0 to {}", bits, most));
}

}  // namespace

base::Result<void> LiveCard::spoil_store(unsigned bits) {
  if (base::Result<void> checked = check_bits(bits, fpc::kStoredWordBits); !checked) return checked;
  card_.spoil_store(static_cast<uint16_t>(capability_.start), bits);
  return {};
}

unsigned LiveCard::spoiled_store_bits() const {
  return card_.spoiled_store_bits(static_cast<uint16_t>(capability_.start));
}

base::Result<void> LiveCard::spoil_map(unsigned bits) {
  if (base::Result<void> checked = check_bits(bits, kMemoryWordBits); !checked) return checked;
  const std::optional<uint64_t> address = control_.last_read();
  if (!address) return base::invalid_input("no entry of a map has been looked up yet");
  fpc::ByteStore& memory = card_.memories().shared();
  if (bits == 0) {
    memory.mend(*address, 1);
  } else if (!memory.spoil(*address, bits)) {
    return base::invalid_input("the host has no memory left for that of the card");
  }
  return {};
}

unsigned LiveCard::spoiled_map_bits() const {
  const std::optional<uint64_t> address = control_.last_read();
  const auto* word = address ? card_.memories().shared().find_spoiled(*address, 1) : nullptr;
  return word == nullptr ? 0 : word->second;
}

std::vector<std::string> LiveCard::faults() const {
  std::vector<std::string> lines = card_.faults();
  for (const std::string& line : control_.faults().lines()) lines.push_back(line);
  return lines;
}

}  // namespace nic
