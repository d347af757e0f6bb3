// Replays the committed corpora through the fuzz targets, without libFuzzer.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "tests/libfuzzer/targets.h"

namespace fuzz {
namespace {

std::vector<uint8_t> bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A finding aborts the process; the last line printed names the input.
void replay(const std::string& target, void (*entry)(Input)) {
  const std::filesystem::path corpus = std::filesystem::path(MILLRACE_FUZZ_CORPORA) / target;
  int inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(corpus)) {
    std::cerr << file.path().string() << std::endl;
    entry(bytes_of(file.path()));
    ++inputs;
  }
  EXPECT_GT(inputs, 0) << corpus << " is empty";
  entry({});
}

#define FUZZ_TARGET(name) \
  TEST(FuzzReplay, name) { replay(#name, name); }
#include "tests/libfuzzer/targets.def"
#undef FUZZ_TARGET

}  // namespace
}  // namespace fuzz
