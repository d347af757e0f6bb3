// Where pins may be, and how they are made.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/pin_path.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace interpose {
namespace {

constexpr int kDeepest = 64;  // folders on the way up

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// By device and inode on the way up, so that a bind mount of the folder is found under its other name too.
bool is_below(int folder, const struct stat& top) {
  base::UniqueFd at(openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat previous = {};
  for (int depth = 0; at && depth < kDeepest; ++depth) {
    struct stat here = {};
    if (fstat(at.get(), &here) != 0) return false;
    if (same_file(here, top)) return true;
    if (depth > 0 && same_file(here, previous)) return false;  // the root
    previous = here;
    at = base::UniqueFd(openat(at.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  return false;
}

}  // namespace

bool is_pin_folder(const std::string& folder) {
  const base::UniqueFd at(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct statfs system = {};
  if (!at || fstatfs(at.get(), &system) != 0) return false;
  if (system.f_type == BPF_FS_MAGIC) return true;
  const char* top = std::getenv("MILLRACE_BPFFS");
  struct stat status = {};
  return top != nullptr && *top != '\0' && stat(top, &status) == 0 && is_below(at.get(), status);
}

std::string object_name(const std::string& path) {
  if (path.starts_with("/memfd:bpf-map")) return "bpf-map";
  const size_t folder = path.rfind("/obj/bpf-");
  if (folder == std::string::npos) return {};
  const size_t from = folder + 5, dot = path.find('.', from);
  return dot == std::string::npos ? std::string() : path.substr(from, dot - from);
}

int make_pin(const std::string& path, const std::string& placeholder, base::UniqueFd* link) {
  const size_t slash = path.rfind('/');
  const std::string folder = path.substr(0, slash + 1);
  struct stat status = {};
  if (stat(folder.c_str(), &status) != 0) return -errno;
  if (!S_ISDIR(status.st_mode)) return -ENOTDIR;
  if (!is_pin_folder(folder)) return -EPERM;
  if (symlink(placeholder.c_str(), path.c_str()) != 0) return -errno;
  *link = base::UniqueFd(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  return *link ? 0 : -errno;
}

}  // namespace interpose
