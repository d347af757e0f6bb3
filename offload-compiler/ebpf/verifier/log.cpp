// The verifier's log: instructions, source lines and register states in the kernel's style.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/log.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <utility>

#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier/state.h"

namespace ebpf {

namespace {

constexpr size_t kMaxLogBytes = size_t{16} << 20;  // as BPF_LOG_BUF_SIZE of loaders

constexpr Explanation kExplanations[] = {
#define EXPLANATION(term, meaning) {term, meaning},
#include "offload-compiler/ebpf/verifier/explanations.def"
#undef EXPLANATION
};

void add(std::string& list, const std::string& item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string describe_bounds(const Bounds& b) {
  std::string out;
  if (b.smin != INT64_MIN && b.smin != static_cast<int64_t>(b.umin)) {
    add(out, fmt::format("smin={}", b.smin));
  }
  if (b.smax != INT64_MAX && b.smax != static_cast<int64_t>(b.umax)) {
    add(out, fmt::format("smax={}", b.smax));
  }
  if (b.umin != 0) add(out, fmt::format("umin={}", b.umin));
  if (b.umax != UINT64_MAX) add(out, fmt::format("umax={}", b.umax));
  if (b.var_off != tnum::unknown()) add(out, "var_off=" + tnum::to_string(b.var_off));
  if (b.s32_min != INT32_MIN && b.s32_min != b.smin) add(out, fmt::format("s32_min={}", b.s32_min));
  if (b.s32_max != INT32_MAX && b.s32_max != b.smax) add(out, fmt::format("s32_max={}", b.s32_max));
  if (b.u32_min != 0 && b.u32_min != b.umin) add(out, fmt::format("u32_min={}", b.u32_min));
  if (b.u32_max != UINT32_MAX && b.u32_max != b.umax)
    add(out, fmt::format("u32_max={}", b.u32_max));
  return out;
}

std::string describe_slot(const StackSlot& slot, size_t index) {
  constexpr char kLetters[] = {'?', 'r', 'm', '0'};
  std::string bytes;
  for (size_t i = kSlotBytes; i-- > 0;) bytes += kLetters[static_cast<size_t>(slot.bytes[i])];
  if (bytes == "????????") return {};
  const std::string where = fmt::format(" fp-{}=", (index + 1) * kSlotBytes);
  return where + (slot.holds_spill() ? describe(*slot.spilled.value) : bytes);
}

}  // namespace

std::string describe(const Value& value) {
  const Bounds& b = value.bounds;
  if (value.is_scalar() && b.is_const())
    return fmt::format("{}", static_cast<int64_t>(b.var_off.value));
  std::string parts;
  if (value.id != 0) add(parts, fmt::format("id={}", value.id));
  if (!value.is_scalar()) add(parts, fmt::format("off={}", value.off));
  if (value.is_packet()) add(parts, fmt::format("r={}", value.range));
  if (!b.is_const()) {
    const std::string bounds = describe_bounds(b);
    if (!bounds.empty()) add(parts, bounds);
  } else if (b.var_off.value != 0) {
    add(parts, fmt::format("imm={:x}", b.var_off.value));
  }
  return fmt::format("{}({})", to_string(value.type), parts);
}

void Log::rewind(size_t size) {
  if (size < text_.size()) text_.resize(size);
  full_ = false;
  last_line_ = nullptr;
}

void Log::line(const std::string& text) {
  full_ = full_ || text_.size() + text.size() >= kMaxLogBytes;
  if (!enabled_ || full_) return;
  text_ += text;
  text_ += '\n';
}

void Log::insn(const Program& program, uint32_t insn) {
  if (!enabled_) return;
  const LineInfo* source = source_line(program, insn);
  if (source != nullptr && source != last_line_) line("; " + trimmed(source->text));
  last_line_ = source;
  line(fmt::format("{}: ({:02x}) {}", insn, program.insns[insn].opcode, print_insn(program, insn)));
}

void Log::state(const State& state) {
  if (!enabled_) return;
  std::string text = state.depth() == 0 ? ";" : fmt::format("; frame{}:", state.depth());
  const Frame& frame = state.frame();
  for (unsigned i = 0; i < kRegisters; ++i) {
    if (state.regs[i].type == RegType::kNotInit) continue;
    text += fmt::format(" R{}={}", i, describe(state.regs[i]));
  }
  for (size_t i = 0; i < frame.stack.size(); ++i) text += describe_slot(frame.stack[i], i);
  line(text);
}

void Log::failure(const Program& program, uint32_t insn, const State& state) {
  if (!full_ || state.frames.empty()) return;
  text_ += "... the log is full, it goes on where the path ends\n";
  const std::string before = std::exchange(text_, {});
  this->state(state);
  this->insn(program, insn);
  text_ = before + text_;
}

const LineInfo* source_line(const Program& program, uint32_t insn) {
  const auto after =
      std::upper_bound(program.lines.begin(), program.lines.end(), insn,
                       [](uint32_t at, const LineInfo& line) { return at < line.insn; });
  return after == program.lines.begin() ? nullptr : &*std::prev(after);
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::span<const Explanation> explanations() { return kExplanations; }

const Explanation* explanation_of(std::string_view cause) {
  for (const Explanation& e : kExplanations) {
    if (cause.find(e.term) != std::string_view::npos) return &e;
  }
  return nullptr;
}

std::string located(const Program& program, uint32_t insn, const std::string& cause,
                    const std::string& details) {
  std::string text = fmt::format("insn {}: {}", insn, cause);
  if (const Explanation* known = explanation_of(cause)) text += fmt::format(": {}", known->meaning);
  text += details;
  if (const LineInfo* line = source_line(program, insn)) {
    text += fmt::format(" ({}:{}: {})", line->file, line->line, trimmed(line->text));
  }
  return text;
}

std::string describe_failure(const Program& program, uint32_t insn, const State& state) {
  const Insn& code = program.insns[insn];
  std::string text = fmt::format("; at {}", print_insn(program, insn));
  if (state.frames.empty()) return text;
  const InsnSpec& spec = *find_spec(code);
  const auto takes = [&](unsigned number) {
    if (code.opcode == (BPF_JMP | BPF_CALL)) return number >= 1 && number <= 5;
    return (spec.dst.kind == Field::Kind::kRegister && number == code.dst) ||
           (spec.src.kind == Field::Kind::kRegister && number == code.src);
  };
  const char* separator = " with";
  for (unsigned i = 0; i < kRegisters; ++i) {
    const Value& reg = state.regs[i];
    if (!takes(i) || reg.type == RegType::kNotInit) continue;
    text += fmt::format("{} R{}={}", separator, i, describe(reg));
    separator = "";
  }
  return text;
}

}  // namespace ebpf
