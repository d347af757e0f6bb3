// Accesses through pointers: bounds of packet and map values, the context's fields.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/ebpf/verifier/memory.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <optional>

#include "offload-compiler/ebpf/maps.h"
#include "offload-compiler/ebpf/verifier/context_access.h"
#include "offload-compiler/ebpf/verifier/spin_lock.h"

namespace ebpf {

namespace {

constexpr int32_t kPacketAlignment = 2;  // NET_IP_ALIGN: where packets begin, modulo 4

constexpr const char* kNegative =
    "R{} min value is negative, either use unsigned index or do a if (index >=0) check";

bool inside(int64_t off, int64_t size, int64_t limit, bool zero_allowed) {
  return off >= 0 && (size > 0 || (size == 0 && zero_allowed)) && off + size <= limit;
}

// What a pointer with a variable offset points into.
struct Region {
  const char* name;  // as messages call it
  const char* size_name;
  int64_t bytes;
};

bool outside_of_region(Env& env, unsigned base, const Region& region, int64_t off, int64_t size,
                       const char* end) {
  return env.reject(fmt::format(
      "invalid access to {}, {}={} off={} size={}: R{} {} value is outside of the allowed memory "
      "range",
      region.name, region.size_name, region.bytes, off, size, base, end));
}

bool region_access(Env& env, unsigned base, const Region& region, int64_t off, int64_t size,
                   bool zero_allowed) {
  const Bounds& b = env.reg(base).bounds;
  if (b.smin < 0 && (b.smin <= -kMaxVarOffset || b.smin + off < 0)) {
    return env.reject(fmt::format(fmt::runtime(kNegative), base));
  }
  if (b.smin >= kMaxVarOffset || !inside(b.smin + off, size, region.bytes, zero_allowed)) {
    return outside_of_region(env, base, region, b.smin + off, size, "min");
  }
  if (b.umax >= static_cast<uint64_t>(kMaxVarOffset)) {
    return env.reject(fmt::format(
        "R{} unbounded memory access, make sure to bounds check any such access", base));
  }
  const int64_t highest = static_cast<int64_t>(b.umax) + off;
  return inside(highest, size, region.bytes, zero_allowed) ||
         outside_of_region(env, base, region, highest, size, "max");
}

bool context_access(Env& env, const Access& access, bool is_write) {
  if (!unmodified_pointer(env, access.base)) return false;
  const std::optional<RegType> type =
      context_field(env.program.type, env.options.offloaded, access.off, access.size, is_write);
  if (!type) {
    return env.reject(fmt::format("invalid bpf_context access off={} size={}{}", access.off,
                                  access.size, is_write ? " for a write" : ""));
  }
  if (is_write || !access.value) return true;
  Reg& reg = env.reg(*access.value);
  if (*type == RegType::kScalar) {
    reg.set_unknown();
  } else {
    reg.set_pointer(*type);
    reg.subreg_def = kNoSubreg;
  }
  return true;
}

bool data_access(Env& env, const Access& access, bool is_write) {
  const Reg& base = env.reg(access.base);
  const int64_t off = int64_t{base.off} + access.off;
  switch (base.type) {
    case RegType::kMapValue:
      return map_value_access(env, access.base, off, access.size, false, is_write);
    case RegType::kPacket:
    case RegType::kPacketMeta:
      return packet_access(env, access.base, off, access.size, false);
    case RegType::kMapKey:
    case RegType::kMemory:
      return memory_access(env, access.base, off, access.size, false, is_write);
    default:
      return env.reject(
          fmt::format("R{} invalid mem access '{}'", access.base, to_string(base.type)));
  }
}

const char* place_of(RegType type) {
  switch (type) {
    case RegType::kStack:
      return "stack";
    case RegType::kCtx:
      return "context";
    case RegType::kPacket:
    case RegType::kPacketMeta:
      return "packet";
    default:
      return "value";
  }
}

}  // namespace

bool aligned(Env& env, const Access& access, bool strict) {
  const Reg& base = env.reg(access.base);
  if (!strict && base.type != RegType::kStack && (env.program.flags & BPF_F_STRICT_ALIGNMENT) == 0)
    return true;
  const int32_t start = base.is_packet() ? kPacketAlignment : 0;
  const int64_t fixed = int64_t{start} + base.off + access.off;
  const Tnum off = tnum::add(base.bounds.var_off, tnum::constant(static_cast<uint64_t>(fixed)));
  if (access.size <= 1 || tnum::is_aligned(off, access.size)) return true;
  return env.reject(fmt::format("misaligned {} access off {}+{} size {}", place_of(base.type),
                                tnum::to_string(base.bounds.var_off), fixed, access.size));
}

bool packet_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed) {
  const Reg& reg = env.reg(base);
  if (reg.bounds.smin < 0) return env.reject(fmt::format(fmt::runtime(kNegative), base));
  if (reg.range < 0 || !inside(off, size, reg.range, zero_allowed)) {
    return env.reject(
        fmt::format("invalid access to packet, off={} size={}, R{}(id={},off={},r={})", off, size,
                    base, reg.id, reg.off, std::max(reg.range, 0)));
  }
  if (size == 0) return true;
  const uint64_t last =
      static_cast<uint64_t>(off) + reg.bounds.umax + static_cast<uint64_t>(size) - 1;
  env.max_packet_offset = std::max(env.max_packet_offset, static_cast<uint32_t>(last));
  return true;
}

