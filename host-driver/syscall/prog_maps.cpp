// Maps of a program under load: descriptors in instructions become references.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "host-driver/offload_core.h"
#include "host-driver/syscall/map_access.h"
#include "host-driver/syscall/prog_load.h"
#include "offload-compiler/ebpf/decode.h"

namespace host {

namespace {

constexpr size_t kMaxMaps = 64;  // MAX_USED_MAPS

class MapResolver {
 public:
  MapResolver(const Call& call, bpf_prog* prog, UserLog* log)
      : call_(call), prog_(prog), log_(log) {}

  int run() {
    std::vector<ebpf::Insn>& insns = prog_->program.insns;
    for (size_t i = 0; i < insns.size(); ++i) {
      if (insns[i].opcode != (BPF_LD | BPF_IMM | BPF_DW)) continue;
      if (i + 1 == insns.size()) return refuse("invalid bpf_ld_imm64 insn", -EINVAL);
      if (const int error = resolve(insns[i]); error != 0) return error;
      ++i;
    }
    return 0;
  }

 private:
  int refuse(const std::string& text, int error) {
    log_->add(text + "\n");
    call_.explain(text);
    return error;
  }

  int resolve(ebpf::Insn& insn) {
    int fd = insn.imm;
    switch (insn.src) {
      case BPF_PSEUDO_MAP_IDX:
      case BPF_PSEUDO_MAP_IDX_VALUE:
        if (const int error = read_fd(insn.imm, &fd); error != 0) return error;
        insn.src = insn.src == BPF_PSEUDO_MAP_IDX ? BPF_PSEUDO_MAP_FD : BPF_PSEUDO_MAP_VALUE;
        break;
      case BPF_PSEUDO_MAP_FD:
      case BPF_PSEUDO_MAP_VALUE:
        break;
      default:
        return 0;
    }
    MapRef map;
    if (const int error = call_.get(static_cast<uint32_t>(fd), &map); error != 0)
      return refuse(fmt::format("fd {} is not pointing to valid bpf_map", fd), error);
    return use(map, insn);
  }

  int read_fd(int index, int* fd) {
    if (call_.attr.fd_array == 0) return refuse("fd_idx without fd_array is invalid", -EPROTO);
    const uint64_t at = call_.attr.fd_array + static_cast<uint64_t>(index) * sizeof *fd;
    return call_.read_object(at, fd) ? 0 : -EFAULT;
  }

  int use(const MapRef& map, ebpf::Insn& insn) {
    if (const int error = check(*map, insn.src == BPF_PSEUDO_MAP_VALUE); error != 0) return error;
    std::vector<MapRef>& used = prog_->aux->used_maps;
    const auto known = std::ranges::find(used, map);
    insn.imm = static_cast<int32_t>(known - used.begin());
    if (known != used.end()) return 0;
    if (used.size() == kMaxMaps) return -E2BIG;
    used.push_back(map);
    prog_->program.maps.push_back(definition_of(*map));
    return 0;
  }

  int check(const bpf_map& map, bool is_value) {
    const bool is_bound = bpf_prog_is_dev_bound(prog_->aux.get());
    if ((is_bound || bpf_map_is_dev_bound(&map)) && !bpf_offload_prog_map_match(prog_, &map))
      return refuse("offload device mismatch between prog and map", -EINVAL);
    if (map.lock_off >= 0 && prog_->type == BPF_PROG_TYPE_SOCKET_FILTER)
      return refuse("socket filter progs cannot use bpf_spin_lock yet", -EINVAL);
    const bool has_values =
        map.map_type == BPF_MAP_TYPE_ARRAY && !(call_.is_strict() && bpf_map_is_dev_bound(&map));
    if (is_value && !has_values)
      return refuse("no direct value access support for this map type", -EINVAL);
    return 0;
  }

  const Call& call_;
  bpf_prog* prog_;
  UserLog* log_;
};

}  // namespace

int resolve_maps(const Call& call, bpf_prog* prog, UserLog* log) {
  return MapResolver(call, prog, log).run();
}

}  // namespace host
