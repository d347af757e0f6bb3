// The layout described once, as transfer functions for a writer and a checking reader.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/object_wire.h"

#include <string>

#include "base/bits.h"
#include "offload-compiler/ebpf/decode.h"

namespace ebpf {
namespace {

constexpr uint32_t kMagic = 0x6a626f65, kTrailer = 0x646e6565;

class Writer {
 public:
  bool number(uint32_t& value) {
    const size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    base::store_le(bytes_.data() + at, value);
    return true;
  }
  template <typename Container>
  bool bytes(Container& value) {
    auto size = static_cast<uint32_t>(value.size());
    number(size);
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return true;
  }
  bool count(uint32_t& n) { return number(n); }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

class Reader {
 public:
  explicit Reader(const std::vector<uint8_t>& bytes) : bytes_(bytes) {}

  bool number(uint32_t& value) {
    if (left() < sizeof value) return false;
    value = base::load_le<uint32_t>(bytes_.data() + at_);
    at_ += sizeof value;
    return true;
  }
  template <typename Container>
  bool bytes(Container& value) {
    uint32_t size = 0;
    if (!number(size) || size > left()) return false;
    const auto begin = bytes_.begin() + static_cast<ptrdiff_t>(at_);
    value.assign(begin, begin + size);
    at_ += size;
    return true;
  }
  // Number of elements to follow; each takes at least one number.
  bool count(uint32_t& n) { return number(n) && n <= left() / sizeof n; }
  size_t left() const { return bytes_.size() - at_; }

 private:
  const std::vector<uint8_t>& bytes_;
  size_t at_ = 0;
};

template <typename Side, typename Element, typename Transfer>
bool list(Side& side, std::vector<Element>& elements, Transfer transfer) {
  auto n = static_cast<uint32_t>(elements.size());
  if (!side.count(n)) return false;
  elements.resize(n);
  for (Element& element : elements) {
    if (!transfer(side, element)) return false;
  }
  return true;
}

template <typename Side>
bool signed_number(Side& side, int32_t& value) {
  auto bits = static_cast<uint32_t>(value);
  if (!side.number(bits)) return false;
  value = static_cast<int32_t>(bits);
  return true;
}

template <typename Side>
bool map_def(Side& side, MapDef& map) {
  return side.bytes(map.name) && side.number(map.type) && side.number(map.key_bytes) &&
         side.number(map.value_bytes) && side.number(map.max_entries) && side.number(map.flags) &&
         side.bytes(map.key_btf) && side.bytes(map.value_btf) && side.bytes(map.initial) &&
         signed_number(side, map.lock_off);
}

template <typename Side>
bool function_arg(Side& side, FunctionArg& arg) {
  auto kind = static_cast<uint32_t>(arg.kind);
  if (!side.number(kind) || !side.number(arg.bytes)) return false;
  arg.kind = static_cast<FunctionArg::Kind>(kind);
  return kind <= static_cast<uint32_t>(FunctionArg::Kind::kOther);
}

template <typename Side>
bool function_info(Side& side, FunctionInfo& function) {
  uint32_t flags = (function.is_global ? 1u : 0u) | (function.returns_scalar ? 2u : 0u);
  const bool moved = side.number(function.insn) && side.bytes(function.name) &&
                     side.number(flags) && list(side, function.args, function_arg<Side>);
  function.is_global = (flags & 1) != 0;
  function.returns_scalar = (flags & 2) != 0;
  return moved;
}

template <typename Side>
bool line_info(Side& side, LineInfo& line) {
  return side.number(line.insn) && side.bytes(line.file) && side.bytes(line.text) &&
         side.number(line.line) && side.number(line.column);
}

template <typename Side>
bool program(Side& side, Program& p) {
  auto type = static_cast<uint32_t>(p.type);
  std::vector<uint8_t> insns = insns_to_bytes(p.insns);
  const bool moved =
      side.bytes(p.name) && side.bytes(p.section) && side.number(type) && side.bytes(insns) &&
      list(side, p.maps, map_def<Side>) && list(side, p.lines, line_info<Side>) &&
      list(side, p.functions, function_info<Side>) && side.bytes(p.license) && side.number(p.flags);
  if (!moved || type > static_cast<uint32_t>(ProgType::kSocketFilter) || insns.size() % 8 != 0) {
    return false;
  }
  p.type = static_cast<ProgType>(type);
  p.insns = insns_from_bytes(insns);
  return true;
}

template <typename Side>
bool map_types(Side& side, KernelTypes::Map& map) {
  return side.number(map.key) && side.number(map.value);
}

template <typename Side>
bool kernel_types(Side& side, KernelTypes& types) {
  return side.bytes(types.btf) && side.bytes(types.functions) && side.bytes(types.lines) &&
         list(side, types.maps, map_types<Side>);
}

template <typename Side>
bool skipped_program(Side& side, SkippedProgram& p) {
  return side.bytes(p.name) && side.bytes(p.section) && side.bytes(p.reason);
}

struct Message {
  uint32_t magic = kMagic, trailer = kTrailer;
  uint32_t failed = 0, code = 0;
  base::Error error;
  Object object;
};

template <typename Side>
bool message(Side& side, Message& m) {
  if (!side.number(m.magic) || !side.number(m.failed) || !side.number(m.code)) return false;
  const bool moved = side.bytes(m.error.message) && side.bytes(m.object.path) &&
                     list(side, m.object.programs, program<Side>) &&
                     list(side, m.object.types, kernel_types<Side>) &&
                     list(side, m.object.skipped, skipped_program<Side>);
  return moved && side.number(m.trailer);
}

bool map_indices_are_valid(const Program& p) {
  for (size_t i = 0; i < p.insns.size(); ++i) {
    const InsnSpec* spec = find_spec(p.insns[i]);
    if (spec == nullptr || !spec->is_wide()) continue;
    const bool names_map = spec->op == Op::kLoadMap || spec->op == Op::kLoadMapValue;
    if (names_map && static_cast<uint32_t>(p.insns[i].imm) >= p.maps.size()) return false;
    ++i;
  }
  return true;
}

}  // namespace

std::vector<uint8_t> object_to_wire(const base::Result<Object>& object) {
  Message m;
  if (object) {
    m.object = *object;
  } else {
    m.failed = 1;
    m.code = static_cast<uint32_t>(object.error().code);
    m.error = object.error();
  }
  Writer writer;
  message(writer, m);
  return writer.take();
}

std::optional<base::Result<Object>> object_from_wire(const std::vector<uint8_t>& wire) {
  Reader reader(wire);
  Message m;
  if (!message(reader, m) || reader.left() != 0) return std::nullopt;
  if (m.magic != kMagic || m.trailer != kTrailer) return std::nullopt;
  if (m.failed != 0) {
    if (m.code > static_cast<uint32_t>(base::ErrorCode::kBusy)) return std::nullopt;
    m.error.code = static_cast<base::ErrorCode>(m.code);
    return base::Result<Object>(m.error);
  }
  if (m.object.types.size() != m.object.programs.size()) return std::nullopt;
  for (const Program& p : m.object.programs) {
    if (!map_indices_are_valid(p)) return std::nullopt;
  }
  return base::Result<Object>(std::move(m.object));
}

}  // namespace ebpf
