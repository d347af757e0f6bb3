// Judges one random program: its witnesses must agree, as far as known defects and missing features allow.
// SPDX-License-Identifier: Apache-2.0
//
//   auto judge = fuzz::Judge::create({});
//   fuzz::Judgement judgement = judge->judge(42);
//   if (judgement.verdict == fuzz::Judgement::kDifferent) ... judgement.text
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "offload-compiler/compiler.h"
#include "tests/fuzz/observe_kernel.h"

namespace fuzz {

struct JudgeOptions {
  bool with_kernel = true;
  unsigned packets = 8;
  bool fix_defects = false;  // of the compiled code: then no defect excuses a difference
  CardProgramOptions programs;
};

struct Judgement {
  enum Verdict {
    kAgree,    // all that can run the program
    kWarned,   // reference and kernel; the compiler warns that its code is wrong for some values
    kRefused,  // reference and kernel; the compiler refuses the program
    kTooLong,  // nobody: verification would take too long
    kRefusedByOne,  // of the two verifiers, that should both accept
    kDifferent,
  };
  Verdict verdict = kAgree;
  std::string text;  // of the difference or the refusal
};

class Judge {
 public:
  // Error: the kernel is wanted and cannot be asked.
  static base::Result<Judge> create(const JudgeOptions& options);

  // Programs of `seed`, which also chooses the packets.
  Judgement judge(uint64_t seed);
  Judgement judge(const CardProgram& subject, uint64_t seed);
  // Of a subject whose witnesses differ: as many instructions as possible do nothing.
  CardProgram shrink(CardProgram subject, uint64_t seed);

 private:
  Judge(const JudgeOptions& options, const offload::Target& target)
      : options_(options), target_(target) {}
  std::string compare_with_kernel(const CardProgram& subject, const Input& input,
                                  const Observation& seen);
  std::string ask_core(const CardProgram& subject, const firmware::Image& image,
                       const Input& input);

  base::Result<const firmware::Microcode*> firmware_for(const std::vector<unsigned>& helpers);

  JudgeOptions options_;
  offload::Target target_;
  std::map<std::vector<unsigned>, firmware::Microcode> firmware_;  // by helpers, assembled once
  std::optional<KernelWitness> kernel_;
};

std::string listing(const ebpf::Program& program);

}  // namespace fuzz
