// Reader of the golden vectors, line by line.
// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/golden_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace test {
namespace {

int64_t number(const std::string& text) {
  return static_cast<int64_t>(text[0] == '-' ? static_cast<uint64_t>(std::stoll(text))
                                             : std::stoull(text, nullptr, 0));
}

// What stands between two marks; empty when they are not there.
std::string between(const std::string& line, const std::string& before, const std::string& after) {
  const size_t start = line.find(before);
  if (start == std::string::npos) return {};
  const size_t from = start + before.size();
  return line.substr(from, line.find(after, from) - from);
}

// Alternating keys and values, separated as given; quotes and commas do not count.
std::map<std::string, int64_t> pairs(std::string text, char separator) {
  std::erase_if(text, [](char c) { return c == '\'' || c == ','; });
  std::ranges::replace(text, separator, ' ');
  std::istringstream in(text);
  std::map<std::string, int64_t> found;
  for (std::string key, value; in >> key >> value;) found[key] = number(value);
  return found;
}

ebpf::Insn wire_insn(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return ebpf::insns_from_bytes(bytes).at(0);
}

void read_options(GoldenCase& golden, const std::string& line) {
  golden.type = between(line, "type=", " ");
  std::istringstream depths(between(line, "depth=(", ")"));
  for (std::string depth; std::getline(depths, depth, ',');)
    if (!depth.empty()) golden.depths.push_back(static_cast<uint32_t>(std::stoul(depth)));
  golden.start = static_cast<unsigned>(number(between(line, "start=", " ")));
  golden.done = static_cast<unsigned>(number(between(line, "done=", " ")));
  std::istringstream helpers(between(line, "perf)=(", ")"));
  for (std::string address; std::getline(helpers, address, ',');)
    golden.helpers.push_back(static_cast<unsigned>(std::stoul(address)));
  golden.adjust_head = static_cast<uint32_t>(number(between(line, "ah_loc=", " ")));
}

void read_insn(GoldenCase& golden, const std::string& line) {
  golden.insns.push_back({wire_insn(between(line, ": ", " ")),
                          pairs(between(line, "meta={", "}"), ':'),
                          static_cast<uint32_t>(number(between(line, "flags=", " "))),
                          static_cast<uint32_t>(number(between(line, "words[", ".")))});
}

void read_word(GoldenCase& golden, const std::string& line) {
  if (line.find("raw=") == std::string::npos) return;
  golden.words.push_back({static_cast<uint32_t>(std::stoul(line)),
                          std::stoull(between(line, "raw=", " "), nullptr, 16),
                          between(line, "relo=", " "),
                          std::stoull(between(line, "img=", " "), nullptr, 16)});
}

}  // namespace

std::vector<GoldenCase> read_golden_file() {
  std::ifstream in(MILLRACE_TEST_DATA "/nfp-golden.txt");
  std::vector<GoldenCase> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## CASE ")) {
      cases.emplace_back().name = line.substr(8);
    } else if (cases.empty() || line.starts_with("#")) {
      continue;
    } else if (line.starts_with("opts:")) {
      read_options(cases.back(), line);
    } else if (line.starts_with("result: ")) {
      cases.back().result = pairs(line.substr(8), '=');
    } else if (line.starts_with("bpf")) {
      read_insn(cases.back(), line);
    } else {
      read_word(cases.back(), line);
    }
  }
  return cases;
}

}  // namespace test
