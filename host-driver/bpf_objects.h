// What bpf(2) hands out - programs, maps, BTF, links - and the references that keep it alive.
// SPDX-License-Identifier: Apache-2.0
//
// Structures have the kernel's names, so that a driver looks at home. An object lives while somebody holds a reference: a
// descriptor or pin (the front end keeps an ObjectRef for each), an attachment, a program (its maps), a link (its program).
// What the last reference leaves behind is freed later, without locks: see objects.h.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "offload-compiler/ebpf/btf_types.h"
#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/ebpf/program.h"

namespace base {
class SharedMemory;
}

namespace host {

struct bpf_prog;
struct bpf_map;
struct btf;
struct bpf_link;
struct bpf_prog_offload;
struct bpf_offloaded_map;
struct net_device;

using ProgRef = std::shared_ptr<bpf_prog>;
using MapRef = std::shared_ptr<bpf_map>;
using BtfRef = std::shared_ptr<btf>;
using LinkRef = std::shared_ptr<bpf_link>;
// The order is that of ObjectKind.
using ObjectRef = std::variant<std::monostate, ProgRef, MapRef, BtfRef, LinkRef>;

enum class ObjectKind : uint8_t { kNone, kProg, kMap, kBtf, kLink };
inline constexpr size_t kObjectKinds = 5;

inline ObjectKind kind_of(const ObjectRef& object) {
  return static_cast<ObjectKind>(object.index());
}
const char* to_string(ObjectKind kind);   // "prog", "map", "btf", "link": as in anon_inode:bpf-prog
uint32_t id_of(const ObjectRef& object);  // never 0, never changes, not used again soon; 0: none

// What the kernel keeps beside a program's instructions.
struct bpf_prog_aux {
  uint32_t id = 0;
  std::string name;
  uint64_t load_time = 0;  // ns since boot
  uint32_t created_by_uid = 0;
  uint32_t verified_insns = 0;
  bool offload_requested = false;         // stays when the device goes away
  bool is_relaxed = false;                // a driver may take what the kernel's refuses
  std::atomic<bool> id_released = false;  // an orphan: not found by its id any more
  std::vector<MapRef> used_maps;          // parallel to Program::maps
  std::mutex bound_maps_mutex;
  std::vector<MapRef> bound_maps;  // by PROG_BIND_MAP
  BtfRef btf;
  std::vector<bpf_func_info> func_info;
  std::vector<bpf_line_info> line_info;
  std::unique_ptr<bpf_prog_offload> offload;  // none: not offloaded, or orphaned

  bpf_prog_aux();
  ~bpf_prog_aux();
};

struct bpf_prog {
  bpf_prog_type type = BPF_PROG_TYPE_UNSPEC;
  uint32_t expected_attach_type = 0;  // as the caller said it: any number
  bool gpl_compatible = false;
  std::array<uint8_t, BPF_TAG_SIZE> tag{};
  ebpf::Program program;           // as it was loaded; maps are indices into aux->used_maps
  std::vector<ebpf::Insn> xlated;  // the same after the rewrites of the host
  std::unique_ptr<bpf_prog_aux> aux = std::make_unique<bpf_prog_aux>();
};

// A perf event of a caller, behind an element of a PERF_EVENT_ARRAY.
struct PerfEventFile {
  int cpu = -1;                                                // the one that it counts on; -1: any
  std::function<bool(std::span<const uint8_t> record)> write;  // false: lost, the buffer is full
};

struct bpf_map {
  uint32_t id = 0;
  uint32_t map_type = 0;
  uint32_t key_size = 0, value_size = 0, max_entries = 0, map_flags = 0;
  uint64_t map_extra = 0;
  std::string name;
  std::atomic<bool> id_released = false;  // an orphan, as of programs
  std::atomic<bool> frozen = false;       // user space writes no more
  BtfRef btf;
  uint32_t btf_key_type_id = 0, btf_value_type_id = 0;
  int32_t lock_off = -1;  // of the bpf_spin_lock in a value

  // The entries of an array that can be mapped, round_up(value_size, 8) bytes each, and up to a multiple of kMemoryUnit; nullptr of
  // all other maps.
  static constexpr uint64_t kMemoryUnit = 65536;
  std::shared_ptr<base::SharedMemory> memory;

  std::mutex lock;                                            // of the entries below
  std::shared_ptr<ebpf::Map> host;                            // entries of a host's HASH or ARRAY
  std::map<uint32_t, std::vector<uint8_t>> batch_keys;        // where batches over a device go on
  std::map<uint32_t, std::shared_ptr<PerfEventFile>> events;  // of a PERF_EVENT_ARRAY, by index
  std::unique_ptr<bpf_offloaded_map> offmap;                  // on a device, or orphaned

  bpf_map();
  ~bpf_map();
};

struct btf {
  uint32_t id = 0;
  std::vector<uint8_t> data;
  std::unique_ptr<ebpf::BtfTypes> types;
};

// An attachment of an XDP program that lives as long as the link.
struct bpf_link {
  uint32_t id = 0;
  ProgRef prog;
  net_device* dev = nullptr;  // under RTNL; nullptr: detached
  uint32_t flags = 0;         // XDP_FLAGS_* of the mode
};

}  // namespace host
