// Links inputs of the command line.
// SPDX-License-Identifier: Apache-2.0
#include "cli/link_input.h"

namespace cli {
namespace {

// Where the placed words of a word file expect their surroundings
// (tests/data/kernel-jit/README.md).
constexpr unsigned kPlacedDone = 0x1f00, kPlacedResident = 0x1000, kPlacedHelpers = 0x1e00,
                   kPlacedHelperStride = 0x10;

firmware::Layout placed_layout() {
  firmware::Layout layout{0, kPlacedDone, kPlacedResident, {}};
  unsigned address = kPlacedHelpers;
  for (const unsigned helper : {firmware::kHelperMapLookup, firmware::kHelperMapUpdate,
                                firmware::kHelperMapDelete, firmware::kHelperPerfEvent}) {
    layout.helpers[helper] = address;
    address += kPlacedHelperStride;
  }
  return layout;
}

}  // namespace

base::Result<firmware::LinkedStore> link_input(const Input& input) {
  return input.placed ? firmware::link_relocated(input.image.words, placed_layout())
                      : firmware::link(input.image);
}

}  // namespace cli
