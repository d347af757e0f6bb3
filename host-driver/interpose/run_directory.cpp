// Making the folder, and the process that waits to remove it.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/run_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace interpose {
namespace {

std::string runtime_folder() {
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return folder != nullptr && *folder == '/' ? folder : std::string();
}

// Reads until the last writer is gone: the server, since nobody inherits the other end. What it wrote is one more path.
[[noreturn]] void clean_up_after(int pipe_end, const std::string& folder) {
  setsid();
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  if (chdir("/") != 0) _exit(1);
  if (dup2(pipe_end, 0) != 0) _exit(1);
  close_range(1, ~0U, 0);
  std::string also_remove;
  struct stat then = {}, now = {};
  char bytes[512];
  for (ssize_t n = 0; (n = read(0, bytes, sizeof bytes)) > 0;) {
    also_remove.append(bytes, static_cast<size_t>(n));
    stat(also_remove.c_str(), &then);
  }
  std::error_code ignored;  // nobody is left to tell
  std::filesystem::remove_all(folder, ignored);
  // A later server may have a socket of its own there.
  if (stat(also_remove.c_str(), &now) == 0 && now.st_ino == then.st_ino)
    std::filesystem::remove(also_remove, ignored);
  _exit(0);
}

// A grandchild, so that it is nobody's to wait for.
bool start_cleaner(int pipe_end, int alive, const std::string& folder) {
  const pid_t child = fork();
  if (child == 0) {
    close(alive);
    const pid_t cleaner = fork();
    if (cleaner == 0) clean_up_after(pipe_end, folder);
    _exit(cleaner < 0 ? 1 : 0);
  }
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

std::string default_socket() {
  const std::string runtime = runtime_folder();
  return runtime.empty() ? "/tmp/millrace-" + std::to_string(geteuid()) + ".sock"
                         : runtime + "/millrace.sock";
}

base::Result<RunDirectory> RunDirectory::create() {
  const std::string runtime = runtime_folder();
  std::string path = (runtime.empty() ? "/tmp" : runtime) + "/millrace-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    return base::io_error("cannot make a folder: " + std::string(std::strerror(errno)), path);
  int ends[2] = {-1, -1};
  const bool has_pipe = pipe2(ends, O_CLOEXEC) == 0;
  const base::UniqueFd from(ends[0]);
  base::UniqueFd alive(ends[1]);
  RunDirectory out(path, std::move(alive));
  if (!has_pipe || mkdir(out.objects().c_str(), 0700) != 0 ||
      mkdir(out.pins().c_str(), 0700) != 0 || !start_cleaner(from.get(), out.alive_.get(), path)) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    return base::io_error("cannot set up the folder of the server", path);
  }
  return out;
}

void RunDirectory::also_remove(const std::string& path) const {
  // Shorter than PIPE_BUF, so it is written whole; without it only a file would stay.
  std::error_code ignored;
  const std::string absolute = std::filesystem::absolute(path, ignored);
  if (write(alive_.get(), absolute.data(), absolute.size()) < 0) return;
}

}  // namespace interpose
