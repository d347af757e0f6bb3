// Temporary files for loader tests.
// SPDX-License-Identifier: Apache-2.0
#include "tests/ebpf/objects.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

namespace ebpf_test {

TemporaryFile::TemporaryFile(const std::string& content)
    : path_(testing::TempDir() + "ebpf-XXXXXX") {
  const int fd = mkstemp(path_.data());
  EXPECT_GE(fd, 0) << path_;
  close(fd);
  overwrite(content);
}

TemporaryFile::~TemporaryFile() { unlink(path_.c_str()); }

void TemporaryFile::overwrite(const std::string& content) const {
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace ebpf_test
