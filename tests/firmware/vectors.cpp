// Reads tests/data/kernel-jit.
// SPDX-License-Identifier: Apache-2.0
#include "tests/firmware/vectors.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vectors {
namespace {

const std::filesystem::path kFolder = MILLRACE_TEST_DATA "/kernel-jit";

std::string read_file(const std::string& name) {
  std::ifstream file(kFolder / name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fpc::Word> read_words(const std::string& name) {
  auto words = firmware::words_from_text(read_file(name), name);
  if (!words) {
    std::fprintf(stderr, "%s\n", words.error().text().c_str());
    std::abort();
  }
  return *words;
}

// "tgt_out 100" lines.
std::map<std::string, uint32_t> read_meta(const std::string& name) {
  std::map<std::string, uint32_t> values;
  std::istringstream text(read_file(name));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string key;
    uint32_t value = 0;
    if (words >> key >> value) values.emplace(key, value);
  }
  return values;
}

void read_header(Vector& vector) {
  std::istringstream text(read_file(vector.name + ".bpf"));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string hash, kind, name;
    words >> hash >> kind >> name;
    if (hash != "#") continue;
    if (kind == "type") vector.type = name;
    if (kind != "map") continue;
    firmware::MapShape shape;
    words >> shape.type >> shape.key_bytes >> shape.value_bytes >> shape.max_entries;
    vector.maps.push_back(shape);
    vector.map_names.push_back(name);
  }
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    if (file.path().extension() == ".rel") found.push_back(file.path().stem().string());
  }
  std::ranges::sort(found);
  return found;
}

Vector load(const std::string& name) {
  Vector vector;
  vector.name = name;
  read_header(vector);
  vector.relocated = read_words(name + ".rel");
  const auto meta = read_meta(name + ".meta");
  vector.image.program = name;
  vector.image.words = read_words(name + ".nfp");
  vector.image.target_out = meta.at("tgt_out");
  vector.image.target_abort = meta.at("tgt_abort");
  vector.image.target_push = meta.at("tgt_push");
  vector.image.target_pop = meta.at("tgt_pop");
  return vector;
}

firmware::Layout layout() {
  firmware::Layout layout;
  layout.start = 0;
  layout.done = 0x1f00;
  layout.resident = 0x1000;
  layout.helpers = {{firmware::kHelperMapLookup, 0x1e00},
                    {firmware::kHelperMapUpdate, 0x1e10},
                    {firmware::kHelperMapDelete, 0x1e20},
                    {firmware::kHelperPerfEvent, 0x1e30}};
  return layout;
}

}  // namespace vectors
