// Hybrid mode: which calls are the host's kernel's, and lists of ids that both have a part in.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>

#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/memory_records.h"
#include "host-driver/interpose/session.h"
#include "host-driver/kernel_locks.h"

namespace interpose {
namespace {

constexpr uint64_t kPageBytes = 4096;

}  // namespace

uint32_t Session::first_device(const Message& request) {
  const host::RtnlGuard lock(host::rtnl_mutex());
  const auto& devices = services_.network.namespace_of(net_of(request))->devices;
  return devices.empty() ? 0 : static_cast<uint32_t>(devices.front()->ifindex);
}

bool Session::is_of_card(const Message& request, uint64_t ifindex) {
  const host::RtnlGuard lock(host::rtnl_mutex());
  return dev_get_by_index(services_.network.namespace_of(net_of(request)),
                          static_cast<int>(ifindex)) != nullptr;
}

// Empty: unreadable.
std::string Session::read_path(const Message& request, uint64_t address) {
  std::string path;
  while (path.size() < PATH_MAX) {
    std::vector<uint8_t> part(std::min<uint64_t>(256, kPageBytes - address % kPageBytes));
    if (!read(request, address, part)) return {};
    const auto end = std::find(part.begin(), part.end(), uint8_t{0});
    path.append(part.begin(), end);
    if (end != part.end()) return path;
    address += part.size();
  }
  return {};
}

// The host's ids come first; the card's are above all of them.
std::optional<Message> Session::next_id(const Message& request, uint32_t start) {
  if (start >= kFirstHybridId) return std::nullopt;
  const std::optional<Message> reply = ask(Verb::kHostNextId, {request.word[0], start});
  if (!reply) return done(-EIO);
  if (reply->word[0] <= 0) return std::nullopt;
  const auto id = static_cast<uint32_t>(reply->word[0]);
  uint8_t bytes[sizeof id];
  base::store_le(bytes, id);
  Message answer = done(0);
  append_record(answer.data, static_cast<uint64_t>(request.word[1]) + offsetof(bpf_attr, next_id),
                bytes);
  return answer;
}

std::optional<Message> Session::ask_host(Message& request) {
  const auto command = static_cast<int>(request.word[0]);
  const Concern concern = concern_of(command, request.data);
  bool is_ours = false;
  switch (concern.owner) {
    case Owner::kHost:
      break;
    case Owner::kDevice:
      is_ours = is_of_card(request, concern.field);
      break;
    case Owner::kId:
      is_ours = concern.field >= kFirstHybridId;
      break;
    case Owner::kNextId:
      return next_id(request, static_cast<uint32_t>(concern.field));
    case Owner::kPath: {
      host::ObjectRef object;
      is_ours = get_pinned(read_path(request, concern.field), &object) == 0;
      break;
    }
    case Owner::kDescriptor: {
      const auto file = identify(static_cast<int>(concern.field));
      is_ours = file && file->object.index() != 0;
      break;
    }
  }
  if (!is_ours) return pass();
  if (const int btf = btf_of(command, request.data); btf >= 0) {
    const auto file = identify(btf);
    if (!file || file->object.index() == 0) leave_out_btf(command, request.data);
  }
  return std::nullopt;
}

}  // namespace interpose
