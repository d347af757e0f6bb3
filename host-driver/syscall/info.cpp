// BPF_OBJ_GET_INFO_BY_FD.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "host-driver/kernel_locks.h"
#include "host-driver/offload_core.h"
#include "host-driver/syscall/call.h"

namespace host {

namespace {

constexpr uint32_t kMaxInfoBytes = 4096;

// dev_t of the kernel's inner form to the one of user space is what stat(2) says already.
void put_device(const DeviceInfo& from, uint32_t* ifindex, __u64* dev, __u64* ino) {
  *ifindex = from.ifindex;
  *dev = from.net.dev;
  *ino = from.net.ino;
}

template <size_t kBytes>
void put_name(const std::string& from, char (&to)[kBytes]) {
  const size_t length = std::min(from.size(), kBytes - 1);
  std::memcpy(to, from.data(), length);
}

// Writes as many of `items` as the caller has room for. False: EFAULT.
template <typename T>
bool put_list(const Call& call, const std::vector<T>& items, uint64_t address, uint64_t room) {
  const size_t n = std::min<size_t>(items.size(), room);
  if (n == 0) return true;
  return call.write(address,
                    std::span(reinterpret_cast<const uint8_t*>(items.data()), n * sizeof(T)));
}

// Reads the caller's structure (what it asks for), longer ones only when zero where we do not know them.
template <typename Info>
int read_info(const Call& call, Info* info, uint32_t* bytes) {
  const uint32_t given = call.attr.info.info_len;
  *bytes = std::min<uint32_t>(given, sizeof *info);
  if (given > kMaxInfoBytes) return -E2BIG;
  if (given > sizeof *info) {
    const auto tail = call.read(call.attr.info.info + sizeof *info, given - sizeof *info);
    if (!tail) return -EFAULT;
    if (std::ranges::any_of(*tail, [](uint8_t byte) { return byte != 0; })) return -E2BIG;
  }
  std::memset(info, 0, sizeof *info);
  return call.caller.read(call.attr.info.info, {reinterpret_cast<uint8_t*>(info), *bytes})
             ? 0
             : -EFAULT;
}

template <typename Info>
long write_info(Call& call, const Info& info, uint32_t bytes) {
  const std::span from(reinterpret_cast<const uint8_t*>(&info), bytes);
  call.attr.info.info_len = bytes;
  return call.write(call.attr.info.info, from) && call.answer(call.attr.info.info_len) ? 0
                                                                                       : -EFAULT;
}

std::vector<MapRef> maps_of(const bpf_prog& prog) {
  const std::lock_guard guard(prog.aux->bound_maps_mutex);
  std::vector<MapRef> maps = prog.aux->used_maps;
  maps.insert(maps.end(), prog.aux->bound_maps.begin(), prog.aux->bound_maps.end());
  return maps;
}

// The instructions as tools print them: maps by their ids.
std::vector<uint8_t> dump_of(const bpf_prog& prog) {
  std::vector<ebpf::Insn> insns = prog.xlated;
  for (size_t i = 0; i + 1 < insns.size(); ++i) {
    if (insns[i].opcode != (BPF_LD | BPF_IMM | BPF_DW)) continue;
    const bool names_map =
        insns[i].src == BPF_PSEUDO_MAP_FD || insns[i].src == BPF_PSEUDO_MAP_VALUE;
    if (names_map)
      insns[i].imm =
          static_cast<int32_t>(prog.aux->used_maps[static_cast<size_t>(insns[i].imm)]->id);
    ++i;
  }
  return ebpf::insns_to_bytes(insns);
}

void put_program(const bpf_prog& prog, bpf_prog_info* info) {
  const bpf_prog_aux& aux = *prog.aux;
  info->type = prog.type;
  info->id = aux.id;
  info->load_time = aux.load_time;
  info->created_by_uid = aux.created_by_uid;
  info->gpl_compatible = prog.gpl_compatible;
  std::copy(prog.tag.begin(), prog.tag.end(), info->tag);
  put_name(aux.name, info->name);
  info->verified_insns = aux.verified_insns;
  info->btf_id = aux.btf ? aux.btf->id : 0;
}

int put_maps(const Call& call, const bpf_prog& prog, bpf_prog_info* info) {
  std::vector<uint32_t> ids;
  for (const MapRef& map : maps_of(prog)) ids.push_back(map->id);
  const uint32_t room = info->nr_map_ids;
  info->nr_map_ids = static_cast<uint32_t>(ids.size());
  return put_list(call, ids, info->map_ids, room) ? 0 : -EFAULT;
}

int put_code(const Call& call, const std::vector<uint8_t>& code, uint32_t* bytes,
             uint64_t address) {
  const uint32_t room = *bytes;
  *bytes = static_cast<uint32_t>(code.size());
  return put_list(call, code, address, room) ? 0 : -EFAULT;
}

int put_on_device(const Call& call, const bpf_prog& prog, bpf_prog_info* info) {
  DeviceInfo device;
  if (const int error = bpf_prog_offload_info_fill(&prog, &device); error != 0) return error;
  put_device(device, &info->ifindex, &info->netns_dev, &info->netns_ino);
  return put_code(call, device.image, &info->jited_prog_len, info->jited_prog_insns);
}

// Nothing is translated on the host, so there is no code of a host's processor.
int put_on_host(const Call& call, const bpf_prog& prog, bpf_prog_info* info) {
  const bpf_prog_aux& aux = *prog.aux;
  info->jited_prog_len = 0;
  info->nr_jited_ksyms = 0;
  info->nr_jited_func_lens = 0;
  info->nr_jited_line_info = 0;
  const uint32_t functions = info->nr_func_info, lines = info->nr_line_info;
  info->nr_func_info = static_cast<uint32_t>(aux.func_info.size());
  info->nr_line_info = static_cast<uint32_t>(aux.line_info.size());
  if (!put_list(call, aux.func_info, info->func_info, functions)) return -EFAULT;
  if (!put_list(call, aux.line_info, info->line_info, lines)) return -EFAULT;
  const uint32_t tags = info->nr_prog_tags;
  info->nr_prog_tags = 1;
  return put_list(call, std::vector{prog.tag}, info->prog_tags, tags) ? 0 : -EFAULT;
}

// The sizes of records are those that the caller gives, or ours.
int check_record_sizes(bpf_prog_info* info) {
  const auto check = [](uint32_t count, uint32_t given, uint32_t* size, uint32_t ours) {
    const bool is_wrong = (count != 0 || given != 0) && given != ours;
    *size = ours;
    return !is_wrong;
  };
  const bool is_right = check(info->nr_func_info, info->func_info_rec_size,
                              &info->func_info_rec_size, sizeof(bpf_func_info)) &&
                        check(info->nr_line_info, info->line_info_rec_size,
                              &info->line_info_rec_size, sizeof(bpf_line_info)) &&
                        check(info->nr_jited_line_info, info->jited_line_info_rec_size,
                              &info->jited_line_info_rec_size, sizeof(uint64_t));
  return is_right ? 0 : -EINVAL;
}

long prog_info(Call& call, const ProgRef& prog) {
  bpf_prog_info info;
  uint32_t bytes = 0;
  if (const int error = read_info(call, &info, &bytes); error != 0) return error;
  put_program(*prog, &info);
  if (const int error = put_maps(call, *prog, &info); error != 0) return error;
  if (const int error = check_record_sizes(&info); error != 0) return error;
  if (!call.may_admin()) {
    info.jited_prog_len = info.xlated_prog_len = 0;
    info.nr_jited_ksyms = info.nr_jited_func_lens = 0;
    info.nr_func_info = info.nr_line_info = info.nr_jited_line_info = 0;
    return write_info(call, info, bytes);
  }
  const int code = put_code(call, dump_of(*prog), &info.xlated_prog_len, info.xlated_prog_insns);
  if (code != 0) return code;
  const bool is_bound = bpf_prog_is_dev_bound(prog->aux.get());
  const int rest = is_bound ? put_on_device(call, *prog, &info) : put_on_host(call, *prog, &info);
  return rest != 0 ? rest : write_info(call, info, bytes);
}

long map_info(Call& call, const MapRef& map) {
  bpf_map_info info;
  uint32_t bytes = 0;
  if (const int error = read_info(call, &info, &bytes); error != 0) return error;
  std::memset(&info, 0, sizeof info);
  info.type = map->map_type;
  info.id = map->id;
  info.key_size = map->key_size;
  info.value_size = map->value_size;
  info.max_entries = map->max_entries;
  info.map_flags = map->map_flags;
  info.map_extra = map->map_extra;
  put_name(map->name, info.name);
  if (map->btf) {
    info.btf_id = map->btf->id;
    info.btf_key_type_id = map->btf_key_type_id;
    info.btf_value_type_id = map->btf_value_type_id;
  }
  if (bpf_map_is_dev_bound(map.get())) {
    DeviceInfo device;
    if (const int error = bpf_map_offload_info_fill(map.get(), &device); error != 0) return error;
    put_device(device, &info.ifindex, &info.netns_dev, &info.netns_ino);
  }
  return write_info(call, info, bytes);
}

long btf_info(Call& call, const BtfRef& types) {
  bpf_btf_info info;
  uint32_t bytes = 0;
  if (const int error = read_info(call, &info, &bytes); error != 0) return error;
  const uint32_t room = info.btf_size;
  if (info.name == 0 && info.name_len != 0) return -EINVAL;
  info.id = types->id;
  info.btf_size = static_cast<uint32_t>(types->data.size());
  info.kernel_btf = 0;
  if (!put_list(call, types->data, info.btf, room)) return -EFAULT;
  if (info.name != 0 && info.name_len != 0 && !call.write_object(info.name, uint8_t{0}))
    return -EFAULT;
  info.name_len = 0;
  return write_info(call, info, bytes);
}

long link_info(Call& call, const LinkRef& link) {
  bpf_link_info info;
  uint32_t bytes = 0;
  if (const int error = read_info(call, &info, &bytes); error != 0) return error;
  const RtnlGuard rtnl(rtnl_mutex());
  info.type = BPF_LINK_TYPE_XDP;
  info.id = link->id;
  info.prog_id = link->prog->aux->id;
  info.xdp.ifindex = link->dev == nullptr ? 0 : static_cast<uint32_t>(link->dev->ifindex);
  return write_info(call, info, bytes);
}

}  // namespace

long obj_info(Call& call) {
  ObjectFile file;
  if (const int error = call.get_file(call.attr.info.bpf_fd, &file); error != 0) return error;
  struct {
    Call& call;
    long operator()(std::monostate) const { return -EINVAL; }
    long operator()(const ProgRef& prog) const { return prog_info(call, prog); }
    long operator()(const MapRef& map) const { return map_info(call, map); }
    long operator()(const BtfRef& types) const { return btf_info(call, types); }
    long operator()(const LinkRef& link) const { return link_info(call, link); }
  } info{call};
  return std::visit(info, file.object);
}

}  // namespace host
