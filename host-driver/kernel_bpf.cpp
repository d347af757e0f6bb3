// BPF_BTF_LOAD, BPF_MAP_CREATE and BPF_PROG_LOAD of the running kernel.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/kernel_bpf.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host-driver/bpf_attr.h"
#include "offload-compiler/ebpf/decode.h"
#include "offload-compiler/ebpf/maps.h"

namespace host {

namespace {

constexpr size_t kLogBytes = size_t{1}
                             << 20;  // the end of a longer log is lost, and with it the cause
constexpr int kMostAttempts = 100;
constexpr size_t kLargestLogBytes = size_t{64} << 20;

// As much of it as the kernel takes, which allows letters, digits, '_' and '.'.
void set_name(char (&to)[BPF_OBJ_NAME_LEN], const std::string& name) {
  for (size_t i = 0; i < sizeof to - 1 && i < name.size(); ++i)
    to[i] = std::isalnum(static_cast<unsigned char>(name[i])) || name[i] == '.' ? name[i] : '_';
}

bpf_prog_type kernel_type(ebpf::ProgType type) {
  switch (type) {
    case ebpf::ProgType::kXdp:
      return BPF_PROG_TYPE_XDP;
    case ebpf::ProgType::kSchedCls:
      return BPF_PROG_TYPE_SCHED_CLS;
    case ebpf::ProgType::kSocketFilter:
      return BPF_PROG_TYPE_SOCKET_FILTER;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

base::Error map_error(const ebpf::MapDef& def, int error) {
  const char* hint = error == -EPERM ? "; maps need root or CAP_BPF" : "";
  return base::io_error(fmt::format("the running kernel refuses map {} of type {}: {}{}", def.name,
                                    def.type, std::strerror(-error), hint));
}

int create_map(const ebpf::MapDef& def, const KernelBtf& btf, const ebpf::KernelTypes::Map& types,
               unsigned ifindex) {
  bpf_attr attr = empty_attr();
  attr.map_type = def.type;
  attr.key_size = def.key_bytes;
  attr.value_size = def.value_bytes;
  attr.max_entries = def.max_entries;
  attr.map_flags = def.flags;
  set_name(attr.map_name, def.name);
  const bool on_device = ifindex != 0 && def.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  if (on_device) attr.map_ifindex = ifindex;
  if (btf && types.value != 0 && !on_device) {
    attr.btf_fd = static_cast<uint32_t>(btf.fd.get());
    attr.btf_key_type_id = types.key;
    attr.btf_value_type_id = types.value;
  }
  return kernel_bpf(BPF_MAP_CREATE, attr);
}

int fill_map(int fd, const ebpf::MapDef& def) {
  const uint32_t key = 0;
  bpf_attr attr = element_attr(fd, &key, def.initial.data());
  if (const int failed = kernel_bpf(BPF_MAP_UPDATE_ELEM, attr); failed < 0) return failed;
  if (!ebpf::is_constant(def)) return 0;
  attr = empty_attr();
  attr.map_fd = static_cast<uint32_t>(fd);
  return kernel_bpf(BPF_MAP_FREEZE, attr);
}

std::vector<uint8_t> code_of(const ebpf::Program& program, const KernelMaps& maps) {
  std::vector<ebpf::Insn> insns = program.insns;
  for (size_t i = 0; i < insns.size(); ++i) {
    const ebpf::InsnSpec* spec = ebpf::find_spec(insns[i]);
    if (spec == nullptr || !spec->is_wide()) continue;
    const bool names_map = spec->op == ebpf::Op::kLoadMap || spec->op == ebpf::Op::kLoadMapValue;
    const auto index = static_cast<size_t>(insns[i].imm);
    if (names_map) insns[i].imm = index < maps.size() ? maps.fd(index) : -1;
    ++i;
  }
  return ebpf::insns_to_bytes(insns);
}

void add_types(const KernelBtf& btf, bpf_attr& attr) {
  const ebpf::KernelTypes& types = btf.types;
  attr.prog_btf_fd = static_cast<uint32_t>(btf.fd.get());
  attr.func_info = address_of(types.functions.data());
  attr.func_info_rec_size = sizeof(bpf_func_info);
  attr.func_info_cnt = static_cast<uint32_t>(types.functions.size() / sizeof(bpf_func_info));
  attr.line_info = address_of(types.lines.data());
  attr.line_info_rec_size = sizeof(bpf_line_info);
  attr.line_info_cnt = static_cast<uint32_t>(types.lines.size() / sizeof(bpf_line_info));
}

// Asks again with a log, and with a larger one while it does not fit.
std::string log_of(bpf_attr attr) {
  std::string log;
  for (size_t bytes = kLogBytes; bytes <= kLargestLogBytes; bytes *= 8) {
    log.assign(bytes, '\0');
    attr.log_buf = address_of(log.data());
    attr.log_size = static_cast<uint32_t>(log.size());
    attr.log_level = 1;
    const int result = kernel_bpf(BPF_PROG_LOAD, attr);
    const base::UniqueFd accepted_now(result);
    if (result != -ENOSPC) break;
  }
  log.resize(std::strlen(log.c_str()));
  return log;
}

}  // namespace

int kernel_bpf(int command, bpf_attr& attr) {
  long result = -1;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    result = syscall(SYS_bpf, command, &attr, sizeof attr);
    if (result >= 0 || errno != EAGAIN) break;
  }
  return result < 0 ? -errno : static_cast<int>(result);
}

KernelBtf KernelBtf::load(const ebpf::KernelTypes& types) {
  KernelBtf out;
  out.types = types;
  if (types.btf.empty()) return out;
  bpf_attr attr = empty_attr();
  attr.btf = address_of(types.btf.data());
  attr.btf_size = static_cast<uint32_t>(types.btf.size());
  const int fd = kernel_bpf(BPF_BTF_LOAD, attr);
  if (fd < 0) {
    out.refusal = std::strerror(-fd);
  } else {
    out.fd = base::UniqueFd(fd);
  }
  return out;
}

base::Result<KernelMaps> KernelMaps::create(const std::vector<ebpf::MapDef>& definitions,
                                            const KernelBtf& btf, unsigned ifindex) {
  KernelMaps out;
  const std::vector<ebpf::KernelTypes::Map>& types = btf.types.maps;
  for (const ebpf::MapDef& def : definitions) {
    const size_t index = out.maps_.size();
    const int fd = create_map(
        def, btf, index < types.size() ? types[index] : ebpf::KernelTypes::Map{}, ifindex);
    if (fd < 0) return map_error(def, fd);
    out.maps_.emplace_back(fd);
    if (def.initial.empty()) continue;
    if (const int failed = fill_map(fd, def); failed < 0) return map_error(def, failed);
  }
  return out;
}

std::string KernelProgram::cause() const {
  std::string text = log.substr(0, log.rfind("processed "));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  return text.empty() ? std::strerror(error) : text;
}

KernelProgram load_into_kernel(const ebpf::Program& program, const KernelMaps& maps,
                               const KernelBtf& btf, KernelLog log, unsigned ifindex) {
  const std::vector<uint8_t> bytes = code_of(program, maps);
  const std::string license = program.license.empty() ? "GPL" : program.license;
  bpf_attr attr = empty_attr();
  attr.prog_type = kernel_type(program.type);
  attr.insns = address_of(bytes.data());
  attr.insn_cnt = static_cast<uint32_t>(bytes.size() / sizeof(bpf_insn));
  attr.license = address_of(license.c_str());
  attr.prog_flags = program.flags;
  attr.prog_ifindex = ifindex;
  set_name(attr.prog_name, program.name);
  if (btf) add_types(btf, attr);
  const int result = kernel_bpf(BPF_PROG_LOAD, attr);
  KernelProgram out;
  if (result >= 0) {
    out.fd = base::UniqueFd(result);
    return out;
  }
  out.error = -result;
  if (log == KernelLog::kOfRefusal) out.log = log_of(attr);
  return out;
}

}  // namespace host
