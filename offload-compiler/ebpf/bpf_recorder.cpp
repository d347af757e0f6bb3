// Records PROG_LOAD, MAP_CREATE and the first value of maps; says yes to the rest.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/bpf_recorder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ebpf {
namespace {

template <typename T>
const T* pointer(uint64_t address) {
  return reinterpret_cast<const T*>(address);
}

}  // namespace

long BpfRecorder::answer(void* self, int command, const void* attr_bytes_in, size_t attr_bytes) {
  auto& recorder = *static_cast<BpfRecorder*>(self);
  bpf_attr attr;
  std::memset(&attr, 0, sizeof attr);
  std::memcpy(&attr, attr_bytes_in, std::min(attr_bytes, sizeof attr));
  switch (command) {
    case BPF_PROG_LOAD:
      return recorder.load_program(attr);
    case BPF_MAP_CREATE:
      return recorder.create_map(attr);
    case BPF_MAP_UPDATE_ELEM:
      return recorder.update_map(attr);
    case BPF_BTF_LOAD:
      return recorder.load_btf(attr);
    case BPF_MAP_FREEZE:
    case BPF_PROG_BIND_MAP:
      return 0;
    case BPF_OBJ_GET:
    case BPF_BTF_GET_NEXT_ID:
      return -ENOENT;
    default:
      return -EINVAL;
  }
}

// An array whose elements may be longer or shorter than those that we know.
template <typename Record>
static std::vector<Record> records(uint64_t address, uint32_t count, uint32_t record_bytes) {
  std::vector<Record> out(count);
  for (uint32_t i = 0; i < count; ++i) {
    std::memcpy(&out[i], pointer<uint8_t>(address) + size_t{i} * record_bytes,
                std::min<size_t>(record_bytes, sizeof(Record)));
  }
  return out;
}

long BpfRecorder::load_program(const bpf_attr& attr) {
  LoadedProgram& program = programs_[next_fd_];
  const auto* insns = pointer<uint8_t>(attr.insns);
  program.insns = insns_from_bytes({insns, insns + size_t{attr.insn_cnt} * sizeof(bpf_insn)});
  if (attr.license != 0) program.license = pointer<char>(attr.license);
  program.flags = attr.prog_flags;
  program.btf_fd = static_cast<int>(attr.prog_btf_fd);
  program.lines =
      records<bpf_line_info>(attr.line_info, attr.line_info_cnt, attr.line_info_rec_size);
  program.functions =
      records<bpf_func_info>(attr.func_info, attr.func_info_cnt, attr.func_info_rec_size);
  return next_fd_++;
}

long BpfRecorder::create_map(const bpf_attr& attr) {
  CreatedMap& map = maps_[next_fd_];
  map.value_bytes = attr.value_size;
  map.types = {attr.btf_key_type_id, attr.btf_value_type_id};
  return next_fd_++;
}

long BpfRecorder::load_btf(const bpf_attr& attr) {
  const auto* bytes = pointer<uint8_t>(attr.btf);
  types_[next_fd_].assign(bytes, bytes + attr.btf_size);
  return next_fd_++;
}

long BpfRecorder::update_map(const bpf_attr& attr) {
  const auto map = maps_.find(static_cast<int>(attr.map_fd));
  if (map == maps_.end()) return -EBADF;
  uint32_t key;
  std::memcpy(&key, pointer<void>(attr.key), sizeof key);
  const auto* value = pointer<uint8_t>(attr.value);
  if (key == 0) map->second.initial.assign(value, value + map->second.value_bytes);
  return 0;
}

const BpfRecorder::LoadedProgram* BpfRecorder::program(int fd) const {
  const auto found = programs_.find(fd);
  return found == programs_.end() ? nullptr : &found->second;
}

const BpfRecorder::CreatedMap* BpfRecorder::map(int fd) const {
  const auto found = maps_.find(fd);
  return found == maps_.end() ? nullptr : &found->second;
}

const std::vector<uint8_t>* BpfRecorder::btf(int fd) const {
  const auto found = types_.find(fd);
  return found == types_.end() ? nullptr : &found->second;
}

}  // namespace ebpf
