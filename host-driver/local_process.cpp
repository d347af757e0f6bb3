// The callbacks of a caller in this process.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/local_process.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace host {

namespace {

constexpr uint64_t kFirstAddress = 65536;
constexpr int kMaxFiles = 1 << 20;

// What is read are pages, not objects: the end of a text is looked for up to the end of its page.
[[gnu::no_sanitize_address]] void read_pages(uint64_t address, std::span<uint8_t> to) {
  const auto* const from = reinterpret_cast<const uint8_t*>(address);
  size_t done = 0;
  for (uint64_t word; done + sizeof word <= to.size(); done += sizeof word) {
    std::memcpy(&word, from + done, sizeof word);
    std::memcpy(to.data() + done, &word, sizeof word);
  }
  for (; done < to.size(); ++done) to[done] = from[done];
}

}  // namespace

LocalProcess::LocalProcess(Bpf& bpf, PinTable& pins, Credentials credentials, int first_fd)
    : bpf_(bpf), first_fd_(first_fd) {
  caller_.credentials = credentials;
  set_up(pins);
}

LocalProcess::~LocalProcess() { close_all(); }

void LocalProcess::set_up(PinTable& pins) {
  caller_.read = [](uint64_t address, std::span<uint8_t> to) {
    if (to.empty()) return true;
    if (address < kFirstAddress) return false;
    read_pages(address, to);
    return true;
  };
  caller_.write = [](uint64_t address, std::span<const uint8_t> from) {
    if (from.empty()) return true;
    if (address < kFirstAddress) return false;
    std::memcpy(reinterpret_cast<void*>(address), from.data(), from.size());
    return true;
  };
  caller_.give_fd = [this](const ObjectFile& file) { return add(file); };
  caller_.identify = [this](int fd) -> std::optional<ObjectFile> {
    const auto found = files_.find(fd);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
  };
  caller_.pin = [&pins](const std::string& path, const ObjectRef& object) {
    return pins.emplace(path, object).second ? 0 : -EEXIST;
  };
  caller_.get_pinned = [&pins](const std::string& path, ObjectRef* object) {
    const auto found = pins.find(path);
    if (found == pins.end()) return -ENOENT;
    *object = found->second;
    return 0;
  };
  caller_.explain = [this](std::string_view reason) { reason_ = reason; };
}

long LocalProcess::bpf(int command, bpf_attr* attr, uint32_t attr_bytes) {
  return bpf_.call(caller_, command, reinterpret_cast<uint64_t>(attr), attr_bytes);
}

// The lowest free number, as open(2).
int LocalProcess::add(ObjectFile file) {
  int fd = first_fd_;
  for (const auto& entry : files_) {
    if (entry.first != fd) break;
    ++fd;
  }
  if (fd - first_fd_ >= kMaxFiles) return -EMFILE;
  files_.emplace(fd, std::move(file));
  return fd;
}

void LocalProcess::close(int fd) {
  files_.erase(fd);
  bpf_.objects().settle();
}

void LocalProcess::close_all() {
  files_.clear();
  bpf_.objects().settle();
}

ObjectRef LocalProcess::object(int fd) const {
  const auto found = files_.find(fd);
  return found == files_.end() ? ObjectRef{} : found->second.object;
}

}  // namespace host
