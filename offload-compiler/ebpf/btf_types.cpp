// BtfTypes on libbpf's parser, behind checks of what that parser takes on trust.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/btf_types.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cstring>
#include <mutex>

#include "offload-compiler/ebpf/btf_functions.h"
#include "offload-compiler/ebpf/btf_names.h"

namespace ebpf {
namespace {

constexpr uint32_t kMaxStringBytes = 16u << 20;  // BTF_MAX_NAME_OFFSET

base::Result<void> check_header(std::span<const uint8_t> data) {
  btf_header header;
  if (data.size() < sizeof header) {
    return base::invalid_input(
        fmt::format("BTF has {} bytes, its header alone has {}", data.size(), sizeof header));
  }
  std::memcpy(&header, data.data(), sizeof header);
  if (header.magic != BTF_MAGIC || header.version != BTF_VERSION || header.flags != 0) {
    return base::invalid_input(
        fmt::format("BTF magic {:#x}, version {}, flags {}; allowed are {:#x}, {} and 0",
                    header.magic, header.version, header.flags, BTF_MAGIC, BTF_VERSION));
  }
  const uint64_t types_end = uint64_t{header.type_off} + header.type_len;
  const uint64_t end = header.hdr_len + uint64_t{header.str_off} + header.str_len;
  if (header.hdr_len < sizeof header || header.type_off != 0 || header.type_len % 4 != 0 ||
      types_end != header.str_off || end != data.size()) {
    return base::invalid_input("BTF sections do not fill the blob one after the other");
  }
  if (header.str_len == 0 || header.str_len > kMaxStringBytes || data.back() != 0 ||
      data[header.hdr_len + header.str_off] != 0) {
    return base::invalid_input("BTF strings do not begin and end with a zero byte");
  }
  return {};
}

// libbpf prints what it dislikes to stderr; our own message says as much.
::btf* parse_silently(std::span<const uint8_t> data) {
  static std::mutex printing;
  const std::lock_guard guard(printing);
  const libbpf_print_fn_t before = libbpf_set_print(nullptr);
  ::btf* types = btf__new(data.data(), static_cast<uint32_t>(data.size()));
  libbpf_set_print(before);
  return types;
}

class References {
 public:
  explicit References(const ::btf* types) : types_(types), count_(btf__type_cnt(types)) {}

  base::Result<void> check() const {
    for (uint32_t id = 1; id < count_; ++id) {
      const btf_type* type = btf__type_by_id(types_, id);
      if (!holds(*type)) {
        return base::invalid_input(
            fmt::format("BTF type {} names a type or text beyond the end", id));
      }
    }
    return {};
  }

 private:
  bool is_type(uint32_t id) const { return id < count_; }
  bool is_text(uint32_t offset) const { return btf__str_by_offset(types_, offset) != nullptr; }

  bool holds(const btf_type& type) const {
    if (!is_text(type.name_off)) return false;
    switch (btf_kind(&type)) {
      case BTF_KIND_PTR:
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_FUNC:
      case BTF_KIND_VAR:
      case BTF_KIND_TYPE_TAG:
      case BTF_KIND_DECL_TAG:
        return is_type(type.type);
      case BTF_KIND_ARRAY:
        return is_type(btf_array(&type)->type) && is_type(btf_array(&type)->index_type);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return all(btf_members(&type), btf_vlen(&type));
      case BTF_KIND_FUNC_PROTO:
        return is_type(type.type) && all(btf_params(&type), btf_vlen(&type));
      case BTF_KIND_DATASEC:
        return all_variables(btf_var_secinfos(&type), btf_vlen(&type));
      default:
        return true;
    }
  }
  template <typename Part>
  bool all(const Part* parts, uint32_t n) const {
    for (uint32_t i = 0; i < n; ++i) {
      if (!is_type(parts[i].type) || !is_text(parts[i].name_off)) return false;
    }
    return true;
  }
  bool all_variables(const btf_var_secinfo* variables, uint32_t n) const {
    for (uint32_t i = 0; i < n; ++i) {
      if (!is_type(variables[i].type)) return false;
    }
    return true;
  }

  const ::btf* types_;
  uint32_t count_;
};

}  // namespace

base::Result<std::unique_ptr<BtfTypes>> BtfTypes::parse(std::span<const uint8_t> data) {
  if (auto checked = check_header(data); !checked) return checked.error();
  ::btf* types = parse_silently(data);
  if (types == nullptr) return base::invalid_input("BTF types are malformed");
  std::unique_ptr<BtfTypes> out(new BtfTypes(types));
  if (auto checked = References(types).check(); !checked) return checked.error();
  return out;
}

BtfTypes::~BtfTypes() { btf__free(types_); }

uint32_t BtfTypes::count() const { return btf__type_cnt(types_); }

std::optional<FunctionInfo> BtfTypes::function(uint32_t id) const {
  return btf_function(types_, id);
}

int32_t BtfTypes::lock_offset(uint32_t id) const { return btf_lock_offset(types_, id); }

int64_t BtfTypes::size_of(uint32_t id) const { return btf__resolve_size(types_, id); }

std::string BtfTypes::type_name(uint32_t id) const { return btf_type_name(types_, id); }

std::optional<std::string> BtfTypes::text(uint32_t offset) const {
  const char* found = btf__str_by_offset(types_, offset);
  return found == nullptr ? std::nullopt : std::optional<std::string>(found);
}

}  // namespace ebpf
