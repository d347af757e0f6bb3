// Lines of proc(5) maps: addresses, rights, offset, major:minor of the device, inode.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/writable_mappings.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace host {
namespace {

bool is_writable_mapping(const std::string& line, const struct stat& file) {
  char rights[5] = {};
  unsigned device_major = 0, device_minor = 0;
  uint64_t inode = 0;
  const int fields = std::sscanf(line.c_str(), "%*s %4s %*s %x:%x %" SCNu64, rights, &device_major,
                                 &device_minor, &inode);
  return fields == 4 && rights[1] == 'w' && rights[3] == 's' && inode == file.st_ino &&
         makedev(device_major, device_minor) == file.st_dev;
}

}  // namespace

bool is_mapped_for_writing_elsewhere(int file) {
  struct stat status = {};
  if (fstat(file, &status) != 0) return false;
  std::error_code error;
  const std::string own = std::to_string(getpid());
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos || name == own) continue;
    std::ifstream maps(at->path() / "maps");
    for (std::string line; std::getline(maps, line);)
      if (is_writable_mapping(line, status)) return true;
  }
  return false;
}

}  // namespace host
