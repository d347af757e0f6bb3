// Threads that answer notifications, and the main thread that reaps.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/supervisor.h"

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "host-driver/interpose/notifications.h"

namespace interpose {
namespace {

// Calls of different processes must not wait for each other: a verifier may sleep.
constexpr int kThreads = 6;
constexpr timespec kGrace = {1, 0};  // between SIGTERM and SIGKILL

struct Shared {
  base::UniqueFd listener;
  std::mutex turn;  // to wait for a call: the kernel would wake all that do for each one
  RouteQueues queues;
};

void answer_calls(const std::shared_ptr<Shared>& shared, Client client) {
  Traps traps(std::move(client), shared->queues);
  const int listener = shared->listener.get();
  for (;;) {
    const std::optional<Notification> notification = [&] {
      const std::lock_guard guard(shared->turn);
      return receive_notification(listener);
    }();
    if (!notification) return;
    const uint64_t id = notification->id;
    const Target target(notification->thread, [=] { return still_waits(listener, id); });
    answer_notification(listener, id, traps.handle(notification->call, target));
  }
}

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Reaps everything that is ready; the code of `pid` once it is among them.
std::optional<int> reap(pid_t pid) {
  std::optional<int> code;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended <= 0) return code;
    if (ended == pid) code = exit_code(status);
  }
}

std::vector<pid_t> children() {
  std::vector<pid_t> out;
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return out;
  for (const dirent* entry = readdir(tasks); entry != nullptr; entry = readdir(tasks)) {
    std::ifstream list("/proc/self/task/" + std::string(entry->d_name) + "/children");
    for (pid_t pid = 0; list >> pid;) out.push_back(pid);
  }
  closedir(tasks);
  return out;
}

// What the command left behind came to us, its sub-reaper; without us, its calls would fail in strange ways.
void end_the_rest(const sigset_t& signals) {
  for (int number = SIGTERM; !children().empty(); number = SIGKILL) {
    for (const pid_t pid : children()) kill(pid, number);
    do {
      reap(-1);
    } while (!children().empty() && sigtimedwait(&signals, nullptr, &kGrace) == SIGCHLD);
  }
}

sigset_t supervisor_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) sigaddset(&set, number);
  return set;
}

}  // namespace

sigset_t block_supervisor_signals() {
  const sigset_t set = supervisor_signals();
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &set, &before);
  return before;
}

base::Result<int> supervise(Launched launched,
                            const std::function<base::Result<Client>()>& connect) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto shared = std::make_shared<Shared>();
  shared->listener = std::move(launched.listener);
  if (shared->listener) hand_over_at_once(shared->listener.get());
  for (int i = 0; shared->listener && i < kThreads; ++i) {
    base::Result<Client> client = connect();
    if (!client) {
      kill(launched.pid, SIGKILL);
      waitpid(launched.pid, nullptr, 0);
      return client.error();
    }
    std::thread(answer_calls, shared, std::move(*client)).detach();
  }
  const sigset_t signals = supervisor_signals();
  for (;;) {
    const std::optional<int> code = reap(launched.pid);
    if (code) {
      end_the_rest(signals);
      return *code;
    }
    const int number = sigwaitinfo(&signals, nullptr);
    // A terminal sends SIGINT and SIGQUIT to the command as well.
    if (number == SIGTERM || number == SIGHUP) kill(launched.pid, number);
  }
}

}  // namespace interpose
