// Reads the word vectors of tests/data.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fpc/isa_vectors.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace fpc {
namespace {

// The hexadecimal number behind `key`; 0 characters of it throw, which fails the test.
Word hex_behind(const std::string& line, const std::string& key) {
  return std::stoull(line.substr(line.find(key) + key.size(), 16), nullptr, 16);
}

}  // namespace

std::vector<GoldenWord> golden_words() {
  std::vector<GoldenWord> words;
  std::ifstream file(MILLRACE_TEST_DATA "/nfp-golden.txt");
  std::string line;
  for (unsigned number = 1; std::getline(file, line); ++number) {
    const size_t img = line.find("img=");
    if (line.starts_with('#') || img == std::string::npos) continue;
    constexpr size_t kTextAfterImg = 22;
    words.push_back({fmt::format("nfp-golden.txt:{}", number), hex_behind(line, "raw="),
                     hex_behind(line, "img="), line.substr(img + kTextAfterImg)});
  }
  return words;
}

std::vector<JitWord> jit_words(const std::string& extension) {
  std::vector<JitWord> words;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_TEST_DATA "/kernel-jit")) {
    if (entry.path().extension() != extension) continue;
    std::ifstream file(entry.path());
    std::string line;
    for (unsigned number = 1; std::getline(file, line); ++number) {
      words.push_back({fmt::format("{}:{}", entry.path().filename().string(), number),
                       std::stoull(line, nullptr, 16)});
    }
  }
  return words;
}

}  // namespace fpc
