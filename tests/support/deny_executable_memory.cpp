// Runs a command on a host that refuses executable memory to whoever has started: libraries from files still load.
// SPDX-License-Identifier: Apache-2.0
//
//   deny_executable_memory COMMAND [ARGUMENT...]       exit code 125: the filter cannot be installed
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <iterator>

namespace {

constexpr int kNoFilter = 125, kNoCommand = 126;

constexpr sock_filter load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<__u32>(offset));
}
constexpr size_t argument(size_t number) {  // its low half
  return offsetof(seccomp_data, args) + number * sizeof(__u64);
}

// mmap(PROT_EXEC) of anything but a private mapping of a file, and every mprotect(PROT_EXEC): EACCES.
const sock_filter kFilter[] = {
    load(offsetof(seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ, __NR_mprotect, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ, __NR_mmap, 0, 4),
    load(argument(3)),
    BPF_JUMP(BPF_JMP | BPF_JSET, MAP_SHARED | MAP_ANONYMOUS, 0, 2),
    load(argument(2)),
    BPF_JUMP(BPF_JMP | BPF_JSET, PROT_EXEC, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return kNoCommand;
  const sock_fprog program{static_cast<unsigned short>(std::size(kFilter)),
                           const_cast<sock_filter*>(kFilter)};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    std::perror("deny_executable_memory");
    return kNoFilter;
  }
  execv(argv[1], argv + 1);
  std::perror(argv[1]);
  return kNoCommand;
}
