// A file in memory: memfd_create, and the path that Linux gives to a descriptor.
// SPDX-License-Identifier: Apache-2.0
#include "tests/libfuzzer/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

MemoryFile::MemoryFile(Input contents) : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)) {
  require(
      write(descriptor_, contents.data(), contents.size()) == static_cast<ssize_t>(contents.size()),
      "cannot write a file in memory");
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

}  // namespace fuzz
