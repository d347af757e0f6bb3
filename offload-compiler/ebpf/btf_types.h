// The types of one BTF blob, as BTF_LOAD brings it: functions, locks and texts that programs refer to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "offload-compiler/ebpf/program.h"

struct btf;

namespace ebpf {

class BtfTypes {
 public:
  // Error: a broken header or type section, a type id or name beyond the end.
  static base::Result<std::unique_ptr<BtfTypes>> parse(std::span<const uint8_t> data);
  ~BtfTypes();
  BtfTypes(const BtfTypes&) = delete;
  BtfTypes& operator=(const BtfTypes&) = delete;

  uint32_t count() const;                                   // of types, void included
  std::optional<FunctionInfo> function(uint32_t id) const;  // `insn` is left 0
  int32_t lock_offset(uint32_t id) const;                   // -1: none
  int64_t size_of(uint32_t id) const;                       // bytes; negative: has none
  std::string type_name(uint32_t id) const;                 // as C spells it
  std::optional<std::string> text(uint32_t offset) const;   // of the string section

 private:
  explicit BtfTypes(::btf* types) : types_(types) {}
  ::btf* types_;
};

}  // namespace ebpf
