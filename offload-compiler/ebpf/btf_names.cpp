// Walks a BTF type to something that has a name.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/btf_names.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include "base/printable.h"

namespace ebpf {
namespace {

std::string tagged_name(const btf* types, const btf_type* type, const char* tag) {
  const char* name = btf__name_by_offset(types, type->name_off);
  const bool has_name = name != nullptr && *name != '\0';
  return fmt::format("{}{}", tag, has_name ? name : "(anonymous)");
}

std::string name_at_depth(const btf* types, uint32_t id, int depth) {
  constexpr int kMaxDepth = 32;  // qualifiers and arrays may form a cycle in a broken object
  const btf_type* type = types == nullptr || id == 0 ? nullptr : btf__type_by_id(types, id);
  if (type == nullptr || depth > kMaxDepth) return {};
  switch (btf_kind(type)) {
    case BTF_KIND_STRUCT:
      return tagged_name(types, type, "struct ");
    case BTF_KIND_UNION:
      return tagged_name(types, type, "union ");
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return tagged_name(types, type, "enum ");
    case BTF_KIND_PTR:
      return name_at_depth(types, type->type, depth + 1) + " *";
    case BTF_KIND_ARRAY: {
      const struct btf_array* array = btf_array(type);
      return fmt::format("{}[{}]", name_at_depth(types, array->type, depth + 1), array->nelems);
    }
    case BTF_KIND_CONST:
    case BTF_KIND_VOLATILE:
    case BTF_KIND_RESTRICT:
    case BTF_KIND_TYPE_TAG:
      return name_at_depth(types, type->type, depth + 1);
    default:
      return tagged_name(types, type, "");
  }
}

}  // namespace

std::string btf_type_name(const btf* types, uint32_t id) {
  return base::printable(name_at_depth(types, id, 0));
}

}  // namespace ebpf
