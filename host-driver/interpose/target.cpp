// Reaching into a process by its thread id.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace interpose {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr size_t kMostPieces = 16;  // of memory in one call

std::string file_text(const std::string& path) {
  const base::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[4096];
  const ssize_t n = file ? ::read(file.get(), text, sizeof text) : 0;
  return {text, n > 0 ? static_cast<size_t>(n) : 0};
}

}  // namespace

std::string Target::proc(const std::string& rest) const {
  return "/proc/" + std::to_string(thread_) + "/" + rest;
}

bool Target::read(uint64_t address, std::span<uint8_t> to) const {
  return peek(address, to) && (to.empty() || is_waiting_());
}

bool Target::peek(uint64_t address, std::span<uint8_t> to) const {
  if (to.empty()) return true;
  const iovec here = {to.data(), to.size()};
  const iovec there = {reinterpret_cast<void*>(address), to.size()};
  const ssize_t n = process_vm_readv(thread_, &here, 1, &there, 1, 0);
  return n == static_cast<ssize_t>(to.size());
}

bool Target::write(uint64_t address, std::span<const uint8_t> from) const {
  if (from.empty()) return true;
  if (!is_waiting_()) return false;
  const iovec here = {const_cast<uint8_t*>(from.data()), from.size()};
  const iovec there = {reinterpret_cast<void*>(address), from.size()};
  return process_vm_writev(thread_, &here, 1, &there, 1, 0) == static_cast<ssize_t>(from.size());
}

bool Target::write(std::span<const MemoryPiece> pieces) const {
  if (pieces.empty()) return true;
  if (!is_waiting_()) return false;
  while (!pieces.empty()) {
    iovec here[kMostPieces], there[kMostPieces];
    const size_t count = std::min(pieces.size(), kMostPieces);
    size_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      const std::span<const uint8_t> from = pieces[i].bytes;
      here[i] = {const_cast<uint8_t*>(from.data()), from.size()};
      there[i] = {reinterpret_cast<void*>(pieces[i].address), from.size()};
      bytes += from.size();
    }
    if (process_vm_writev(thread_, here, count, there, count, 0) != static_cast<ssize_t>(bytes))
      return false;
    pieces = pieces.subspan(count);
  }
  return true;
}

std::string Target::read_path(uint64_t address) const {
  std::string path;
  while (path.size() < PATH_MAX) {
    uint8_t part[256];  // never across a page, since the next one may not exist
    const uint64_t size = std::min<uint64_t>(sizeof part, kPageBytes - address % kPageBytes);
    if (!read(address, {part, size})) return {};
    const void* end = std::memchr(part, 0, size);
    const auto* text = reinterpret_cast<const char*>(part);
    if (end != nullptr) return path + text;
    path.append(text, size);
    address += size;
  }
  return {};
}

std::optional<FileId> Target::identify(int fd, int* access_mode) const {
  const std::string path = proc("fd/" + std::to_string(fd));
  struct stat link = {}, file = {};
  if (fd < 0 || lstat(path.c_str(), &link) != 0 || stat(path.c_str(), &file) != 0)
    return std::nullopt;
  const bool can_read = (link.st_mode & S_IRUSR) != 0, can_write = (link.st_mode & S_IWUSR) != 0;
  *access_mode = can_read && can_write ? O_RDWR : can_write ? O_WRONLY : O_RDONLY;
  return FileId{file.st_dev, file.st_ino};
}

std::string Target::field(const std::string& file, const char* name) const {
  const std::string text = file_text(proc(file));
  const size_t at = text.find(std::string("\n") + name + ":\t");
  if (at == std::string::npos) return {};
  const size_t from = at + std::strlen(name) + 3;
  return text.substr(from, text.find('\n', from) - from);
}

bool Target::closes_on_exec(int fd) const {
  const std::string flags = field("fdinfo/" + std::to_string(fd), "flags");
  return (std::strtoul(flags.c_str(), nullptr, 8) & O_CLOEXEC) != 0;
}

base::UniqueFd Target::duplicate(int fd) const {
  const int process = std::atoi(field("status", "Tgid").c_str());
  const base::UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (!pidfd || !is_waiting_()) return {};
  return base::UniqueFd(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd.get(), fd, 0)));
}

std::string Target::outside(int folder, const std::string& path) const {
  if (path.starts_with("/")) return proc("root") + path;
  if (folder == AT_FDCWD) return proc("cwd/") + path;
  return proc("fd/" + std::to_string(folder) + "/") + path;
}

FileId Target::net_namespace() const {
  struct stat status = {};
  if (stat(proc("ns/net").c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

uint64_t Target::capabilities(const char* set) const {
  return std::strtoull(field("status", set).c_str(), nullptr, 16);
}

// In nested pid namespaces a process has several ids, its own view last.
bool Target::is_process(int id) const {
  for (const char* name : {"NStgid", "NSpid"}) {
    const std::string ids = field("status", name);
    if (std::atoi(ids.c_str() + ids.rfind('\t') + 1) == id) return true;
  }
  return false;
}

// Who owns the process's entry; root where it may not be traced.
uint32_t Target::uid() const {
  struct stat status = {};
  return stat(("/proc/" + std::to_string(thread_)).c_str(), &status) == 0 ? status.st_uid
                                                                          : UINT32_MAX;
}

}  // namespace interpose
