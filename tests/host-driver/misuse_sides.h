// Two subjects of wrong calls: a process of our bpf(2), and this process with the running kernel's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/host-driver/lab.h"
#include "tests/host-driver/misuse_cases.h"

namespace host_test {

// Memory as the kernel reaches it: an address that nothing is mapped at is EFAULT.
inline bool copy(uint64_t address, void* own, size_t bytes, decltype(&process_vm_readv) move) {
  const iovec here{own, bytes}, there{reinterpret_cast<void*>(address), bytes};
  return bytes == 0 || move(getpid(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(bytes);
}

// Our own bpf(2).
struct Ours {
  Ours() {
    host::Caller& caller = lab.process.caller();
    caller.read = [](uint64_t address, std::span<uint8_t> to) {
      return copy(address, to.data(), to.size(), process_vm_readv);
    };
    caller.write = [](uint64_t address, std::span<const uint8_t> from) {
      return copy(address, const_cast<uint8_t*>(from.data()), from.size(), process_vm_writev);
    };
    // Descriptor 0, which a short attribute names, is a file here as in any process.
    caller.identify = [identify = caller.identify](int fd) {
      return fd == 0 ? std::optional<host::ObjectFile>(host::ObjectFile{}) : identify(fd);
    };
    subject.bpf = [this](int command, const void* attr, uint32_t bytes) {
      return lab.system.bpf.call(lab.process.caller(), command, reinterpret_cast<uint64_t>(attr),
                                 bytes);
    };
    subject.foreign = lab.process.open_foreign();
    EXPECT_TRUE(make_objects(&subject));
  }
  Lab lab;
  Subject subject;
};

// The running kernel's.
struct Kernel {
  Kernel() {
    subject.bpf = [](int command, const void* attr, uint32_t bytes) {
      const long result = syscall(SYS_bpf, command, attr, bytes);
      return result < 0 ? -errno : result;
    };
    subject.foreign = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  ~Kernel() {
    for (const int fd : {subject.hash, subject.array, subject.prog, subject.foreign}) {
      if (fd >= 0) close(fd);
    }
  }
  Subject subject;
};

inline std::string name_of(long result) {
  if (result >= 0) return "success";
  const char* name = strerrorname_np(static_cast<int>(-result));
  return name == nullptr ? std::to_string(result) : name;
}

}  // namespace host_test
