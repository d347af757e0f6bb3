// Reads functions' arguments and results, and the place of a lock, from BTF.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/btf_functions.h"

#include <bpf/btf.h>

#include <string_view>

#include "base/printable.h"

namespace ebpf {
namespace {

std::string_view name_of(const btf* types, const btf_type& type) {
  const char* name = btf__name_by_offset(types, type.name_off);
  return name == nullptr ? "" : name;
}

// Without typedefs and qualifiers; nullptr for void, and for what is broken.
const btf_type* plain_type(const btf* types, uint32_t id) {
  const int plain = btf__resolve_type(types, id);
  return plain <= 0 ? nullptr : btf__type_by_id(types, static_cast<uint32_t>(plain));
}

bool is_scalar(const btf_type* type) {
  return type != nullptr && (btf_is_int(type) || btf_is_any_enum(type));
}

FunctionArg argument(const btf* types, uint32_t id) {
  using Kind = FunctionArg::Kind;
  const btf_type* type = plain_type(types, id);
  if (is_scalar(type)) return {Kind::kScalar};
  if (type == nullptr || !btf_is_ptr(type)) return {Kind::kOther};
  const btf_type* target = plain_type(types, type->type);
  if (target == nullptr) return {Kind::kOther};
  const std::string_view name = name_of(types, *target);
  if (btf_is_struct(target) && (name == "xdp_md" || name == "__sk_buff")) return {Kind::kContext};
  const int64_t bytes = btf__resolve_size(types, type->type);
  if (bytes <= 0) return {Kind::kOther};
  return {Kind::kMemory, static_cast<uint32_t>(bytes)};
}

}  // namespace

std::optional<FunctionInfo> btf_function(const btf* types, uint32_t id) {
  const btf_type* type = types == nullptr ? nullptr : btf__type_by_id(types, id);
  if (type == nullptr || !btf_is_func(type)) return std::nullopt;
  const btf_type* prototype = btf__type_by_id(types, type->type);
  if (prototype == nullptr || !btf_is_func_proto(prototype)) return std::nullopt;
  FunctionInfo out;
  out.name = base::printable(name_of(types, *type));
  out.is_global = btf_vlen(type) == BTF_FUNC_GLOBAL;  // where a function keeps its linkage
  out.returns_scalar = is_scalar(plain_type(types, prototype->type));
  const btf_param* params = btf_params(prototype);
  for (uint32_t i = 0; i < btf_vlen(prototype); ++i) {
    out.args.push_back(argument(types, params[i].type));
  }
  return out;
}

int32_t btf_lock_offset(const btf* types, uint32_t id) {
  const btf_type* type = types == nullptr || id == 0 ? nullptr : plain_type(types, id);
  if (type == nullptr || !btf_is_struct(type)) return -1;
  for (uint32_t i = 0; i < btf_vlen(type); ++i) {
    const btf_type* member = plain_type(types, btf_members(type)[i].type);
    if (member != nullptr && btf_is_struct(member) && name_of(types, *member) == "bpf_spin_lock") {
      return static_cast<int32_t>(btf_member_bit_offset(type, i) / 8);
    }
  }
  return -1;
}

}  // namespace ebpf
