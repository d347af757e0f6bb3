// Fork, exec, and one poll loop over the pipes of all children.
// SPDX-License-Identifier: Apache-2.0
#include "cli/child_runs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace cli {
namespace {

using base::Result;

constexpr size_t kMostOutputBytes = size_t{64} << 20, kMostErrorBytes = 4096;

struct Child {
  size_t index = 0;
  pid_t pid = -1;
  int out = -1, err = -1;  // -1: at its end
};

base::Error system_error(const char* what) {
  return base::io_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

// In the child: only async-signal-safe calls until exec.
[[noreturn]] void become(char* const* argv, int out, int err, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool is_ready = getppid() == parent && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                        dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
  if (is_ready) execv("/proc/self/exe", argv);
  constexpr int kCannotExecute = 126;
  _exit(kCannotExecute);
}

Result<Child> start(size_t index, const Arguments& arguments) {
  static const std::string kName = "millrace";
  std::vector<char*> argv = {const_cast<char*>(kName.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0) return system_error("pipe");
  if (pipe2(err.data(), O_CLOEXEC) != 0) {
    const base::Error error = system_error("pipe");
    close(out[0]);
    close(out[1]);
    return error;
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(argv.data(), out[1], err[1], parent);
  const base::Error error = system_error("fork");
  close(out[1]);
  close(err[1]);
  if (pid > 0) return Child{index, pid, out[0], err[0]};
  close(out[0]);
  close(err[0]);
  return error;
}

// Appends what the pipe has; closes it at its end.
void drain(int& fd, std::string& to, size_t most) {
  std::array<char, 65536> buffer;
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    close(fd);
    fd = -1;
    return;
  }
  to.append(buffer.data(), static_cast<size_t>(got));
  if (to.size() > most) to.erase(0, to.size() - most);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int kSignalled = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

// Waits until some child says something; removes those that have ended.
void serve(std::vector<Child>& children, std::vector<ChildRun>& results,
           const std::function<void(const ChildRun&)>& on_end) {
  std::vector<pollfd> polled;
  for (const Child& child : children) {
    polled.push_back({child.out, POLLIN, 0});  // poll leaves out what is -1
    polled.push_back({child.err, POLLIN, 0});
  }
  if (poll(polled.data(), polled.size(), -1) < 0) return;
  for (size_t i = 0; i < children.size(); ++i) {
    Child& child = children[i];
    ChildRun& result = results[child.index];
    if (polled[2 * i].revents != 0) drain(child.out, result.out, kMostOutputBytes);
    if (polled[2 * i + 1].revents != 0) drain(child.err, result.err, kMostErrorBytes);
    if (child.out >= 0 || child.err >= 0) continue;
    result.exit_code = wait_for(child.pid);
    child.pid = -1;
    on_end(result);
  }
  std::erase_if(children, [](const Child& child) { return child.pid < 0; });
}

}  // namespace

Result<std::vector<ChildRun>> run_children(const std::vector<Arguments>& runs, unsigned jobs,
                                           const OnRunEnd& on_end) {
  std::vector<ChildRun> results(runs.size());
  std::vector<Child> children;
  size_t next = 0, ended = 0, failed = 0;
  const auto count = [&](const ChildRun& run) {
    ++ended;
    if (run.exit_code != 0) ++failed;
    if (on_end) on_end(ended, failed);
  };
  while (ended < runs.size()) {
    while (next < runs.size() && children.size() < jobs) {
      Result<Child> child = start(next, runs[next]);
      if (!child && children.empty()) return child.error();
      if (!child) break;  // when another one has ended there is room again
      children.push_back(*child);
      ++next;
    }
    serve(children, results, count);
  }
  return results;
}

}  // namespace cli
