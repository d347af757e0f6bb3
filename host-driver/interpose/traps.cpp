// bpf(2), files and interface ioctls: from a caught call to a request, and from the answer to a result.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/traps.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/memory_records.h"
#include "host-driver/interpose/pin_path.h"

namespace interpose {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kLargestAttr = kPageBytes;  // as the kernel

template <typename T>
std::span<uint8_t> bytes_of(T& value) {
  return {reinterpret_cast<uint8_t*>(&value), sizeof value};
}

// What the server asks for with almost every call: the file of the descriptor, keys and values. One message then does.
void tell_in_advance(Message& request, const Target& target) {
  constexpr size_t kBytes = 64;
  const auto command = static_cast<int>(request.word[0]);
  const std::vector<uint8_t> attr = request.data;
  const Concern concern = concern_of(command, attr);
  tell_file(request, target,
            concern.owner == Owner::kDescriptor ? static_cast<int>(concern.field) : -1);
  for (const uint64_t address : element_addresses(command, attr)) {
    std::array<uint8_t, kBytes> bytes;
    // Never across a page, since the next one may not exist.
    const std::span known(bytes.data(),
                          std::min<size_t>(kBytes, kPageBytes - address % kPageBytes));
    if (address != 0 && target.peek(address, known)) append_record(request.data, address, known);
  }
}

// The server vanished: the card is no longer there.
Outcome gone() { return Outcome::result(-ENODEV); }

}  // namespace

bool is_interface_change(uint64_t request) {
  return std::ranges::find(kInterfaceChanges, request) != std::end(kInterfaceChanges);
}
bool is_interface_ioctl(uint64_t request) {
  return is_interface_change(request) ||
         std::ranges::find(kInterfaceQuestions, request) != std::end(kInterfaceQuestions);
}

Outcome Traps::handle(const Call& call, const Target& target) {
  switch (call.number) {
#define INTERPOSE_TRAP(name, handler) \
  case SYS_##name:                    \
    return handler(call, target);
#include "host-driver/interpose/traps.def"
#undef INTERPOSE_TRAP
    default:
      return Outcome::pass();
  }
}

// Memory that the server has for the caller is written, and a descriptor put on its way.
Outcome Traps::finish(Message reply, const Target& target) {
  Outcome outcome;
  if (reply.verb == Verb::kDone) {
    std::vector<MemoryPiece> pieces;
    const bool is_whole =
        for_each_record(reply.data, [&](uint64_t address, std::span<const uint8_t> bytes) {
          if (!bytes.empty()) pieces.push_back({address, bytes});
          return true;
        });
    if (!is_whole || !target.write(pieces)) return Outcome::result(-EFAULT);
    outcome = Outcome::result(reply.word[0]);
  }
  if (reply.fds.empty()) return outcome;
  outcome.fd = std::move(reply.fds.front());
  outcome.replaced = static_cast<int>(reply.word[1]) - 1;
  if (outcome.replaced >= 0) outcome.closes_on_exec = target.closes_on_exec(outcome.replaced);
  return outcome;
}

Outcome Traps::trap_bpf(const Call& call, const Target& target) {
  const uint64_t size = call.arg[2] & UINT32_MAX;
  if (size > kLargestAttr) return Outcome::result(-E2BIG);
  Message request;
  request.verb = Verb::kBpf;
  request.word[0] = static_cast<int>(call.arg[0]);
  request.word[1] = static_cast<int64_t>(call.arg[1]);
  request.word[5] = static_cast<int64_t>(size);
  request.data.resize(size);
  if (!target.peek(call.arg[1], request.data)) return Outcome::result(-EFAULT);
  tell_in_advance(request, target);
  if (!target.is_waiting()) return Outcome::result(-EFAULT);
  std::optional<Message> reply = client_.call(std::move(request), target);
  return reply ? finish(std::move(*reply), target) : gone();
}

Outcome Traps::trap_ioctl(const Call& call, const Target& target) {
  if (is_perf_ioctl(call.arg[1])) return perf_control(call.fd(0), call.arg[1], call.arg[2], target);
  ifreq interface = {};
  if (!is_interface_ioctl(call.arg[1]) || !target.read(call.arg[2], bytes_of(interface)))
    return Outcome::pass();
  Message request;
  request.verb = Verb::kInterface;
  request.word[0] = static_cast<int64_t>(call.arg[1]);
  request.data.assign(bytes_of(interface).begin(), bytes_of(interface).end());
  const std::optional<Message> reply = client_.call(std::move(request), target);
  if (!reply && is_interface_change(call.arg[1])) return gone();
  if (!reply || reply->verb == Verb::kPass) return Outcome::pass();
  if (!target.write(call.arg[2], reply->data)) return Outcome::result(-EFAULT);
  return Outcome::result(reply->word[0]);
}

// Tools pin only where this says so.
Outcome Traps::trap_statfs(const Call& call, const Target& target) {
  const std::string path = target.read_path(call.arg[0]);
  if (path.empty()) return Outcome::pass();
  const std::string outside = target.outside(AT_FDCWD, path);
  struct statfs system = {};
  if (statfs(outside.c_str(), &system) != 0 || system.f_type == BPF_FS_MAGIC ||
      !is_pin_folder(outside))
    return Outcome::pass();
  system.f_type = BPF_FS_MAGIC;
  return Outcome::result(target.write(call.arg[1], bytes_of(system)) ? 0 : -EFAULT);
}

// Tools tell the kind of a descriptor by the name of its file.
Outcome Traps::readlink(const Target& target, int folder, const std::string& path, uint64_t buffer,
                        uint64_t size) {
  const bool may_be_ours = path.starts_with("/proc/") && path.find("/fd/") != std::string::npos;
  if (!may_be_ours || static_cast<int64_t>(size) <= 0) return Outcome::pass();
  char link[PATH_MAX];
  const std::string self = "/proc/self/";
  const std::string outside = path.starts_with(self) ? target.process_path(path.substr(self.size()))
                                                     : target.outside(folder, path);
  const ssize_t n = ::readlink(outside.c_str(), link, sizeof link);
  if (n <= 0) return Outcome::pass();
  const std::string name = object_name(std::string(link, static_cast<size_t>(n)));
  if (name.empty()) return Outcome::pass();
  const std::string text = "anon_inode:" + name;
  const size_t length = std::min<size_t>(text.size(), size);
  const auto* from = reinterpret_cast<const uint8_t*>(text.data());
  if (!target.write(buffer, {from, length})) return Outcome::result(-EFAULT);
  return Outcome::result(static_cast<int64_t>(length));
}

Outcome Traps::trap_readlink(const Call& call, const Target& target) {
  return readlink(target, AT_FDCWD, target.read_path(call.arg[0]), call.arg[1], call.arg[2]);
}

Outcome Traps::trap_readlinkat(const Call& call, const Target& target) {
  return readlink(target, call.fd(0), target.read_path(call.arg[1]), call.arg[2], call.arg[3]);
}

}  // namespace interpose
