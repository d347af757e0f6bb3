// bpf(2) with the device's index, and libbpf's netlink to attach.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/hw/offload.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "host-driver/bpf_attr.h"
#include "host-driver/map_fill.h"
#include "host-driver/map_walk.h"

namespace host {
namespace {

using base::Result;

bool has_entries(const ebpf::MapDef& map) { return map.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY; }

}  // namespace

HardwareOffload::HardwareOffload(unsigned ifindex, const ebpf::Program& program, KernelMaps maps)
    : ifindex_(ifindex), type_(program.type), definitions_(program.maps), maps_(std::move(maps)) {}

HardwareOffload::HardwareOffload(HardwareOffload&& other) noexcept
    : ifindex_(other.ifindex_),
      type_(other.type_),
      definitions_(std::move(other.definitions_)),
      maps_(std::move(other.maps_)),
      program_(std::move(other.program_)),
      attached_(std::exchange(other.attached_, false)) {}

HardwareOffload::~HardwareOffload() {
  if (!attached_) return;
  LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = program_.get());
  bpf_xdp_detach(static_cast<int>(ifindex_), XDP_FLAGS_HW_MODE | XDP_FLAGS_REPLACE, &options);
}

Result<HardwareOffload> HardwareOffload::load(unsigned ifindex, const ebpf::Program& program,
                                              const ebpf::KernelTypes& types) {
  const KernelBtf btf = KernelBtf::load(types);
  Result<KernelMaps> maps = KernelMaps::create(program.maps, btf, ifindex);
  if (!maps) return maps.error();
  HardwareOffload out(ifindex, program, std::move(*maps));
  KernelProgram loaded = load_into_kernel(program, out.maps_, btf, KernelLog::kOfRefusal, ifindex);
  if (!loaded) {
    return base::io_error(
        fmt::format("the running kernel refuses program {}: {}", program.name, loaded.cause()));
  }
  out.program_ = std::move(loaded.fd);
  return out;
}

Result<void> HardwareOffload::fill_maps(const std::string& json_text, const std::string& where) {
  std::vector<NamedMap> maps;
  for (const ebpf::MapDef& map : definitions_)
    maps.push_back({map.name, map.type, map.key_bytes, map.value_bytes, map.max_entries});
  return host::fill_maps(json_text, where, maps, [&](size_t index, MapEntry& entry) {
    bpf_attr attr = element_attr(maps_.fd(index), entry.key.data(), entry.value.data());
    return -kernel_bpf(BPF_MAP_UPDATE_ELEM, attr);
  });
}

Result<std::string> HardwareOffload::dump_maps() const {
  std::vector<MapContents> out;
  for (size_t i = 0; i < definitions_.size(); ++i) {
    const ebpf::MapDef& map = definitions_[i];
    if (!has_entries(map)) continue;
    Result<std::vector<MapEntry>> entries =
        read_entries(kernel_bpf, maps_.fd(i), map.key_bytes, map.value_bytes);
    if (!entries) return base::Error{entries.error().code, entries.error().message, map.name};
    out.push_back({map.name, std::move(*entries)});
  }
  return print_map_contents(out);
}

Result<void> HardwareOffload::attach() {
  if (type_ != ebpf::ProgType::kXdp) {
    return base::unsupported(fmt::format(
        "only XDP programs are attached here, this one is of type {}; load it with `tc filter add "
        "dev IFNAME ingress bpf object-file PROG.o skip_sw`",
        to_string(type_)));
  }
  const int failed = bpf_xdp_attach(static_cast<int>(ifindex_), program_.get(),
                                    XDP_FLAGS_HW_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, nullptr);
  if (failed == -EBUSY || failed == -EEXIST) {
    return base::Error{base::ErrorCode::kBusy,
                       "a program is attached already; `ip link set dev IFNAME xdpoffload off` "
                       "detaches it",
                       {}};
  }
  if (failed != 0) {
    return base::io_error(
        fmt::format("the running kernel does not attach the program: {}", std::strerror(-failed)));
  }
  attached_ = true;
  return {};
}

}  // namespace host
