// A compiled program before it is placed on a card: words with their relocations, maps, limits. Versioned JSON on disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "fpc/insn.h"

namespace firmware {

constexpr std::string_view kImageSchema = "millrace.image/1";

// Bits 63:56 of an un-relocated word (nfp-fw-abi 3).
enum class Relocation : uint8_t {
  kNone = 0,
  kBranch = 1,
  kGoOut = 2,
  kGoAbort = 3,
  kCallPush = 4,
  kCallPop = 5,
  kNextPacket = 6,
  kHelper = 7,
  kImmediate = 8,
  // Ours, of global data: half of the page (address >> 8) of the table that the immediate names.
  kTablePageLow = 9,
  kTablePageHigh = 10,
};
constexpr Relocation kLastRelocation = Relocation::kTablePageHigh;
constexpr unsigned kRelocationShift = 56;
constexpr unsigned kRelocatedAddress =
    15000;  // target in the stored image of types 2..7, plus the helper id for type 7

enum class WordUse : uint8_t { kUnused = 0, kRead = 1, kWrite = 2, kAtomic = 3 };

struct ImageMap {
  std::string name;
  uint32_t type = 0;  // BPF_MAP_TYPE_*
  uint32_t key_bytes = 0, value_bytes = 0, max_entries = 0;
  std::vector<WordUse>
      word_use;  // one per 4-byte word of the value, as the driver's use table records it
  std::string key_btf, value_btf;  // BTF type names, for reports; may be empty
  std::vector<uint8_t> initial;    // value of entry 0 at load, as programs see it; empty: zero
  bool is_constant = false;        // the program was translated for these values
};

struct SourceLine {
  uint32_t word = 0;  // first word of the range it describes
  uint32_t insn = 0;  // eBPF instruction
  std::string file;
  uint32_t line = 0;
};

// The driver's words, defects included; the same with correct words where those are known to be wrong.
inline constexpr const char kCodegenKernel[] = "kernel", kCodegenFixed[] = "kernel-fixed";

struct Image {
  std::string program;           // its name
  std::string program_type;      // "xdp" or "sched_cls"
  std::string profile;           // capability profile it was compiled for
  std::string codegen;           // kCodegenKernel or kCodegenFixed
  std::vector<fpc::Word> words;  // before relocation: bits 63:56 relocation type, no ECC
  uint32_t target_out = 0, target_abort = 0;  // word offsets of the exits
  uint32_t target_push = 0, target_pop = 0;   // 0: absent
  uint32_t stack_bytes = 0;
  uint32_t max_packet_offset = 0;
  std::vector<ImageMap> maps;  // table id of maps[i] in the words is i + 1
  std::vector<SourceLine> lines;
  std::vector<std::string>
      warnings;  // defects of the reference lowering that the program reaches, and the like

  std::vector<unsigned> helpers() const;      // helper ids that its words call, ascending
  std::vector<unsigned> data_tables() const;  // table ids whose page its words load, ascending
};

std::string to_json(const Image& image);
// Error: kInvalidInput naming the member, what was found and what is allowed. `where` is the file's name.
base::Result<Image> image_from_json(const std::string& text, const std::string& where);

// Word files: one 16-digit hex word a line, '#' comments. Words with a relocation type in bits 63:56 make a relocatable
// image (a card's `bpftool prog dump jited`, our .nfp vectors).
base::Result<std::vector<fpc::Word>> words_from_text(const std::string& text,
                                                     const std::string& where);

// An image of such words: its exits are found by the epilogue's shape; maps, profile and limits stay unknown (empty).
// Error: the words have no relocations or another epilogue.
base::Result<Image> image_from_words(const std::vector<fpc::Word>& words, const std::string& where);

}  // namespace firmware
