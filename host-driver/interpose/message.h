// What front ends and the server tell each other: a verb, four words, bytes, descriptors.
// SPDX-License-Identifier: Apache-2.0
//
// A front end sends a request. Until the server answers it with kDone or kPass, the server may ask back any number of times,
// and each ask is answered with kAnswer. So the server owns what bpf(2) and rtnetlink mean, and a front end only how to
// reach the process that called.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/unique_fd.h"

namespace interpose {

enum class Verb : uint32_t {
  // Requests. Words 2 and 3 of each: device and inode of the caller's network namespace; 4: its user
  // id. Calls on the elements of a map are without: who has the descriptor may make them.
  // 0 Mode bits, 1 kProtocol; answer: 0 or -errno, 1 the server's process, 2 its thread for us, as it knows them; data: folder to show as
  // a bpf file system
  kHello,
  // 0 command, 1 address of attr, 5 its size, 6 a descriptor whose file is known already (-1: none), 7 device, 8 inode, 9 access mode;
  // data: attr, then memory that is known already (memory_records.h).
  kBpf,
  kNetlink,  // 0 port id of the socket; data: one datagram to NETLINK_ROUTE; answer: data is what the socket receives
  kInterface,  // 0 ioctl number; data: struct ifreq; answer: data is the struct
  // 0 PROT_*, 1 bytes, 5 offset, 6 to 9 the descriptor as of kBpf: mmap(2) with MAP_SHARED; answer: -errno, or kPass when it may go on
  kMap,
  kPerfOpen,  // 0 pid, 1 cpu, 5 group, 6 flags of perf_event_open(2); data: its attr
  // 0 ioctl number, 1 its argument, 6 to 9 the descriptor as of kBpf; answer as of kBpf. Number 0: somebody is about to wait for the
  // descriptor; answer: kPass.
  kPerfControl,
  kKnob,  // data: "NAME" or "NAME=VALUE" or ""; answer: data is "NAME=VALUE" lines, or the reason
  // Asks. The answer's word 0 is 0 or a count, or -errno.
  kRead,      // 0 address, 1 size; answer: data
  kWrite,     // 0 address; data
  kIdentify,  // 0 descriptor; answer: 1 device, 2 inode, 3 access mode (O_RDONLY, ...)
  kPin,  // 0 descriptor of a folder or AT_FDCWD; data: path, 0, target of the link; answer: fds[0] is the link
  kGetPinned,  // 0 as above; data: path; answer: 1 device, 2 inode of what it leads to
  kTalk,  // data: one netlink message, sent on the caller's socket; answer: data is what came back
  kHostNextId,  // 0 command, 1 start; answer: id from the host's kernel
  // Answers.
  kAnswer,
  // 0 result; data: depends on the request, for kBpf memory to write (memory_records.h); fds[0], if any, becomes the result
  kDone,
  kPass,  // nothing of ours: the host's kernel may have it
  // Of both: 1 a descriptor of the caller and 1, where fds[0] comes to stand instead of becoming the result.
};

// What `millrace exec` was told, and its process obeys.
enum Mode : uint32_t {
  kModeHybrid =
      1,  // what is not of the card goes to the host's kernel; else it is simulated or refused
  kModePromote = 2,  // programs and maps without a device go to the card
  kModeStrict = 4,   // answers as Linux with a real card does
};

inline constexpr int64_t kProtocol = 2;
using Words = std::array<int64_t, 10>;
inline constexpr size_t kMaxData = size_t{64} << 20;  // of a message
inline constexpr size_t kMaxFds = 4;

struct Message {
  Verb verb = Verb::kAnswer;
  Words word{};
  std::vector<uint8_t> data;
  std::vector<base::UniqueFd> fds;
};

// The most frequent calls.
inline bool is_about_elements(const Message& request) {
  return request.verb == Verb::kBpf && request.word[0] >= BPF_MAP_LOOKUP_ELEM &&
         request.word[0] <= BPF_MAP_GET_NEXT_KEY;
}

}  // namespace interpose
