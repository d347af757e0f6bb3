// libmillrace-preload.so: the same traps as the supervisor's, from within a process that uses libc, for kernels or sandboxes
// without seccomp user notification.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "host-driver/interpose/raw_syscall.h"
#include "host-driver/interpose/traps.h"

namespace interpose {
namespace {

struct FrontEnd {
  std::mutex mutex;
  pid_t process = 0;  // whose connection it is; a child of fork makes one of its own
  std::unique_ptr<RouteQueues> queues;
  std::unique_ptr<Traps> traps;

  // Null: nobody named a server; calls then go to the kernel. Without the one that was named they fail, as with one that is gone later.
  Traps* connected() {
    const pid_t self = getpid();
    if (process == self) return traps.get();
    process = self;
    traps.reset();
    queues = std::make_unique<RouteQueues>();
    const char* socket = std::getenv("MILLRACE_SOCKET");
    const char* mode = std::getenv("MILLRACE_MODE");
    if (socket == nullptr) return nullptr;
    base::Result<Client> client = Client::connect(
        socket, mode == nullptr ? 0 : static_cast<uint32_t>(std::strtoul(mode, nullptr, 10)));
    traps = std::make_unique<Traps>(client ? std::move(*client) : Client::of_nobody(), *queues);
    return traps.get();
  }
};

// Never destroyed: calls come until the very end of the process.
FrontEnd& front_end() {
  static auto* const instance = new FrontEnd;
  return *instance;
}

thread_local bool is_inside = false;  // our own calls go straight to the kernel

// -1 and errno.
int64_t as_libc(int64_t result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

// As libc.
int64_t call(long number, uint64_t a, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0,
             uint64_t e = 0, uint64_t f = 0) {
  const Call caught{number, {a, b, c, d, e, f}};
  Outcome outcome;
  if (!is_inside) {
    is_inside = true;
    const int saved = errno;
    FrontEnd& self = front_end();
    {
      const std::lock_guard lock(self.mutex);
      if (Traps* traps = self.connected()) {
        const Target target(static_cast<int>(syscall(SYS_gettid)), [] { return true; });
        outcome = traps->handle(caught, target);
      }
    }
    errno = saved;
    is_inside = false;
  }
  if (outcome.fd && outcome.replaced < 0) {
    if (!outcome.closes_on_exec) fcntl(outcome.fd.get(), F_SETFD, 0);
    return outcome.fd.release();
  }
  if (outcome.fd) dup3(outcome.fd.get(), outcome.replaced, outcome.closes_on_exec ? O_CLOEXEC : 0);
  return as_libc(outcome.passed ? raw_syscall(number, caught.arg) : outcome.value);
}

template <typename T>
uint64_t word(T* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}
uint64_t word(int value) { return static_cast<uint64_t>(value); }

bool ask_interface(uint64_t request, ifreq* interface) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool found = call(SYS_ioctl, word(fd), request, word(interface)) == 0;
  const int saved = errno;
  close(fd);
  errno = saved;
  return found;
}

}  // namespace
}  // namespace interpose

using interpose::call;
using interpose::word;

// These alone are seen by the process.
#pragma GCC visibility push(default)
extern "C" {

long syscall(long number, ...) {
  uint64_t arg[6];
  va_list list;
  va_start(list, number);
  for (uint64_t& a : arg) a = va_arg(list, uint64_t);
  va_end(list);
  return call(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* to,
               socklen_t length) {
  return call(SYS_sendto, word(fd), word(data), size, word(flags), word(to), length);
}
ssize_t send(int fd, const void* data, size_t size, int flags) {
  return sendto(fd, data, size, flags, nullptr, 0);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return call(SYS_sendmsg, word(fd), word(message), word(flags));
}
int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  return static_cast<int>(call(SYS_sendmmsg, word(fd), word(messages), count, word(flags)));
}
ssize_t recvfrom(int fd, void* data, size_t size, int flags, sockaddr* from, socklen_t* length) {
  return call(SYS_recvfrom, word(fd), word(data), size, word(flags), word(from), word(length));
}
ssize_t recv(int fd, void* data, size_t size, int flags) {
  return recvfrom(fd, data, size, flags, nullptr, nullptr);
}
ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return call(SYS_recvmsg, word(fd), word(message), word(flags));
}
ssize_t __recv_chk(int fd, void* data, size_t size, size_t, int flags) {
  return recvfrom(fd, data, size, flags, nullptr, nullptr);
}
ssize_t __recvfrom_chk(int fd, void* data, size_t size, size_t, int flags, sockaddr* from,
                       socklen_t* length) {
  return recvfrom(fd, data, size, flags, from, length);
}

int statfs(const char* path, struct statfs* out) noexcept {
  return static_cast<int>(call(SYS_statfs, word(path), word(out)));
}
int statfs64(const char* path, struct statfs64* out) noexcept {
  return static_cast<int>(call(SYS_statfs, word(path), word(out)));
}
ssize_t readlinkat(int folder, const char* path, char* out, size_t size) noexcept {
  return call(SYS_readlinkat, word(folder), word(path), word(out), size);
}
ssize_t readlink(const char* path, char* out, size_t size) noexcept {
  return readlinkat(-100 /* AT_FDCWD */, path, out, size);
}
ssize_t __readlink_chk(const char* path, char* out, size_t size, size_t) {
  return readlink(path, out, size);
}
ssize_t __readlinkat_chk(int folder, const char* path, char* out, size_t size, size_t) {
  return readlinkat(folder, path, out, size);
}

int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  return static_cast<int>(call(SYS_ioctl, word(fd), request, word(argument)));
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  const std::array<uint64_t, 6> arg = {word(at),    size,     word(protection),
                                       word(flags), word(fd), static_cast<uint64_t>(offset)};
  // Allocators map memory before anything of ours is set up.
  const int64_t result = interpose::is_shared_file_mapping(arg[3], fd)
                             ? call(SYS_mmap, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5])
                             : interpose::as_libc(interpose::raw_syscall(SYS_mmap, arg));
  return reinterpret_cast<void*>(result);
}
void* mmap64(void* at, size_t size, int protection, int flags, int fd, off64_t offset) noexcept {
  return mmap(at, size, protection, flags, fd, offset);
}

int capget(cap_user_header_t head, const cap_user_data_t data) noexcept {
  return static_cast<int>(call(SYS_capget, word(head), word(data)));
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  return static_cast<int>(call(SYS_epoll_ctl, word(epoll), word(operation), word(fd), word(event)));
}

// libc's own call ioctl(2) and netlink where no wrapper sees it.
unsigned if_nametoindex(const char* name) noexcept {
  ifreq interface = {};
  if (std::strlen(name) >= IFNAMSIZ) {
    errno = ENODEV;
    return 0;
  }
  std::strcpy(interface.ifr_name, name);
  if (!interpose::ask_interface(SIOCGIFINDEX, &interface)) return 0;
  return static_cast<unsigned>(interface.ifr_ifindex);
}

char* if_indextoname(unsigned index, char* name) noexcept {
  ifreq interface = {};
  interface.ifr_ifindex = static_cast<int>(index);
  if (!interpose::ask_interface(SIOCGIFNAME, &interface)) {
    if (errno == ENODEV) errno = ENXIO;
    return nullptr;
  }
  return std::strncpy(name, interface.ifr_name, IFNAMSIZ);
}

}  // extern "C"
#pragma GCC visibility pop
