// The kernel JIT's images in tests/data/kernel-jit: words, relocated words, the driver's state, the programs' maps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fpc/firmware/image.h"
#include "fpc/firmware/link.h"
#include "fpc/firmware/map_table.h"

namespace vectors {

struct Vector {
  std::string name;                      // "basic.drop"
  std::string type;                      // "xdp" or "tc"
  firmware::Image image;                 // .nfp with the targets of .meta
  std::vector<fpc::Word> relocated;      // .rel
  std::vector<firmware::MapShape> maps;  // in the order of table ids
  std::vector<std::string> map_names;
};

std::vector<std::string> names();
Vector load(const std::string& name);  // aborts when the files are broken

// Addresses that the .rel files were made for; the firmware goes between program and trampolines.
firmware::Layout layout();

}  // namespace vectors
