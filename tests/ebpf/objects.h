// Where the build puts the eBPF objects that tests load, and files made on the spot.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ebpf_test {

// "count" is tests/data/kernel-jit/sources/count.c or tests/ebpf/sources/count.c, compiled.
inline std::string object_path(const std::string& name) {
  return MILLRACE_BINARY_DIR "/tests/ebpf/objects/" + name + ".o";
}

// A file that exists as long as this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  void overwrite(const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace ebpf_test
