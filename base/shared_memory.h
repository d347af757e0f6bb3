// Memory that other processes may map as a file, and whose size nobody can change.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/unique_fd.h"

namespace base {

class SharedMemory {
 public:
  // Zeros, mapped here and in a file whose name is `name`. nullptr: errno says why.
  static std::shared_ptr<SharedMemory> create(const char* name, uint64_t bytes) {
    UniqueFd file(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0 ||
        fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
      return nullptr;
    void* const here = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (here == MAP_FAILED) return nullptr;
    return std::shared_ptr<SharedMemory>(
        new SharedMemory(std::move(file), {static_cast<uint8_t*>(here), bytes}));
  }
  ~SharedMemory() { munmap(bytes_.data(), bytes_.size()); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  int file() const { return file_.get(); }
  // The same memory for somebody else, as open(2); none: errno says why.
  UniqueFd open(int flags) const {
    const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
    return UniqueFd(::open(path.c_str(), flags | O_CLOEXEC));
  }
  std::span<uint8_t> bytes() const { return bytes_; }

 private:
  SharedMemory(UniqueFd file, std::span<uint8_t> bytes) : file_(std::move(file)), bytes_(bytes) {}

  UniqueFd file_;
  std::span<uint8_t> bytes_;
};

}  // namespace base
