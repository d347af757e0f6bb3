// The folder of one server: placeholders, pins and a socket; it goes with the server, however that ends.
// SPDX-License-Identifier: Apache-2.0
//
//   DIR/obj/      placeholders          DIR/bpf/      pins, shown as a bpf file system          DIR/socket
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace interpose {

// Of `millrace serve`: in $XDG_RUNTIME_DIR, or in /tmp with our user id in its name.
std::string default_socket();

class RunDirectory {
 public:
  // Below $XDG_RUNTIME_DIR, or /tmp, for our user alone. Starts the process that removes it when ours has ended, even by
  // SIGKILL; so no thread may run yet.
  static base::Result<RunDirectory> create();
  // One more file that goes with us: a socket elsewhere. At most once.
  void also_remove(const std::string& path) const;

  const std::string& path() const { return path_; }
  std::string objects() const { return path_ + "/obj"; }
  std::string pins() const { return path_ + "/bpf"; }
  std::string socket() const { return path_ + "/socket"; }

 private:
  RunDirectory(std::string path, base::UniqueFd alive)
      : path_(std::move(path)), alive_(std::move(alive)) {}
  std::string path_;
  base::UniqueFd alive_;  // its closing is what the cleaner waits for
};

}  // namespace interpose
