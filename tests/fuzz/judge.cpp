// Runs the witnesses and shrinks what they differ about.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/judge.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier.h"
#include "tests/support/kernel_oracle.h"

namespace fuzz {
namespace {

// The driver's code is compared with a window whose bounds fit its 8 bits, so that adjust_head is not only warned of.
offload::Target fuzz_target(const JudgeOptions& options) {
  offload::Target target = *offload::parse_target("nfp/full");
  target.fix_defects = options.fix_defects;
  target.relaxed = options.programs.global_data;
  if (!options.fix_defects)
    target.capability.adjust_head = offload::parse_target("nfp/public")->capability.adjust_head;
  return target;
}

ebpf::InterpreterOptions card_options(const firmware::AdjustHead& window) {
  ebpf::InterpreterOptions options;
  options.off_min = window.off_min;
  options.off_max = window.off_max;
  return options;
}

// Of a verifier that should accept.
Judgement refusal(const char* whose, const base::Error& error) {
  const bool too_long = error.code == base::ErrorCode::kOutOfRange;
  return {too_long ? Judgement::kTooLong : Judgement::kRefusedByOne, whose + error.text()};
}

constexpr uint64_t kMaxVisits =
    20'000;  // of the verifier; programs that need more cost too much time

// And not of what a driver would refuse.
bool warns_of_wrong_code(const std::string& warning) {
  return !warning.starts_with("a card's driver refuses this: ");
}

constexpr ebpf::Insn kNothing = {BPF_JMP | BPF_JA, 0, 0, 0, 0};

}  // namespace

base::Result<Judge> Judge::create(const JudgeOptions& options) {
  Judge judge(options, fuzz_target(options));
  if (!options.with_kernel) return judge;
  auto kernel = KernelWitness::create(random_card_program(0, options.programs).program.maps);
  if (!kernel) return kernel.error();
  judge.kernel_.emplace(std::move(*kernel));
  return judge;
}

Judgement Judge::judge(uint64_t seed) {
  return judge(random_card_program(seed, options_.programs), seed);
}

Judgement Judge::judge(const CardProgram& subject, uint64_t seed) {
  const Input input = make_input(subject, seed, options_.packets);
  ebpf::VerifierOptions verifier;
  verifier.max_visits = kMaxVisits;
  verifier.offloaded = subject.offload_only;
  if (const auto verified = ebpf::verify(subject.program, verifier); !verified)
    return refusal("our verifier: ", verified.error());
  if (kernel_ && !subject.offload_only) {
    const auto seen = kernel_->observe(subject.program, input);
    if (!seen) return refusal("kernel: ", seen.error());
    if (std::string text = compare_with_kernel(subject, input, *seen); !text.empty())
      return {Judgement::kDifferent, "kernel: " + text};
  }
  const auto image = offload::compile(subject.program, target_);
  if (!image) return {Judgement::kRefused, image.error().message};
  if (const auto warning = std::ranges::find_if(image->warnings, warns_of_wrong_code);
      warning != image->warnings.end())
    return {Judgement::kWarned, *warning};
  if (std::string text = ask_core(subject, *image, input); !text.empty())
    return {Judgement::kDifferent, "core: " + text};
  return {};
}

std::string Judge::compare_with_kernel(const CardProgram& subject, const Input& input,
                                       const Observation& seen) {
  // Its room behind a packet does not matter: subjects never ask for more.
  const auto reference = observe_reference(subject.program, input, test_support::kernel_options());
  if (!reference) return "reference: " + reference.error().text();
  return difference(*reference, seen);
}

std::string Judge::ask_core(const CardProgram& subject, const firmware::Image& image,
                            const Input& input) {
  const auto firmware = firmware_for(image.helpers());
  if (!firmware) return firmware.error().text();
  const auto store = firmware::link_around(**firmware, image);
  if (!store) return store.error().text();
  const auto seen = observe_core(subject.program, image, *store, input);
  if (!seen) return seen.error().text();
  const auto reference =
      observe_reference(subject.program, input, card_options(target_.capability.adjust_head));
  if (!reference) return "reference: " + reference.error().text();
  return difference(as_card_reports(*reference, subject.program.type), *seen);
}

base::Result<const firmware::Microcode*> Judge::firmware_for(const std::vector<unsigned>& helpers) {
  const auto known = firmware_.find(helpers);
  if (known != firmware_.end()) return &known->second;
  const firmware::Layout layout;
  auto assembled = firmware::assemble_microcode(helpers, layout.resident, layout.start);
  if (!assembled) return assembled.error();
  return &firmware_.emplace(helpers, std::move(*assembled)).first->second;
}

CardProgram Judge::shrink(CardProgram subject, uint64_t seed) {
  std::vector<ebpf::Insn>& insns = subject.program.insns;
  for (size_t length = insns.size() / 2; length > 0; length /= 2) {
    for (size_t at = 0; at + length <= insns.size(); at += length) {
      const std::vector<ebpf::Insn> before = insns;
      std::fill_n(insns.begin() + static_cast<ptrdiff_t>(at), length, kNothing);
      if (insns != before && judge(subject, seed).verdict != Judgement::kDifferent) insns = before;
    }
  }
  return subject;
}

std::string listing(const ebpf::Program& program) {
  std::string text;
  for (uint32_t i = 0; i < program.insns.size(); ++i) {
    if (program.insns[i] == kNothing) continue;
    text += fmt::format("{}: {}\n", i, ebpf::print_insn(program, i));
    if (program.insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) ++i;
  }
  return text;
}

}  // namespace fuzz
