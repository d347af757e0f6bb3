// What can be told about a call of bpf(2) from its attr alone: whom it concerns, and how to point it at the card.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace interpose {

// Who answers a call in hybrid mode, and what decides.
enum class Owner {
  kHost,
  kDevice,      // field: an interface index, of the card or not
  kDescriptor,  // field: a descriptor, of the card or not
  kPath,        // field: address of a path, a pin of ours or not
  kId,          // field: an id, of the card from kFirstHybridId on
  kNextId,      // field: the id before; ids of the host come first
};

// Objects of a card that is used in hybrid mode, so that the host's own ids stay clear of them.
inline constexpr uint32_t kFirstHybridId = 0x10000000;

struct Concern {
  Owner owner = Owner::kHost;
  uint64_t field = 0;  // 0 where attr is too short for it
};
Concern concern_of(int command, const std::vector<uint8_t>& attr);

// Where the call reads a key and a value of a map, 0 for none.
std::array<uint64_t, 2> element_addresses(int command, const std::vector<uint8_t>& attr);

// Binds a program or map without a device to interface `ifindex`, and makes a link's mode that of hardware.
void promote(int command, std::vector<uint8_t>& attr, uint32_t ifindex);
// A program of the card cannot use BTF of the host: leaves it out, with everything that refers to it.
void leave_out_btf(int command, std::vector<uint8_t>& attr);
// Descriptor of the BTF of a load or of a new map; -1: none.
int btf_of(int command, const std::vector<uint8_t>& attr);
// What the entries of the map that the call creates take; 0: it creates none.
uint64_t bytes_of_new_map(int command, const std::vector<uint8_t>& attr);

}  // namespace interpose
