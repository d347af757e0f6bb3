// Placeholder files, their leases and watches.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/placeholders.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/shared_memory.h"
#include "host-driver/interpose/held_file.h"

namespace interpose {
namespace {

constexpr uint32_t kCloses = IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;
constexpr uint32_t kGone = IN_IGNORED;  // follows deletion and unmounting

std::string proc_path(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

int open_flags(const host::ObjectFile& file) {
  if (file.can_read && file.can_write) return O_RDWR;
  return file.can_write ? O_WRONLY : O_RDONLY;
}

// Where the object's file is, which is made if need be: its memory, or an empty file.
std::string path_of_file(const host::ObjectRef& object, const std::string& folder) {
  const auto* map = std::get_if<host::MapRef>(&object);
  if (map != nullptr && (*map)->memory)
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string((*map)->memory->file());
  return folder + "/bpf-" + host::to_string(host::kind_of(object)) + "." +
         std::to_string(host::id_of(object));
}

uint64_t entry_bytes(const host::ObjectRef& object) {
  const auto* map = std::get_if<host::MapRef>(&object);
  return map == nullptr
             ? 0
             : uint64_t{(*map)->max_entries} * (uint64_t{(*map)->key_size} + (*map)->value_size);
}

}  // namespace

base::Result<std::unique_ptr<Placeholders>> Placeholders::create(const std::string& folder,
                                                                 ClientLimits limits) {
  std::unique_ptr<Placeholders> out(new Placeholders(folder, limits));
  out->events_ = base::UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!out->events_) return base::io_error("no inotify: " + std::string(std::strerror(errno)));
  const std::string probe = folder + "/probe";
  const base::UniqueFd file(::open(probe.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file)
    return base::io_error("cannot create files: " + std::string(std::strerror(errno)), folder);
  unlink(probe.c_str());
  if (is_open_elsewhere(file.get()))
    return base::unsupported("the file system has no leases; use one that has, such as tmpfs",
                             folder);
  return out;
}

Placeholders::~Placeholders() {
  for (const auto& [key, entry] : entries_) remove_file(entry);
}

int Placeholders::make(const Key& key, const host::ObjectFile& file, uint64_t client) {
  const auto held = std::count_if(entries_.begin(), entries_.end(),
                                  [&](const auto& item) { return item.second.client == client; });
  if (static_cast<size_t>(held) >= limits_.objects) return -ENFILE;
  Entry entry;
  entry.object = file.object;
  entry.client = client;
  entry.path = path_of_file(file.object, folder_);
  entry.own = base::UniqueFd(::open(entry.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct stat status = {};
  if (!entry.own || fstat(entry.own.get(), &status) != 0) return -errno;
  entry.file = {status.st_dev, status.st_ino};
  entry.watch = inotify_add_watch(events_.get(), entry.path.c_str(), kCloses);
  if (entry.watch < 0) return -errno;
  by_file_[{entry.file.dev, entry.file.ino}] = key;
  by_watch_[entry.watch] = key;
  entries_[key] = std::move(entry);
  return 0;
}

int Placeholders::open(const host::ObjectFile& file, uint64_t client, base::UniqueFd* out) {
  const std::lock_guard lock(mutex_);
  const Key key{host::kind_of(file.object), host::id_of(file.object)};
  if (!entries_.contains(key)) {
    if (const int failed = make(key, file, client); failed != 0) return failed;
  }
  *out = base::UniqueFd(::open(entries_[key].path.c_str(), open_flags(file) | O_CLOEXEC));
  if (*out) return 0;
  const int failed = -errno;
  drop_if_unused(key);
  return failed;
}

host::ObjectRef Placeholders::find(const FileId& file) const {
  const std::lock_guard lock(mutex_);
  const auto at = by_file_.find({file.dev, file.ino});
  return at == by_file_.end() ? host::ObjectRef{} : entries_.at(at->second).object;
}

std::string Placeholders::path(const host::ObjectRef& object) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find({host::kind_of(object), host::id_of(object)});
  return at == entries_.end() ? std::string() : at->second.path;
}

int Placeholders::add_pin(const host::ObjectRef& object, const base::UniqueFd& link) {
  const std::lock_guard lock(mutex_);
  const Key key{host::kind_of(object), host::id_of(object)};
  const auto at = entries_.find(key);
  if (at == entries_.end()) return -ENOENT;
  const int watch = inotify_add_watch(events_.get(), proc_path(link.get()).c_str(), IN_DELETE_SELF);
  if (watch < 0) return -errno;
  pin_by_watch_[watch] = key;
  ++at->second.pins;
  return 0;
}

uint64_t Placeholders::map_bytes(uint64_t client) const {
  const std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& [key, entry] : entries_)
    if (entry.client == client) bytes += entry_bytes(entry.object);
  return bytes;
}

// A memory file has no name.
void Placeholders::remove_file(const Entry& entry) const {
  if (entry.path.starts_with(folder_)) unlink(entry.path.c_str());
}

bool Placeholders::drop_if_unused(const Key& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end() || at->second.pins != 0 || is_open_elsewhere(at->second.own.get()))
    return false;
  inotify_rm_watch(events_.get(), at->second.watch);
  remove_file(at->second);
  by_watch_.erase(at->second.watch);
  by_file_.erase({at->second.file.dev, at->second.file.ino});
  entries_.erase(at);
  dropped_ = true;
  return true;
}

void Placeholders::handle(int watch, uint32_t mask) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    for (const auto& [key, entry] : entries_) closed_.insert(key);
    return;
  }
  if (const auto at = by_watch_.find(watch); at != by_watch_.end()) {
    closed_.insert(at->second);
    return;
  }
  const auto pin = pin_by_watch_.find(watch);
  if (pin == pin_by_watch_.end() || (mask & kGone) == 0) return;
  const Key key = pin->second;
  pin_by_watch_.erase(pin);
  --entries_[key].pins;
  drop_if_unused(key);
}

bool Placeholders::collect() {
  { const std::unique_lock nothing_is_on_its_way(on_its_way_); }
  const std::lock_guard lock(mutex_);
  dropped_ = false;
  read_events();
  for (auto at = closed_.begin(); at != closed_.end();) {
    const Key key = *at++;
    if (drop_if_unused(key) || !entries_.contains(key)) closed_.erase(key);
  }
  return dropped_;
}

void Placeholders::read_events() {
  alignas(inotify_event) char buffer[16384];
  for (;;) {
    const ssize_t n = read(events_.get(), buffer, sizeof buffer);
    if (n <= 0) return;
    for (ssize_t at = 0; at < n;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      handle(event.wd, event.mask);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

}  // namespace interpose
