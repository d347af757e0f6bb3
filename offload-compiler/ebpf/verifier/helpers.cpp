// Calls of helper functions: argument kinds, buffers and what a call leaves behind.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/helpers.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>

#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/memory.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/precision.h"

namespace ebpf {

namespace {

enum class Arg : uint8_t {
  kNone,
  kAny,
  kContext,
  kMap,
  kMapKey,
  kMapValue,  // buffers of the map's sizes
  kMemory,
  kMemoryOrNull,  // initialised buffers; the next argument is the size
  kMemoryOut,     // a buffer that the helper fills
  kSize,
  kSizeOrZero,
};

enum class Result : uint8_t { kNone, kScalar, kMapValueOrNull };

enum Programs : uint8_t { kX = 1, kC = 2, kS = 4 };
enum Flags : uint8_t { kReadsPacket = 1, kMovesPacket = 2 };

struct Prototype {
  int32_t id;
  uint8_t programs;
  Result result;
  std::array<Arg, 5> args;
  uint8_t flags;
};

namespace rows {
using enum Arg;
template <typename... Args>
constexpr std::array<Arg, 5> args(Args... list) {
  return {list...};
}
#define BPF_PROTOTYPE(name, id, programs, result, a1, a2, a3, a4, a5, flags) \
  Prototype{id, programs, Result::result, args(a1, a2, a3, a4, a5), flags},
constexpr Prototype kPrototypes[] = {
#include "offload-compiler/ebpf/verifier/helpers.def"
};
#undef BPF_PROTOTYPE
}  // namespace rows

const Prototype* find_prototype(int32_t id, ProgType type) {
  const uint8_t program = type == ProgType::kXdp ? kX : type == ProgType::kSchedCls ? kC : kS;
  for (const Prototype& row : rows::kPrototypes) {
    if (row.id == id) return (row.programs & program) != 0 ? &row : nullptr;
  }
  return nullptr;
}

// One call under check.
struct Call {
  const Prototype& prototype;
  const Reg* map = nullptr;  // the map argument
  unsigned output = 0;       // register of a buffer that the helper fills ...
  int64_t output_bytes = 0;  // ... when its place and size are known
};

bool is_buffer(const Reg& reg) {
  return reg.type == RegType::kStack || reg.is_packet() || reg.type == RegType::kMapValue;
}

bool wrong_type(Env& env, unsigned number, const char* expected) {
  return env.reject(
      fmt::format("R{} type={} expected={}", number, to_string(env.reg(number).type), expected));
}

bool is_output(const Call& call, unsigned buffer) {
  return call.prototype.args[buffer - 1] == Arg::kMemoryOut;
}

// r`number` points to `size` bytes. `fixed`: the size is the same on every execution.
bool check_buffer(Env& env, Call& call, unsigned number, int64_t size, bool zero_allowed,
                  bool fixed) {
  const Reg& reg = env.reg(number);
  switch (reg.type) {
    case RegType::kPacket:
    case RegType::kPacketMeta:
      return packet_access(env, number, reg.off, size, zero_allowed);
    case RegType::kMapValue:
      return map_value_access(env, number, reg.off, size, zero_allowed, is_output(call, number));
    case RegType::kStack:
      if (is_output(call, number) && fixed) {
        if (const std::optional<bool> fits = stack_output(env, number, size, zero_allowed)) {
          call.output = number;
          call.output_bytes = size;
          return *fits;
        }
      }
      return stack_buffer(env, number, size, zero_allowed);
    default:
      if (zero_allowed && size == 0 && reg.is_null_constant()) return true;
      return wrong_type(env, number, "fp");
  }
}

bool check_size(Env& env, Call& call, unsigned number, bool zero_allowed) {
  const Reg& reg = env.reg(number);
  if (!reg.is_scalar()) return wrong_type(env, number, "scalar");
  const Bounds b = reg.bounds;
  if (b.smin < 0) {
    return env.reject(
        fmt::format("R{} min value is negative, either use unsigned or 'var &= const'", number));
  }
  const bool fixed = b.is_const();
  if (b.umin == 0 && !check_buffer(env, call, number - 1, 0, zero_allowed, fixed)) return false;
  if (b.umax >= static_cast<uint64_t>(kMaxVarOffset)) {
    return env.reject(fmt::format(
        "R{} unbounded memory access, use 'var &= const' or 'if (var < const)'", number));
  }
  if (!check_buffer(env, call, number - 1, static_cast<int64_t>(b.umax), zero_allowed, fixed)) {
    return false;
  }
  mark_precise(env, number);
  return true;
}

bool check_map_buffer(Env& env, Call& call, unsigned number, bool is_key) {
  if (!is_buffer(env.reg(number))) return wrong_type(env, number, "fp, pkt, pkt_meta, map_value");
  if (call.map == nullptr) return env.reject("invalid map_ptr to access map->key");
  const MapDef& map = env.program.maps[call.map->map];
  return check_buffer(env, call, number, is_key ? map.key_bytes : map.value_bytes, false, true);
}

bool check_argument(Env& env, Call& call, unsigned number) {
  const Arg kind = call.prototype.args[number - 1];
  if (kind == Arg::kNone) return true;
  if (!read_operand(env, number)) return false;
  const Reg& reg = env.reg(number);
  if (kind == Arg::kAny) return true;
  if (reg.is_packet() && (call.prototype.flags & kReadsPacket) == 0) {
    return env.reject("helper access to the packet is not allowed");
  }
  switch (kind) {
    case Arg::kContext:
      return reg.type == RegType::kCtx ? unmodified_pointer(env, number)
                                       : wrong_type(env, number, "ctx");
    case Arg::kMap:
      if (reg.type != RegType::kConstMapPtr) return wrong_type(env, number, "map_ptr");
      call.map = &reg;
      return unmodified_pointer(env, number);
    case Arg::kMapKey:
      return check_map_buffer(env, call, number, true);
    case Arg::kMapValue:
      return check_map_buffer(env, call, number, false);
    case Arg::kSize:
      return check_size(env, call, number, false);
    case Arg::kSizeOrZero:
      return check_size(env, call, number, true);
    case Arg::kMemoryOrNull:
      if (reg.is_null_constant()) return true;
      [[fallthrough]];
    default:
      return is_buffer(reg) || wrong_type(env, number, "fp, pkt, pkt_meta, map_value");
  }
}

// Map types with entries that programs access by key.
bool is_keyed(uint32_t type) {
  switch (type) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_LPM_TRIE:
      return true;
    default:
      return false;
  }
}

bool serves(int32_t helper, uint32_t map_type) {
  switch (helper) {
    case BPF_FUNC_tail_call:
      return map_type == BPF_MAP_TYPE_PROG_ARRAY;
    case BPF_FUNC_perf_event_output:
      return map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
    case BPF_FUNC_redirect_map:
      return map_type == BPF_MAP_TYPE_DEVMAP || map_type == BPF_MAP_TYPE_DEVMAP_HASH ||
             map_type == BPF_MAP_TYPE_CPUMAP || map_type == BPF_MAP_TYPE_XSKMAP;
    default:
      return is_keyed(map_type);
  }
}

bool check_map(Env& env, const Call& call) {
  const int32_t helper = call.prototype.id;
  const MapDef& map = env.program.maps[call.map->map];
  if (!serves(helper, map.type)) {
    return env.reject(
        fmt::format("cannot pass map_type {} into func {}", map.type, helper_name(helper)));
  }
  const bool writes = helper == BPF_FUNC_map_update_elem || helper == BPF_FUNC_map_delete_elem;
  if (writes && (map.flags & BPF_F_RDONLY_PROG) != 0) {
    return env.reject("write into map forbidden");
  }
  return true;
}

bool check_tail_call(Env& env, const Call& call) {
  if (env.frame().subprog != 0) return env.reject("tail_call from a subprogram is not implemented");
  const Bounds& index = env.reg(3).bounds;
  const uint32_t entries = env.program.maps[call.map->map].max_entries;
  if (env.reg(3).is_scalar() && index.is_const() && index.var_off.value < entries) {
    mark_precise(env, 3);
  }
  return true;
}

// The helper filled the buffer byte by byte.
bool fill_output(Env& env, const Call& call) {
  for (int64_t i = 0; i < call.output_bytes; ++i) {
    if (!stack_store(env, {call.output, static_cast<int32_t>(i), 1, std::nullopt})) return false;
  }
  return true;
}

void leave_result(Env& env, Result result, uint32_t map) {
  Reg& r0 = env.reg(0);
  if (result == Result::kNone) return;
  if (result == Result::kScalar) {
    r0.set_unknown();
    return;
  }
  r0.set_pointer(RegType::kMapValueOrNull);
  r0.map = map;
  r0.id = env.new_id();
}

}  // namespace

