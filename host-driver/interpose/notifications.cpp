// The ioctls of a seccomp listener.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/notifications.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace interpose {
namespace {

// Its number in the caller: where one is replaced, or a new one. -errno: EMFILE, if the caller still exists.
int add_descriptor(int listener, uint64_t id, const Outcome& outcome) {
  seccomp_notif_addfd add = {};
  add.id = id;
  add.srcfd = static_cast<uint32_t>(outcome.fd.get());
  add.newfd_flags = outcome.closes_on_exec ? O_CLOEXEC : 0;
  if (outcome.replaced >= 0) {
    add.flags = SECCOMP_ADDFD_FLAG_SETFD;
    add.newfd = static_cast<uint32_t>(outcome.replaced);
  }
  const int number = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
  return number < 0 ? -errno : number;
}

}  // namespace

void hand_over_at_once(int listener) {
  // Linux 6.6; headers may be older.
  constexpr uint64_t kSyncWakeUp = 1;
  constexpr unsigned long kSetFlags = SECCOMP_IOW(4, uint64_t);
  static_cast<void>(ioctl(listener, kSetFlags, kSyncWakeUp));
}

// The call waits in the kernel. Of several threads that wait here each is woken, and one gets it.
std::optional<Notification> receive_notification(int listener) {
  for (;;) {
    seccomp_notif notification = {};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) {
      // ENOENT: the caller was killed meanwhile.
      if (errno == EINTR || errno == ENOENT) continue;
      return std::nullopt;
    }
    Notification out{notification.id, static_cast<int>(notification.pid), {}};
    out.call.number = notification.data.nr;
    for (size_t i = 0; i < out.call.arg.size(); ++i) out.call.arg[i] = notification.data.args[i];
    return out;
  }
}

bool still_waits(int listener, uint64_t id) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

// Our copy of a descriptor goes before the caller can go on and look whether its own was the last. Nothing but its end comes
// between the two steps: WAIT_KILLABLE_RECV.
void answer_notification(int listener, uint64_t id, Outcome outcome) {
  const bool is_result = outcome.fd && outcome.replaced < 0;
  const int added = outcome.fd ? add_descriptor(listener, id, outcome) : 0;
  outcome.fd.reset();
  seccomp_notif_resp response = {};
  response.id = id;
  if (added < 0) {
    response.error = added;
  } else if (is_result) {
    response.val = added;
  } else if (outcome.passed) {
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  } else if (outcome.value < 0) {
    response.error = static_cast<int>(outcome.value);
  } else {
    response.val = outcome.value;
  }
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

}  // namespace interpose
