// The ioctls of a seccomp listener.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/notifications.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace interpose {

std::optional<Notification> receive_notification(int listener) {
  for (;;) {
    pollfd entry = {listener, POLLIN, 0};
    if (poll(&entry, 1, -1) < 0 && errno != EINTR) return std::nullopt;
    if ((entry.revents & POLLIN) == 0) {
      if ((entry.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return std::nullopt;
      continue;
    }
    seccomp_notif notification = {};
    // ENOENT: the caller was killed meanwhile.
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0) continue;
    Notification out{notification.id, static_cast<int>(notification.pid), {}};
    out.call.number = notification.data.nr;
    for (size_t i = 0; i < out.call.arg.size(); ++i) out.call.arg[i] = notification.data.args[i];
    return out;
  }
}

bool still_waits(int listener, uint64_t id) {
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void answer_notification(int listener, uint64_t id, const Outcome& outcome) {
  seccomp_notif_resp response = {};
  response.id = id;
  if (outcome.passed) {
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  } else if (outcome.fd) {
    seccomp_notif_addfd add = {};
    add.id = id;
    add.flags = SECCOMP_ADDFD_FLAG_SEND;  // installs it and answers with its number in one step
    add.srcfd = static_cast<uint32_t>(outcome.fd.get());
    add.newfd_flags = O_CLOEXEC;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0) return;
    response.error = -errno;  // EMFILE, if the caller still exists
  } else if (outcome.value < 0) {
    response.error = static_cast<int>(outcome.value);
  } else {
    response.val = outcome.value;
  }
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

}  // namespace interpose
