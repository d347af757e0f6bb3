// Every command of bpf(2) used wrongly: the errno that we promise, and the one that the running kernel gives for the same call.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/host-driver/lab.h"
#include "tests/host-driver/misuse_cases.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

// Memory as the kernel reaches it: an address that nothing is mapped at is EFAULT.
bool copy(uint64_t address, void* own, size_t bytes, decltype(&process_vm_readv) move) {
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

std::string name_of(long result) {
  if (result >= 0) return "success";
  const char* name = strerrorname_np(static_cast<int>(-result));
  return name == nullptr ? std::to_string(result) : name;
}

TEST(BpfMisuse, GivesThePromisedErrno) {
  Ours ours;
  unsigned calls = 0;
  for (const MisuseCase& row : misuse_cases()) {
    for (const WrongCall& call : wrong_calls(row, ours.subject)) {
      if (call.expected == 0) continue;
      EXPECT_EQ(name_of(make_call(ours.subject, call)), name_of(-call.expected)) << call.what;
      ++calls;
    }
  }
  EXPECT_GT(calls, 150u);
}

TEST(BpfMisuse, WantsRights) {
  Ours ours;
  ours.lab.process.caller().credentials.may_admin = false;
  for (const MisuseCase& row : misuse_cases()) {
    if (row.no_rights == 0) continue;
    bpf_attr attr = empty_attr();
    row.fill(ours.subject, &attr);
    EXPECT_EQ(name_of(ours.subject.bpf(row.command, &attr, sizeof attr)), name_of(-row.no_rights))
        << row.name;
  }
}

// Where the two have something else to tell of.
struct OtherAnswer {
  const char* call;
  const char* why;
};
constexpr OtherAnswer kOtherAnswers[] = {
    {"BTF_GET_NEXT_ID: short attribute of 0", "a kernel has BTF of its own"},
};
bool may_differ(const std::string& what) {
  return std::ranges::any_of(kOtherAnswers,
                             [&](const OtherAnswer& row) { return what == row.call; });
}

TEST(BpfMisuse, AgreesWithTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  Ours ours;
  Kernel kernel;
  ASSERT_TRUE(make_objects(&kernel.subject)) << available.reason;
  unsigned compared = 0;
  for (const MisuseCase& row : misuse_cases()) {
    const std::vector<WrongCall> own = wrong_calls(row, ours.subject);
    const std::vector<WrongCall> real = wrong_calls(row, kernel.subject);
    ASSERT_EQ(own.size(), real.size());
    for (size_t i = 0; i < own.size(); ++i) {
      if (may_differ(own[i].what)) continue;
      const long expected = make_call(kernel.subject, real[i]);
      EXPECT_EQ(name_of(make_call(ours.subject, own[i])), name_of(expected)) << own[i].what;
      if (expected > 0) close(static_cast<int>(expected));
      ++compared;
    }
  }
  EXPECT_GT(compared, 350u);
}

// Drops every capability of the calling thread.
bool drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2];
  std::memset(none, 0, sizeof none);
  return syscall(SYS_capset, &header, none) == 0;
}

int errno_without_capabilities(const Kernel& kernel, const MisuseCase& row) {
  const pid_t child = fork();
  if (child == 0) {
    if (!drop_capabilities()) _exit(255);
    bpf_attr attr = empty_attr();
    row.fill(kernel.subject, &attr);
    const long result = kernel.subject.bpf(row.command, &attr, sizeof attr);
    _exit(result < 0 ? static_cast<int>(-result) : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST(BpfMisuse, RightsAreThoseOfTheRunningKernel) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  int unprivileged_disabled = 0;
  std::ifstream("/proc/sys/kernel/unprivileged_bpf_disabled") >> unprivileged_disabled;
  if (unprivileged_disabled == 0) GTEST_SKIP() << "the running kernel lets anybody load programs";
  Kernel kernel;
  ASSERT_TRUE(make_objects(&kernel.subject)) << available.reason;
  for (const MisuseCase& row : misuse_cases()) {
    if (row.no_rights == 0) continue;
    EXPECT_EQ(errno_without_capabilities(kernel, row), row.no_rights) << row.name;
  }
}

}  // namespace
}  // namespace host_test
