// Reader of tests/data/nfp-golden.txt: eBPF with recorded driver state, and the words that the reference lowering makes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "offload-compiler/ebpf/program.h"

namespace test {

struct GoldenInsn {
  ebpf::Insn insn;
  std::map<std::string, int64_t> meta;  // keys as the file's header explains them
  uint32_t flags = 0;
  uint32_t first_word = 0;
};

struct GoldenWord {
  uint32_t index = 0;
  uint64_t raw = 0;        // without the relocation type
  std::string relocation;  // "-", "BR_REL", ...
  uint64_t placed = 0;     // relocated, with ECC
};

struct GoldenCase {
  std::string name;
  std::string type;  // "XDP" or "CLS"
  std::vector<uint32_t> depths;
  uint32_t adjust_head = 0;
  unsigned start = 0, done = 0;           // where the image and the firmware's re-entry lie
  std::vector<unsigned> helpers;          // addresses of lookup, update, delete, perf
  std::map<std::string, int64_t> result;  // err, len, last_bpf_off, tgt_*
  std::vector<GoldenInsn> insns;
  std::vector<GoldenWord> words;  // those that the file shows
};

std::vector<GoldenCase> read_golden_file();

}  // namespace test
