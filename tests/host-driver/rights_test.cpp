// Who may do what: callers without rights, descriptors that only read or only write, frozen maps; as the running kernel has it.
// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <fstream>
#include <optional>

#include "base/unique_fd.h"
#include "tests/host-driver/misuse_sides.h"
#include "tests/support/kernel_oracle.h"

namespace host_test {
namespace {

constexpr uid_t kNobody = 65534;

long call(const Subject& subject, const MisuseCase& row) {
  bpf_attr attr = empty_attr();
  row.fill(subject, &attr);
  return subject.bpf(row.command, &attr, sizeof attr);
}

// In a process that was root and became nobody, which keeps its descriptors. Nothing: there is no such process.
std::optional<long> call_as_nobody(const Subject& subject, const MisuseCase& row) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const base::UniqueFd from(ends[0]), to(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    if (setresuid(kNobody, kNobody, kNobody) != 0) _exit(1);
    const long result = call(subject, row);
    _exit(write(to.get(), &result, sizeof result) == sizeof result ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  long result = 0;
  if (status != 0 || read(from.get(), &result, sizeof result) != sizeof result) return std::nullopt;
  return result;
}

TEST(BpfRights, AreWanted) {
  Ours ours;
  ours.lab.process.caller().credentials.may_admin = false;
  for (const MisuseCase& row : misuse_cases()) {
    if (row.no_rights != 0) {
      EXPECT_EQ(name_of(call(ours.subject, row)), name_of(-row.no_rights)) << row.name;
    }
  }
}

// Maps of `subject` by descriptors with the rights that `flags` leave.
void reopen(Subject& subject, uint32_t flags) {
  for (int* fd : {&subject.hash, &subject.array}) {
    bpf_map_info info = {};
    bpf_attr attr = empty_attr();
    attr.info.bpf_fd = static_cast<uint32_t>(*fd);
    attr.info.info = address_of(&info);
    attr.info.info_len = sizeof info;
    ASSERT_EQ(subject.bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof attr), 0);
    attr = empty_attr();
    attr.map_id = info.id;
    attr.open_flags = flags;
    *fd = static_cast<int>(subject.bpf(BPF_MAP_GET_FD_BY_ID, &attr, sizeof attr));
    ASSERT_GE(*fd, 0);
  }
}

void freeze(const Subject& subject) {
  for (const int fd : {subject.hash, subject.array}) {
    bpf_attr attr = empty_attr();
    attr.map_fd = static_cast<uint32_t>(fd);
    ASSERT_EQ(subject.bpf(BPF_MAP_FREEZE, &attr, sizeof attr), 0);
  }
}

struct Rights {
  const char* what;
  bool is_nobody;
  uint32_t flags;
  bool is_frozen;
};
constexpr Rights kRights[] = {
    {"root", false, 0, false},
    {"root, reading", false, BPF_F_RDONLY, false},
    {"root, writing", false, BPF_F_WRONLY, false},
    {"root, frozen", false, 0, true},
    {"root, frozen, writing", false, BPF_F_WRONLY, true},
    {"nobody", true, 0, false},
    {"nobody, reading", true, BPF_F_RDONLY, false},
    {"nobody, writing", true, BPF_F_WRONLY, false},
    {"nobody, frozen", true, 0, true},
};

class BpfRightsOfKernel : public testing::TestWithParam<Rights> {};
INSTANTIATE_TEST_SUITE_P(All, BpfRightsOfKernel, testing::ValuesIn(kRights));

TEST_P(BpfRightsOfKernel, AreOurs) {
  const test_support::KernelAvailability available = test_support::kernel_availability();
  if (!available.usable && !available.must_fail) GTEST_SKIP() << available.reason;
  const Rights& rights = GetParam();
  int unprivileged_disabled = 0;
  std::ifstream("/proc/sys/kernel/unprivileged_bpf_disabled") >> unprivileged_disabled;
  if (rights.is_nobody && unprivileged_disabled == 0)
    GTEST_SKIP() << "the running kernel lets anybody load programs";
  Kernel kernel;
  ASSERT_TRUE(make_objects(&kernel.subject)) << available.reason;
  Ours ours;
  for (Subject* subject : {&kernel.subject, &ours.subject}) {
    if (rights.is_frozen) freeze(*subject);
    reopen(*subject, rights.flags);
  }
  ours.lab.process.caller().credentials.may_admin = !rights.is_nobody;
  for (const MisuseCase& row : misuse_cases()) {
    const std::optional<long> expected =
        rights.is_nobody ? call_as_nobody(kernel.subject, row) : call(kernel.subject, row);
    ASSERT_TRUE(expected) << row.name;
    EXPECT_EQ(name_of(call(ours.subject, row)), name_of(*expected))
        << row.name << ", " << rights.what;
    if (*expected > 0 && !rights.is_nobody) close(static_cast<int>(*expected));
  }
}

}  // namespace
}  // namespace host_test
