// Calls of helper functions: argument kinds, buffers and what a call leaves behind.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/helpers.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <optional>

#include "offload-compiler/ebpf/print.h"
#include "offload-compiler/ebpf/verifier/callbacks.h"
#include "offload-compiler/ebpf/verifier/early_exits.h"
#include "offload-compiler/ebpf/verifier/liveness.h"
#include "offload-compiler/ebpf/verifier/memory.h"
#include "offload-compiler/ebpf/verifier/pointers.h"
#include "offload-compiler/ebpf/verifier/precision.h"
#include "offload-compiler/ebpf/verifier/prototypes.h"
#include "offload-compiler/ebpf/verifier/spin_lock.h"

namespace ebpf {

namespace {

// One call under check.
struct Call {
  const Prototype& prototype;
  const Reg* map = nullptr;  // the map argument
  uint32_t callback = 0;     // the subprogram that is called back
  unsigned output = 0;       // register of a buffer that the helper fills ...
  int64_t output_bytes = 0;  // ... when its place and size are known
};

bool is_buffer(const Reg& reg) {
  switch (reg.type) {
    case RegType::kStack:
    case RegType::kPacket:
    case RegType::kPacketMeta:
    case RegType::kMapValue:
    case RegType::kMapKey:
    case RegType::kMemory:
      return true;
    default:
      return false;
  }
}

bool wrong_type(Env& env, unsigned number, const char* expected) {
  return env.reject(
      fmt::format("R{} type={} expected={}", number, to_string(env.reg(number).type), expected));
}

bool is_output(const Call& call, unsigned buffer) {
  const Arg kind = call.prototype.args[buffer - 1];
  return kind == Arg::kMemoryOut || kind == Arg::kMapValueOut;
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
    case RegType::kMapKey:
    case RegType::kMemory:
      return memory_access(env, number, reg.off, size, zero_allowed, is_output(call, number));
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
    case Arg::kMapValueOut:
      return check_map_buffer(env, call, number, false);
    case Arg::kSize:
      return check_size(env, call, number, false);
    case Arg::kSizeOrZero:
      return check_size(env, call, number, true);
    case Arg::kCallback:
      if (reg.type != RegType::kFunction) return wrong_type(env, number, "func");
      call.callback = reg.target;
      return true;
    case Arg::kStackOrNull:
      return reg.type == RegType::kStack || reg.is_null_constant() ||
             wrong_type(env, number, "fp, or a null constant");
    case Arg::kSpinLock:
      return change_lock(env, number, call.prototype.id == BPF_FUNC_spin_lock);
    case Arg::kMemoryOrNull:
      if (reg.is_null_constant()) return true;
      [[fallthrough]];
    default:
      return is_buffer(reg) || wrong_type(env, number, "fp, pkt, pkt_meta, map_value");
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

// The helper filled the buffer byte by byte.
bool fill_output(Env& env, const Call& call) {
  for (int64_t i = 0; i < call.output_bytes; ++i) {
    if (!stack_store(env, {call.output, static_cast<int32_t>(i), 1, std::nullopt})) return false;
  }
  return true;
}

void leave_result(Env& env, HelperResult result, uint32_t map) {
  Reg& r0 = env.reg(0);
  if (result == HelperResult::kNone) return;
  if (result == HelperResult::kScalar) {
    r0.set_unknown();
    return;
  }
  r0.set_pointer(RegType::kMapValueOrNull);
  r0.map = map;
  r0.id = env.new_id();
}

}  // namespace

bool call_helper(Env& env) {
  const int32_t id = env.code().imm;
  const Prototype* prototype = find_prototype(id, env.program.type);
  if (prototype == nullptr) {
    return env.reject(fmt::format("unknown func {}: not available to {} programs", helper_name(id),
                                  to_string(env.program.type)));
  }
  if (env.current.lock != 0 && id != BPF_FUNC_spin_unlock) return call_under_lock(env);
  Call call{*prototype};
  for (unsigned number = 1; number <= 5; ++number) {
    if (!check_argument(env, call, number)) return false;
  }
  const uint32_t map = call.map != nullptr ? call.map->map : 0;
  if (call.map != nullptr && !check_map(env, call)) return false;
  if (id == BPF_FUNC_tail_call && !check_tail_call(env, map)) return false;
  if (!fill_output(env, call)) return false;
  if (calls_back(env.code()) && !defer_callback(env, call.callback, map)) return false;
  clobber_caller_saved(env);
  leave_result(env, prototype->result, map);
  if ((prototype->flags & kMovesPacket) != 0) invalidate_packet_pointers(env.values, env.current);
  return true;
}

bool argument_buffer(Env& env, unsigned number, uint32_t bytes) {
  static constexpr Prototype kNoPrototype{};
  Call call{kNoPrototype};
  if (!is_buffer(env.reg(number))) return wrong_type(env, number, "fp, pkt, map_value, mem");
  return check_buffer(env, call, number, bytes, false, true) &&
         (env.reg(number).type != RegType::kMapValue ||
          map_value_access(env, number, env.reg(number).off, bytes, false, true));
}

}  // namespace ebpf
