// The process behind a request, as the simulated kernel sees it: each callback asks the front end.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "host-driver/interpose/memory_records.h"
#include "host-driver/interpose/session.h"

namespace interpose {
namespace {

constexpr size_t kMostWrites = size_t{16} << 20;  // collected before they are sent at once

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

FileId file_in(const Message& answer) {
  return {static_cast<uint64_t>(answer.word[1]), static_cast<uint64_t>(answer.word[2])};
}

}  // namespace

std::optional<Message> Session::ask(Verb verb, const Words& word, std::vector<uint8_t> data) {
  if (broken_) return std::nullopt;
  std::optional<Message> reply = (*ask_)({verb, word, std::move(data), {}});
  broken_ = !reply || reply->verb != Verb::kAnswer;
  if (broken_) return std::nullopt;
  return reply;
}

bool Session::read(const Message& request, uint64_t address, std::span<uint8_t> to) {
  // attr came with the request, and may have been changed since.
  const auto attr = static_cast<uint64_t>(request.word[1]);
  const std::vector<uint8_t>& known = request.data;
  if (address >= attr && address - attr <= known.size() &&
      to.size() <= known.size() - (address - attr)) {
    std::copy_n(known.begin() + static_cast<ptrdiff_t>(address - attr), to.size(), to.begin());
    return true;
  }
  bool is_known = false;
  for_each_record(known_, [&](uint64_t at, std::span<const uint8_t> bytes) {
    is_known =
        address >= at && address - at <= bytes.size() && to.size() <= bytes.size() - (address - at);
    if (is_known) std::copy_n(bytes.data() + (address - at), to.size(), to.data());
    return !is_known;
  });
  if (is_known) return true;
  if (to.size() > kMaxData) return false;
  const std::optional<Message> reply =
      ask(Verb::kRead, {static_cast<int64_t>(address), static_cast<int64_t>(to.size())});
  if (!reply || reply->word[0] < 0 || reply->data.size() != to.size()) return false;
  std::copy(reply->data.begin(), reply->data.end(), to.begin());
  return true;
}

bool Session::write(uint64_t address, std::span<const uint8_t> from) {
  if (from.size() > kMaxData) return false;
  if (writes_.size() + from.size() <= kMostWrites) {
    append_record(writes_, address, from);
    return true;
  }
  const std::optional<Message> reply =
      ask(Verb::kWrite, {static_cast<int64_t>(address)}, {from.begin(), from.end()});
  return reply && reply->word[0] == 0;
}

std::optional<FileId> Session::file_of(int fd, int* access_mode) {
  if (fd >= 0 && fd == known_fd_) {
    if (access_mode != nullptr) *access_mode = known_access_;
    return known_file_;
  }

  const std::optional<Message> reply = ask(Verb::kIdentify, {fd});
  if (!reply || reply->word[0] < 0) return std::nullopt;
  if (access_mode != nullptr) *access_mode = static_cast<int>(reply->word[3]);
  return file_in(*reply);
}

std::optional<host::ObjectFile> Session::identify(int fd) {
  int access_mode = O_RDWR;
  const std::optional<FileId> file = file_of(fd, &access_mode);
  if (!file) return std::nullopt;
  return host::ObjectFile{services_.placeholders.find(*file), access_mode != O_WRONLY,
                          access_mode != O_RDONLY};
}

// The descriptor travels with the answer, so that it appears in the caller in one step with the call's return.
int Session::give_fd(const host::ObjectFile& file) {
  return services_.placeholders.open(file, client_, &given_);
}

int Session::pin(const std::string& path, const host::ObjectRef& object) {
  // The object keeps its file while the link is made, even if its last descriptor is closed just now.
  base::UniqueFd held;
  const int failed = services_.placeholders.open({object, true, true}, client_, &held);
  if (failed != 0) return failed;
  const std::optional<Message> reply =
      ask(Verb::kPin, {}, bytes_of(path + '\0' + services_.placeholders.path(object)));
  if (!reply) return -EIO;
  if (reply->word[0] < 0) return static_cast<int>(reply->word[0]);
  return reply->fds.empty() ? -EIO : services_.placeholders.add_pin(object, reply->fds[0]);
}

int Session::get_pinned(const std::string& path, host::ObjectRef* object) {
  const std::optional<Message> reply = ask(Verb::kGetPinned, {}, bytes_of(path));
  if (!reply) return -EIO;
  if (reply->word[0] < 0) return static_cast<int>(reply->word[0]);
  *object = services_.placeholders.find(file_in(*reply));
  return object->index() == 0 ? -EACCES : 0;
}

host::Caller Session::caller(const Message& request) {
  host::Caller caller;
  caller.read = [&](uint64_t address, std::span<uint8_t> to) { return read(request, address, to); };
  caller.write = [&](uint64_t address, std::span<const uint8_t> from) {
    return write(address, from);
  };
  caller.give_fd = [&](const host::ObjectFile& file) { return give_fd(file); };
  caller.identify = [&](int fd) { return identify(fd); };
  caller.pin = [&](const std::string& path, const host::ObjectRef& object) {
    return pin(path, object);
  };
  caller.get_pinned = [&](const std::string& path, host::ObjectRef* object) {
    return get_pinned(path, object);
  };
  caller.perf_event = [&](int fd) { return perf_event(fd); };
  caller.credentials = {may_admin(request), static_cast<uint32_t>(request.word[4]),
                        net_of(request)};
  return caller;
}

bool Session::may_admin(const Message& request) const {
  return (mode_ & kModeStrict) == 0 || request.word[4] == 0;
}

}  // namespace interpose
