// The child installs the filter while it shares our descriptors, so the listener needs no message that the filter would stop.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/launch.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "host-driver/interpose/filter.h"
#include "host-driver/interpose/rights.h"

namespace interpose {
namespace {

constexpr int kNoListener = INT_MAX;

// Only the command sees it, and only if we may: programs with fixed paths then pin where they always do.
void show_bpffs(const char* folder) {
  if (*folder == 0 || unshare(CLONE_NEWNS) != 0) return;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0)
    mount(folder, "/sys/fs/bpf", nullptr, MS_BIND, nullptr);
}

void say(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(127);
}

// Between clone and execve: async-signal-safe calls only, since other threads may have held locks.
[[noreturn]] void run_child(const char* const* words, const Command& command,
                            const std::vector<sock_filter>& filter, pid_t parent, int pipe_end) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  sigprocmask(SIG_SETMASK, &command.signal_mask, nullptr);
  show_bpffs(command.bpffs.c_str());
  if (command.isolated && !give_up_network_right()) {
    say("millrace exec: cannot give up the right to change the network: ");
    say(strerrordesc_np(errno));
    say("\n");
    _exit(1);
  }
  const int listener = command.with_filter ? install_filter(filter) : kNoListener;
  if (write(pipe_end, &listener, sizeof listener) != sizeof listener || listener < 0) _exit(1);
  execvp(words[0], const_cast<char* const*>(words));
  const int reason = errno;
  say("millrace exec: cannot run ");
  say(words[0]);
  say(": ");
  say(strerrordesc_np(reason));
  say("\n");
  _exit(reason == ENOENT ? 127 : 126);
}

// The child shares our end of the pipe until it executes the command, so its death has to be watched apart.
bool read_listener(int pipe_end, pid_t child, int& listener) {
  const base::UniqueFd death(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd events[2] = {{pipe_end, POLLIN, 0}, {death.get(), POLLIN, 0}};
  while (poll(events, 2, -1) < 0) {
    if (errno != EINTR) return false;
  }
  return (events[0].revents & POLLIN) != 0 &&
         read(pipe_end, &listener, sizeof listener) == sizeof listener;
}

}  // namespace

base::Result<Launched> launch(const Command& command) {
  std::vector<const char*> words;
  for (const std::string& word : command.words) words.push_back(word.c_str());
  words.push_back(nullptr);
  const std::vector<sock_filter> filter = make_filter(command.only_bpf);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return base::io_error("no pipe for the command: " + std::string(strerror(errno)));
  const base::UniqueFd from(ends[0]), to(ends[1]);
  const pid_t parent = getpid();
  const auto pid = static_cast<pid_t>(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0));
  if (pid == 0) run_child(words.data(), command, filter, parent, to.get());
  if (pid < 0) return base::io_error("cannot start a process: " + std::string(strerror(errno)));
  int listener = -ECHILD;
  if (!read_listener(from.get(), pid, listener)) listener = -ECHILD;
  if (listener == kNoListener) return Launched{pid, {}};
  if (listener >= 0) return Launched{pid, base::UniqueFd(listener)};
  waitpid(pid, nullptr, 0);
  if (listener == -EBUSY)
    return base::Error{
        base::ErrorCode::kBusy,
        "calls of this process stop for another supervisor already, and the kernel takes one: "
        "--preload catches those of programs that use libc",
        {}};
  return base::unsupported("the kernel refuses seccomp user notification (" +
                           std::string(strerror(-listener)) +
                           "), which needs Linux 5.19; --preload does without");
}

}  // namespace interpose
