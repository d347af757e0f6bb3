// Runs the cases that test_bpf_cases.c prints: on the reference interpreter and, where the card takes them, as microcode.
// SPDX-License-Identifier: Apache-2.0
//
//   test_bpf_runner CASES   ->   TITLE <tab> pass|FAIL|lacking <tab> card|refused <tab> what happened
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "offload-compiler/compiler.h"
#include "offload-compiler/ebpf/classic/convert.h"
#include "offload-compiler/ebpf/decode.h"
#include "tests/fuzz/observation.h"

namespace {

using fuzz::Bytes;

struct Case {
  std::string title;
  bool is_classic = false, refused = false;
  std::vector<Bytes> frames;
  std::vector<uint32_t> results;
  Bytes insns;
};

struct Answer {
  const char *result = "pass", *card = "refused";
  std::string text;
};

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

void add_line(Case& c, const std::string& line) {
  std::istringstream words(line);
  std::string mark, word, hex;
  if (words >> mark && mark != "#") {
    const Bytes insn = from_hex(mark);
    c.insns.insert(c.insns.end(), insn.begin(), insn.end());
    return;
  }
  words >> word;
  if (word == "classic") c.is_classic = true;
  if (word == "refused") c.refused = true;
  uint32_t result = 0;
  if (word != "frame" || !(words >> hex >> result)) return;
  c.frames.push_back(hex == "-" ? Bytes{} : from_hex(hex));
  c.results.push_back(result);
}

classic::Program classic_program(const Bytes& bytes) {
  classic::Program program;
  for (size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    const uint8_t* at = &bytes[i];
    program.push_back(
        {static_cast<uint16_t>(at[0] | at[1] << 8), at[2], at[3],
         at[4] | uint32_t{at[5]} << 8 | uint32_t{at[6]} << 16 | uint32_t{at[7]} << 24});
  }
  return program;
}

base::Result<ebpf::Program> program_of(const Case& c) {
  if (c.is_classic) {
    return classic::convert(classic_program(c.insns), {.source = c.title,
                                                       .dialect = classic::Dialect::kLinux,
                                                       .answer = classic::Answer::kValue});
  }
  ebpf::Program program;
  program.name = "test_bpf";
  program.license = "GPL";
  for (size_t i = 0; i + 8 <= c.insns.size(); i += 8) {
    const uint8_t* at = &c.insns[i];
    program.insns.push_back({at[0], static_cast<uint8_t>(at[1] & 15),
                             static_cast<uint8_t>(at[1] >> 4),
                             static_cast<int16_t>(at[2] | at[3] << 8),
                             static_cast<int32_t>(at[4] | uint32_t{at[5]} << 8 |
                                                  uint32_t{at[6]} << 16 | uint32_t{at[7]} << 24)});
  }
  for (size_t i = 0; i < program.insns.size(); ++i) {
    const ebpf::InsnSpec* spec = ebpf::find_spec(program.insns[i]);
    if (spec == nullptr) return base::unsupported(ebpf::illegal_reason(program.insns[i]));
    if (spec->is_wide()) ++i;
  }
  return program;
}

std::string difference(const std::vector<uint32_t>& expected, const fuzz::Observation& seen) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (seen.packets[i].verdict != expected[i])
      return fmt::format("run {}: {:#x} instead of {:#x}", i, seen.packets[i].verdict, expected[i]);
  }
  return {};
}

void ask_card(const Case& c, const ebpf::Program& program, const offload::Target& target,
              const fuzz::Observation& reference, Answer& answer) {
  const auto image = offload::compile(program, target);
  if (!image || !image->warnings.empty()) return;
  answer.card = "card";
  const auto seen = fuzz::observe_core(program, *image, {c.frames, {}});
  std::vector<uint32_t> expected;
  for (const auto& packet : fuzz::as_card_reports(reference, program.type).packets)
    expected.push_back(packet.verdict);
  answer.text = seen ? difference(expected, *seen) : seen.error().text();
  if (!answer.text.empty()) answer.result = "FAIL";
}

Answer ask(const Case& c, const offload::Target& target) {
  const auto program = program_of(c);
  if (c.refused) {
    if (program) return {"FAIL", "refused", "is accepted, the kernel refuses it"};
    return {"pass", "refused", program.error().message};
  }
  if (!program) return {"lacking", "refused", program.error().message};
  const auto seen = fuzz::observe_reference(*program, {c.frames, {}}, {});
  if (!seen) return {"FAIL", "refused", seen.error().text()};
  Answer answer;
  answer.text = difference(c.results, *seen);
  if (!answer.text.empty()) {
    answer.result = "FAIL";
  } else {
    ask_card(c, *program, target, *seen, answer);
  }
  return answer;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream in(argc == 2 ? argv[1] : "");
  if (!in) {
    std::fputs("usage: test_bpf_runner CASES\n", stderr);
    return 2;
  }
  std::vector<Case> cases;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("== ", 0) == 0) {
      cases.emplace_back().title = line.substr(3);
    } else if (!cases.empty()) {
      add_line(cases.back(), line);
    }
  }
  const offload::Target target = *offload::parse_target("nfp/full");
  for (const Case& c : cases) {
    const Answer answer = ask(c, target);
    fmt::print("{}\t{}\t{}\t{}\n", c.title, answer.result, answer.card, answer.text);
  }
  return 0;
}
