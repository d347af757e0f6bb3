// A file in memory with a path, for readers that take a path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/libfuzzer/targets.h"

namespace fuzz {

class MemoryFile {
 public:
  explicit MemoryFile(Input contents);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const;

 private:
  int descriptor_;
};

}  // namespace fuzz
