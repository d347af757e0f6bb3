// BPF_PROG_LOAD: the attribute's checks, then maps, BTF, verifier, translation, id.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/syscall/prog_load.h"

#include <algorithm>
#include <ctime>

#include "base/sha1.h"
#include "host-driver/offload_core.h"

namespace host {

namespace {

constexpr uint32_t kMaxInsns = 1'000'000;
constexpr size_t kMaxLicense = 127;
constexpr uint32_t kKnownFlags = BPF_F_STRICT_ALIGNMENT | BPF_F_ANY_ALIGNMENT |
                                 BPF_F_TEST_STATE_FREQ | BPF_F_SLEEPABLE | BPF_F_TEST_RND_HI32 |
                                 BPF_F_XDP_HAS_FRAGS;

struct KnownType {
  uint32_t number;
  ebpf::ProgType type;
};
constexpr KnownType kTypes[] = {
    {BPF_PROG_TYPE_SOCKET_FILTER, ebpf::ProgType::kSocketFilter},
    {BPF_PROG_TYPE_SCHED_CLS, ebpf::ProgType::kSchedCls},
    {BPF_PROG_TYPE_XDP, ebpf::ProgType::kXdp},
};

const KnownType* find_type(uint32_t number) {
  const auto found = std::ranges::find(kTypes, number, &KnownType::number);
  return found == std::end(kTypes) ? nullptr : found;
}

bool is_gpl_compatible(std::string_view license) {
  constexpr std::string_view kLicenses[] = {
      "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
  return std::ranges::find(kLicenses, license) != std::end(kLicenses);
}

uint64_t nanoseconds_since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

int read_program(const Call& call, bpf_prog* prog) {
  const bpf_attr& attr = call.attr;
  if (attr.insn_cnt == 0 || attr.insn_cnt > kMaxInsns) return -E2BIG;
  const int license = call.read_text(attr.license, kMaxLicense, &prog->program.license);
  if (license == -EFAULT) return -EFAULT;
  if (attr.attach_prog_fd != 0 || attr.attach_btf_id != 0) return -EINVAL;
  const auto bytes = call.read(attr.insns, size_t{attr.insn_cnt} * sizeof(bpf_insn));
  if (!bytes) return -EFAULT;
  prog->type = static_cast<bpf_prog_type>(attr.prog_type);
  prog->expected_attach_type = attr.expected_attach_type;
  prog->gpl_compatible = is_gpl_compatible(prog->program.license);
  prog->program.flags = attr.prog_flags;
  prog->program.insns = ebpf::insns_from_bytes(*bytes);
  prog->tag = program_tag(prog->program.insns);
  return 0;
}

int bind(const Call& call, bpf_prog* prog) {
  if (call.attr.prog_ifindex == 0) return 0;
  if (call.attr.prog_flags != 0) return -EINVAL;
  return bpf_prog_offload_init(prog, call.network_namespace(),
                               static_cast<int>(call.attr.prog_ifindex));
}

// The kernel's bpf_check().
int check(const Call& call, bpf_prog* prog, UserLog* log) {
  if (!log->is_valid()) return -EINVAL;
  if (const int error = resolve_btf(call, prog, log); error != 0) return error;
  if (const int error = resolve_maps(call, prog, log); error != 0) return error;
  return check_program(call, prog, log);
}

}  // namespace

std::array<uint8_t, BPF_TAG_SIZE> program_tag(std::vector<ebpf::Insn> insns) {
  constexpr uint8_t kLoadImm64 = BPF_LD | BPF_IMM | BPF_DW;
  for (size_t i = 0; i + 1 < insns.size(); ++i) {
    if (insns[i].opcode != kLoadImm64) continue;
    if (insns[i].src == BPF_PSEUDO_MAP_FD || insns[i].src == BPF_PSEUDO_MAP_VALUE)
      insns[i].imm = insns[i + 1].imm = 0;
    ++i;
  }
  const std::array<uint8_t, 20> hash = base::sha1(ebpf::insns_to_bytes(insns));
  std::array<uint8_t, BPF_TAG_SIZE> tag;
  std::copy_n(hash.begin(), tag.size(), tag.begin());
  return tag;
}

long prog_load(Call& call) {
  const bpf_attr& attr = call.attr;
  if ((attr.prog_flags & ~kKnownFlags) != 0) return -EINVAL;
  ProgRef prog = call.bpf.objects().new_prog();
  if (const int error = read_program(call, prog.get()); error != 0) return error;
  if (const int error = bind(call, prog.get()); error != 0) return error;
  const KnownType* type = find_type(attr.prog_type);
  if (type == nullptr) {
    call.explain(
        "programs of this type are not offered: allowed are XDP, SCHED_CLS and SOCKET_FILTER");
    return -EINVAL;
  }
  prog->program.type = type->type;
  prog->aux->load_time = nanoseconds_since_boot();
  prog->aux->is_relaxed = !call.is_strict();
  prog->aux->created_by_uid = call.caller.credentials.uid;
  if (const int error = read_object_name(attr.prog_name, &prog->aux->name); error != 0)
    return error;
  prog->program.name = prog->aux->name;

  UserLog log(call, {attr.log_level, attr.log_size, attr.log_buf});
  const int checked = check(call, prog.get(), &log);
  const int written = log.write();
  if (written != 0) return written;
  if (checked != 0) return checked;
  if (bpf_prog_is_dev_bound(prog->aux.get())) {
    if (const int error = bpf_prog_offload_compile(prog.get()); error != 0) return error;
  }
  call.bpf.objects().publish(prog);
  return call.give(prog);
}

long prog_bind_map(Call& call) {
  const auto& request = call.attr.prog_bind_map;
  if (request.flags != 0) return -EINVAL;
  ProgRef prog;
  MapRef map;
  if (const int error = call.get(request.prog_fd, &prog); error != 0) return error;
  if (const int error = call.get(request.map_fd, &map); error != 0) return error;
  bpf_prog_aux& aux = *prog->aux;
  const std::lock_guard guard(aux.bound_maps_mutex);
  const bool is_known = std::ranges::find(aux.used_maps, map) != aux.used_maps.end() ||
                        std::ranges::find(aux.bound_maps, map) != aux.bound_maps.end();
  if (!is_known) aux.bound_maps.push_back(std::move(map));
  return 0;
}

}  // namespace host
