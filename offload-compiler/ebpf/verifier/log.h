// The verifier's log: each path as the kernel prints it, and only the last path when the program is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "offload-compiler/ebpf/program.h"

namespace ebpf {

struct State;
struct Value;

class Log {
 public:
  explicit Log(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  size_t size() const { return text_.size(); }
  void rewind(size_t size);  // forget a path that ended well
  void insn(const Program& program,
            uint32_t insn);        // its source line when it changed, and its text
  void state(const State& state);  // registers and slots of the innermost frame
  void line(const std::string& text);
  // The last words on a path that is refused: they are there even when the log is full.
  void failure(const Program& program, uint32_t insn, const State& state);
  std::string take() { return std::move(text_); }

 private:
  bool enabled_;
  bool full_ = false;
  const LineInfo* last_line_ = nullptr;
  std::string text_;
};

std::string describe(const Value& value);  // "pkt(id=1,off=14,r=34,umax=60)"

// The debug line that covers `insn`, or nullptr.
const LineInfo* source_line(const Program& program, uint32_t insn);
std::string trimmed(const std::string& text);

// A row of explanations.def: what a term of the kernel means, for newcomers.
struct Explanation {
  std::string_view term, meaning;
};
std::span<const Explanation> explanations();
const Explanation* explanation_of(std::string_view cause);  // nullptr when no row fits
// "insn 6: <cause>: <explanation><details> (file:line: text)".
std::string located(const Program& program, uint32_t insn, const std::string& cause,
                    const std::string& details = {});
// "; at r0 = *(u8 *)(r1 + 0) with R0=1 R1=fp(off=-8)": an instruction and the registers that it takes.
std::string describe_failure(const Program& program, uint32_t insn, const State& state);

}  // namespace ebpf