bool map_value_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed,
                      bool is_write) {
  const Reg& reg = env.reg(base);
  const MapDef& map = env.program.maps[reg.map];
  const uint32_t forbidding = is_write ? BPF_F_RDONLY_PROG : BPF_F_WRONLY_PROG;
  if ((map.flags & forbidding) != 0) {
    return env.reject(fmt::format("{} into map forbidden, value_size={} off={} size={}",
                                  is_write ? "write" : "read", map.value_bytes, off, size));
  }
  const Bounds& b = reg.bounds;
  return region_access(env, base, {"map value", "value_size", map.value_bytes}, off, size,
                       zero_allowed) &&
         spares_lock(env, map, b.smin + off, static_cast<int64_t>(b.umax) + off + size);
}

bool memory_access(Env& env, unsigned base, int64_t off, int64_t size, bool zero_allowed,
                   bool is_write) {
  const Reg& reg = env.reg(base);
  if (reg.type == RegType::kMapKey) {
    if (is_write) return env.reject(fmt::format("write to change key R{} not allowed", base));
    const uint32_t bytes = env.program.maps[reg.map].key_bytes;
    return region_access(env, base, {"map key", "key_size", bytes}, off, size, zero_allowed);
  }
  return region_access(env, base, {"memory", "mem_size", reg.target}, off, size, zero_allowed);
}

bool unmodified_pointer(Env& env, unsigned number) {
  const Reg& reg = env.reg(number);
  const char* type = to_string(reg.type);
  if (reg.off < 0) {
    return env.reject(
        fmt::format("negative offset {} ptr R{} off={} disallowed", type, number, reg.off));
  }
  if (reg.off != 0) {
    return env.reject(
        fmt::format("dereference of modified {} ptr R{} off={} disallowed", type, number, reg.off));
  }
  if (!tnum::equals(reg.bounds.var_off, 0)) {
    return env.reject(fmt::format("variable {} access var_off={} disallowed", type,
                                  tnum::to_string(reg.bounds.var_off)));
  }
  return true;
}

namespace {

// What a program reads at a known offset of a constant map; none: it may be anything.
std::optional<uint64_t> constant_value(Env& env, const Access& access) {
  const Reg& base = env.reg(access.base);
  if (base.type != RegType::kMapValue || base.bounds.var_off.mask != 0) return std::nullopt;
  const MapDef& map = env.program.maps[base.map];
  if (!is_constant(map)) return std::nullopt;
  const uint64_t at = base.bounds.var_off.value + static_cast<uint64_t>(int64_t{base.off}) +
                      static_cast<uint64_t>(int64_t{access.off});
  const auto size = static_cast<uint64_t>(access.size);
  if (at + size > map.initial.size()) return std::nullopt;
  uint64_t value = 0;
  std::copy_n(map.initial.begin() + static_cast<ptrdiff_t>(at), size,
              reinterpret_cast<uint8_t*>(&value));
  return value;
}

void set_loaded(Env& env, const Access& access) {
  const std::optional<uint64_t> value = constant_value(env, access);
  Reg& reg = env.reg(*access.value);
  value ? reg.set_constant(*value) : reg.set_unknown();
}

}  // namespace

bool load(Env& env, const Access& access) {
  if (env.reg(access.base).is_pointer() && !aligned(env, access, false)) return false;
  const RegType type = env.reg(access.base).type;
  bool ok = false;
  if (type == RegType::kStack) {
    ok = stack_load(env, access);
  } else if (type == RegType::kCtx) {
    ok = context_access(env, access, false);
  } else {
    ok = data_access(env, access, false);
    if (ok && access.value) set_loaded(env, access);
  }
  if (!ok) return false;
  if (access.size < kSlotBytes && access.value && env.reg(*access.value).is_scalar()) {
    env.reg(*access.value).bounds.truncate(access.size);
  }
  return true;
}

bool store(Env& env, const Access& access) {
  if (env.reg(access.base).is_pointer() && !aligned(env, access, false)) return false;
  switch (env.reg(access.base).type) {
    case RegType::kStack:
      return stack_store(env, access);
    case RegType::kCtx:
      return context_access(env, access, true);
    default:
      return data_access(env, access, true);
  }
}

}  // namespace ebpf
