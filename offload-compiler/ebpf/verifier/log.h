// The verifier's log: each path as the kernel prints it, and only the last path when the program is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "offload-compiler/ebpf/program.h"

namespace ebpf {

struct Reg;
struct State;

class Log {
 public:
  explicit Log(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }
  size_t size() const { return text_.size(); }
  void rewind(size_t size);  // forget a path that ended well
  void insn(const Program& program,
            uint32_t insn);  // its source line when it changed, and its text
  void state(State& state);  // registers and slots of the innermost frame
  void line(const std::string& text);
  std::string take() { return std::move(text_); }

 private:
  bool enabled_;
  const LineInfo* last_line_ = nullptr;
  std::string text_;
};

std::string describe(const Reg& reg);  // "pkt(id=1,off=14,r=34,umax=60)"

// The debug line that covers `insn`, or nullptr.
const LineInfo* source_line(const Program& program, uint32_t insn);
std::string trimmed(const std::string& text);

}  // namespace ebpf
