// Reader of the golden vectors, by regular expressions over their lines.
// SPDX-License-Identifier: Apache-2.0
#include "tests/compiler/golden_file.h"

#include <fstream>
#include <regex>
#include <sstream>

namespace test {
namespace {

int64_t number(const std::string& text) {
  return static_cast<int64_t>(text[0] == '-' ? static_cast<uint64_t>(std::stoll(text))
                                             : std::stoull(text, nullptr, 0));
}

std::map<std::string, int64_t> pairs(const std::string& text, const std::regex& form) {
  std::map<std::string, int64_t> found;
  for (std::sregex_iterator it(text.begin(), text.end(), form), end; it != end; ++it)
    found[(*it)[1]] = number((*it)[2]);
  return found;
}

ebpf::Insn wire_insn(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return ebpf::insns_from_bytes(bytes).at(0);
}

void read_options(GoldenCase& golden, const std::string& line) {
  static const std::regex kForm(R"(type=(\w+) depth=\(([^)]*)\).*ah_loc=(\w+))");
  std::smatch match;
  if (!std::regex_search(line, match, kForm)) return;
  golden.type = match[1];
  std::istringstream depths(match[2]);
  for (std::string depth; std::getline(depths, depth, ',');)
    if (!depth.empty()) golden.depths.push_back(static_cast<uint32_t>(std::stoul(depth)));
  golden.adjust_head = static_cast<uint32_t>(number(match[3]));
}

void read_insn(GoldenCase& golden, const std::string& line) {
  static const std::regex kForm(R"(bpf +\d+: (\w+)  meta=\{(.*)\} flags=(\w+)  words\[(\d+))");
  static const std::regex kPair(R"('(\w+)': '?(-?\w+))");
  std::smatch match;
  if (!std::regex_search(line, match, kForm)) return;
  golden.insns.push_back({wire_insn(match[1]), pairs(match[2], kPair),
                          static_cast<uint32_t>(number(match[3])),
                          static_cast<uint32_t>(number(match[4]))});
}

void read_word(GoldenCase& golden, const std::string& line) {
  static const std::regex kForm(R"(^ *(\d+)  raw=(\w+) relo=(\S+))");
  std::smatch match;
  if (!std::regex_search(line, match, kForm)) return;
  golden.words.push_back(
      {static_cast<uint32_t>(number(match[1])), std::stoull(match[2], nullptr, 16), match[3]});
}

}  // namespace

std::vector<GoldenCase> read_golden_file() {
  static const std::regex kResult(R"((\w+)=(-?\d+))");
  std::ifstream in(MILLRACE_TEST_DATA "/nfp-golden.txt");
  std::vector<GoldenCase> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## CASE ")) {
      cases.emplace_back().name = line.substr(8);
    } else if (cases.empty()) {
      continue;
    } else if (line.starts_with("opts:")) {
      read_options(cases.back(), line);
    } else if (line.starts_with("result:")) {
      cases.back().result = pairs(line, kResult);
    } else if (line.starts_with("bpf")) {
      read_insn(cases.back(), line);
    } else {
      read_word(cases.back(), line);
    }
  }
  return cases;
}

}  // namespace test
