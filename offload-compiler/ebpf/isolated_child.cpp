// Fork, limits and pipe on the child's side; deadline, reading and reaping on the parent's.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/isolated_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/sanitizer.h"

namespace ebpf {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kResultFd = 3;

// The address sanitizer's shadow memory is terabytes of address space.
constexpr bool kMemoryCanBeLimited = !base::kAddressSanitizer;

uint64_t mapped_bytes() {
  unsigned long pages = 0;
  std::FILE* statm = std::fopen("/proc/self/statm", "re");
  if (statm == nullptr) return 0;
  if (std::fscanf(statm, "%lu", &pages) != 1) pages = 0;
  std::fclose(statm);
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(resource, &both);
}

void apply(const ChildLimits& limits) {
  if (kMemoryCanBeLimited) limit(RLIMIT_AS, mapped_bytes() + limits.memory_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int fatal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGXCPU, SIGPIPE, SIGALRM}) {
    signal(fatal, SIG_DFL);
  }
  alarm(static_cast<unsigned>(limits.wall.count() / 1000 + 1));
}

// Leaves /dev/null as standard files, the pipe as kResultFd and nothing else open.
void keep_only(int pipe_fd) {
  const int null_fd = open("/dev/null", O_RDWR);
  const int result_fd = fcntl(pipe_fd, F_DUPFD, kResultFd + 1);
  for (int standard = 0; standard < kResultFd; ++standard) dup2(null_fd, standard);
  dup2(result_fd, kResultFd);
  close_range(kResultFd + 1, ~0u, 0);
}

[[noreturn]] void run_child(int pipe_fd, const std::function<std::vector<uint8_t>()>& produce,
                            const ChildLimits& limits) noexcept {
  keep_only(pipe_fd);
  apply(limits);
  const std::vector<uint8_t> result = produce();
  for (size_t at = 0; at < result.size();) {
    const ssize_t wrote = write(kResultFd, result.data() + at, result.size() - at);
    if (wrote < 0 && errno != EINTR) _exit(1);
    if (wrote > 0) at += static_cast<size_t>(wrote);
  }
  _exit(0);
}

// Empty when all was read; otherwise what went wrong.
std::string read_result(int fd, const ChildLimits& limits, std::vector<uint8_t>* result) {
  const auto deadline = Clock::now() + limits.wall;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return fmt::format("no result within {} ms", limits.wall.count());
    pollfd wait{fd, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(left));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    uint8_t chunk[16384];
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::strerror(errno);
    result->insert(result->end(), chunk, chunk + got);
    if (result->size() > limits.result_bytes) {
      return fmt::format("a result above {} bytes", limits.result_bytes);
    }
  }
}

// Empty when the child ended well.
std::string reap(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return {};  // somebody ignores SIGCHLD: the result decides
  }
  if (WIFSIGNALED(status)) {
    const char* name = sigabbrev_np(WTERMSIG(status));
    return fmt::format("ended by SIG{}", name == nullptr ? "?" : name);
  }
  if (WEXITSTATUS(status) != 0) return fmt::format("ended with status {}", WEXITSTATUS(status));
  return {};
}

}  // namespace

base::Result<std::vector<uint8_t>> run_isolated(
    const std::function<std::vector<uint8_t>()>& produce, const ChildLimits& limits) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return base::io_error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  const pid_t child = fork();
  if (child == 0) run_child(ends[1], produce, limits);
  const int fork_errno = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return base::io_error(fmt::format("cannot start a process: {}", std::strerror(fork_errno)));
  }
  std::vector<uint8_t> result;
  const std::string read_failure = read_result(ends[0], limits, &result);
  close(ends[0]);
  if (!read_failure.empty()) kill(child, SIGKILL);
  const std::string death = reap(child);
  if (!read_failure.empty()) return base::invalid_input(read_failure);
  if (!death.empty()) return base::invalid_input(death);
  return result;
}

}  // namespace ebpf
