// Commands of bpf(2) as a correct call makes them, and what in each can be wrong: for our bpf(2) and for the running kernel's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace host_test {

// Someone whose bpf(2) is called, and the objects that it holds. Descriptors of one subject mean nothing to another.
struct Subject {
  std::function<long(int command, const void* attr, uint32_t bytes)> bpf;  // or -errno
  int hash = -1, array = -1, prog = -1, foreign = -1;
  static constexpr int kClosed = 9999;
};

// Makes the objects of a subject that has only its bpf(2) and a foreign descriptor. False: it could not.
bool make_objects(Subject* subject);

struct MisuseCase {
  int command;
  const char* name;
  std::function<void(const Subject&, bpf_attr*)> fill;
  std::vector<size_t> pointers;     // offsets of addresses whose bytes are always needed
  std::vector<size_t> maps, progs;  // offsets of descriptors
  int closed = 9;                   // errno of a descriptor that is not open: EBADF
  int no_rights = 0;                // errno without rights; 0: none are needed
};

const std::vector<MisuseCase>& misuse_cases();

// One wrong call, made from a case.
struct WrongCall {
  std::string what;
  int command;
  std::vector<uint8_t> attr;
  uint32_t bytes;
  bool bad_attr_pointer = false;
  int expected;  // errno, 0: whatever a kernel says
};
std::vector<WrongCall> wrong_calls(const MisuseCase& row, const Subject& subject);

// The result of the call: a descriptor is closed by `close_fd` and counts as 0.
long make_call(const Subject& subject, const WrongCall& call);

}  // namespace host_test
