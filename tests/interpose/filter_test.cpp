// The seccomp filter, executed on the descriptions of calls.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace interpose {
namespace {

// The instructions that the filter has, and no others.
uint32_t run(const std::vector<sock_filter>& code, const seccomp_data& call) {
  uint32_t accumulator = 0;
  for (size_t pc = 0; pc < code.size(); ++pc) {
    const sock_filter& insn = code[pc];
    switch (insn.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&accumulator, reinterpret_cast<const uint8_t*>(&call) + insn.k, 4);
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += accumulator == insn.k ? insn.jt : insn.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += accumulator >= insn.k ? insn.jt : insn.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        pc += (accumulator & insn.k) != 0 ? insn.jt : insn.jf;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        accumulator &= insn.k;
        break;
      case BPF_RET | BPF_K:
        return insn.k;
      default:
        ADD_FAILURE() << "instruction " << insn.code;
        return 0;
    }
  }
  ADD_FAILURE() << "ran off the end";
  return 0;
}

#if defined(__x86_64__)

seccomp_data call_of(int number, uint64_t second = 0, uint32_t arch = AUDIT_ARCH_X86_64) {
  seccomp_data call = {};
  call.nr = number;
  call.arch = arch;
  call.args[1] = second;
  return call;
}

TEST(Filter, StopsWhatConcernsTheCard) {
  const std::vector<sock_filter> all = make_filter(false), only = make_filter(true);
  for (const int number :
       {SYS_bpf, SYS_statfs, SYS_readlink, SYS_readlinkat, SYS_perf_event_open, SYS_capget}) {
    EXPECT_EQ(run(all, call_of(number)), SECCOMP_RET_USER_NOTIF) << number;
    EXPECT_EQ(run(only, call_of(number)), SECCOMP_RET_USER_NOTIF) << number;
  }
  for (const int number : {SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_recvfrom, SYS_recvmsg}) {
    EXPECT_EQ(run(all, call_of(number)), SECCOMP_RET_USER_NOTIF) << number;
    EXPECT_EQ(run(only, call_of(number)), SECCOMP_RET_ALLOW) << number;
  }
  for (const int number : {SYS_read, SYS_write, SYS_execve, SYS_mmap, SYS_close, SYS_socket})
    EXPECT_EQ(run(all, call_of(number)), SECCOMP_RET_ALLOW) << number;
}

TEST(Filter, StopsOnlyTheIoctlsOfInterfaces) {
  const std::vector<sock_filter> code = make_filter(false);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, SIOCGIFINDEX)), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, SIOCGIFNAME)), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, SIOCSIFFLAGS)), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(run(make_filter(true), call_of(SYS_ioctl, SIOCSIFFLAGS)), SECCOMP_RET_ALLOW);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, 0x5401)), SECCOMP_RET_ALLOW);
}

TEST(Filter, StopsTheIoctlsOfPerfEvents) {
  const std::vector<sock_filter> code = make_filter(true);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, PERF_EVENT_IOC_ENABLE)), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(run(code, call_of(SYS_ioctl, PERF_EVENT_IOC_ID)), SECCOMP_RET_USER_NOTIF);
}

TEST(Filter, StopsWhoBeginsToWaitForADescriptor) {
  const std::vector<sock_filter> code = make_filter(false);
  EXPECT_EQ(run(code, call_of(SYS_epoll_ctl, EPOLL_CTL_ADD)), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(run(code, call_of(SYS_epoll_ctl, EPOLL_CTL_DEL)), SECCOMP_RET_ALLOW);
}

TEST(Filter, StopsSharedMappingsOfFilesAlone) {
  const std::vector<sock_filter> code = make_filter(false);
  const auto answer = [&](int flags, int fd) {
    seccomp_data call = call_of(SYS_mmap);
    call.args[3] = static_cast<uint64_t>(flags);
    call.args[4] = static_cast<uint64_t>(fd);
    return run(code, call);
  };
  EXPECT_EQ(answer(MAP_SHARED, 3), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(answer(MAP_SHARED_VALIDATE, 3), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(answer(MAP_PRIVATE, 3), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(MAP_SHARED | MAP_ANONYMOUS, -1), SECCOMP_RET_ALLOW);
}

TEST(Filter, LetsNoForeignBpfThrough) {
  const std::vector<sock_filter> code = make_filter(false);
  const uint32_t refused = SECCOMP_RET_ERRNO | ENOSYS;
  EXPECT_EQ(run(code, call_of(357, 0, AUDIT_ARCH_I386)), refused);
  EXPECT_EQ(run(code, call_of(1, 0, AUDIT_ARCH_I386)), SECCOMP_RET_ALLOW);
  EXPECT_EQ(run(code, call_of(0x40000000 | SYS_bpf)), refused);
}

#endif

}  // namespace
}  // namespace interpose