bool is_known_helper(int32_t id) {
  return std::any_of(std::begin(rows::kPrototypes), std::end(rows::kPrototypes),
                     [id](const Prototype& row) { return row.id == id; });
}

bool is_known_map_type(uint32_t type) {
  return std::any_of(std::begin(rows::kPrototypes), std::end(rows::kPrototypes),
                     [type](const Prototype& row) { return serves(row.id, type); });
}

bool call_helper(Env& env) {
  const int32_t id = env.code().imm;
  const Prototype* prototype = find_prototype(id, env.program.type);
  if (prototype == nullptr) {
    return env.reject(fmt::format("unknown func {}: not available to {} programs", helper_name(id),
                                  to_string(env.program.type)));
  }
  Call call{*prototype};
  for (unsigned number = 1; number <= 5; ++number) {
    if (!check_argument(env, call, number)) return false;
  }
  if (call.map != nullptr && !check_map(env, call)) return false;
  if (id == BPF_FUNC_tail_call && !check_tail_call(env, call)) return false;
  if (!fill_output(env, call)) return false;
  const uint32_t map = call.map != nullptr ? call.map->map : 0;
  clobber_caller_saved(env);
  leave_result(env, prototype->result, map);
  if ((prototype->flags & kMovesPacket) != 0) invalidate_packet_pointers(env.current);
  return true;
}

}  // namespace ebpf
