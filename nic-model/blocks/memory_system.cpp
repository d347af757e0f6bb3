// Routes accesses to engines and performs them on bytes.
// SPDX-License-Identifier: Apache-2.0
#include "nic-model/blocks/memory_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nic {

MemorySystem::MemorySystem(const Config& config, unsigned islands)
    : config_(config),
      imem_(config.imem, config.memory_queue_commands),
      emem_(config.emem, config.memory_queue_commands),
      cache_(config.emem_cache_bytes) {
  for (unsigned i = 0; i < islands; ++i) {
    islands_.push_back({fpc::ByteStore(), MemoryEngine(config.ctm, config.memory_queue_commands),
                        MemoryEngine(config.cls, config.memory_queue_commands)});
  }
}

void MemorySystem::reset_time() {
  for (Island& island : islands_) {
    island.ctm = MemoryEngine(config_.ctm, config_.memory_queue_commands);
    island.cls = MemoryEngine(config_.cls, config_.memory_queue_commands);
  }
  imem_ = MemoryEngine(config_.imem, config_.memory_queue_commands);
  emem_ = MemoryEngine(config_.emem, config_.memory_queue_commands);
  cache_ = EmemCache(config_.emem_cache_bytes);
}

[[gnu::hot]] MemorySystem::Served MemorySystem::serve_ctm(uint64_t now_cycles, unsigned island,
                                                          const Access& access,
                                                          const fpc::MemoryCommand& command,
                                                          fpc::ContextState& context) {
  if (!fpc::perform_at(access.address, command, context, ctm(island))) return {};
  return touch_ctm(now_cycles, island, access);
}

[[gnu::hot]] MemorySystem::Served MemorySystem::serve_shared(uint64_t now_cycles,
                                                             const Access& access,
                                                             const fpc::MemoryCommand& command,
                                                             fpc::ContextState& context) {
  if (!fpc::perform_at(access.address, command, context, shared_)) [[unlikely]]
    return serve_spoiled(now_cycles, access, command, context);
  return touch_shared(now_cycles, access);
}

const std::pair<const uint64_t, unsigned>* MemorySystem::find_spoiled(const Access& access) const {
  return access.target == Target::kCtm ? nullptr
                                       : shared_.find_spoiled(access.address, access.bytes);
}

MemorySystem::Served MemorySystem::serve_spoiled(uint64_t now_cycles, const Access& access,
                                                 const fpc::MemoryCommand& command,
                                                 fpc::ContextState& context) {
  if (find_spoiled(access) == nullptr) return {};
  const bool is_good = fpc::settle_spoiled(access.address, command, shared_, spoiled_);
  const bool is_done = is_good && fpc::perform_at(access.address, command, context, shared_);
  const bool is_silent = !is_good && command.signal == 0;
  return is_done || is_silent ? touch_shared(now_cycles, access) : Served{};
}

std::string MemorySystem::refusal(const Access& access, const fpc::MemoryCommand& command) const {
  std::string text = fmt::format("{} bits of address {:#x}, {} units", command.wide ? 40 : 32,
                                 command.address, command.length);
  if (const auto* word = access.is_memory() ? find_spoiled(access) : nullptr)
    text += fmt::format(", uncorrectable ECC error of memory at {:#x}", word->first);
  return text;
}

MemorySystem::Served MemorySystem::touch(uint64_t now_cycles, unsigned island,
                                         const Access& access) {
  return access.target == Target::kCtm ? touch_ctm(now_cycles, island, access)
                                       : touch_shared(now_cycles, access);
}

[[gnu::hot]] MemorySystem::Served MemorySystem::touch_ctm(uint64_t now_cycles, unsigned island,
                                                          const Access& access) {
  const MemoryEngine::Grant grant =
      islands_[island].ctm.access(now_cycles, access.address, access.bytes, access.is_atomic);
  return {true, grant.start_cycles + config_.ctm.latency_cycles, grant.hold_cycles};
}

[[gnu::hot]] MemorySystem::Served MemorySystem::touch_shared(uint64_t now_cycles,
                                                             const Access& access) {
  MemoryEngine* engine = &emem_;
  uint64_t latency = config_.emem_hot_latency_cycles;
  if (access.target == Target::kImem) {
    engine = &imem_;
    latency = config_.imem.latency_cycles;
  } else if (!cache_.touch(access.address, access.bytes)) {
    latency = config_.emem.latency_cycles;
  }
  const MemoryEngine::Grant grant =
      engine->access(now_cycles, access.address, access.bytes, access.is_atomic);
  return {true, grant.start_cycles + latency, grant.hold_cycles};
}

std::map<std::string, MemorySystem::Load> MemorySystem::loads(uint64_t elapsed_cycles) const {
  std::map<std::string, Load> loads = {
      {"imem", {imem_.commands(), imem_.load(elapsed_cycles)}},
      {"emem", {emem_.commands(), emem_.load(elapsed_cycles)}},
      {"ctm", {}},
      {"cls", {}},
  };
  for (const Island& island : islands_) {
    for (const auto& [name, engine] : {std::pair{"ctm", &island.ctm}, {"cls", &island.cls}}) {
      Load& load = loads[name];
      load.commands += engine->commands();
      load.load = std::max(load.load, engine->load(elapsed_cycles));
    }
  }
  return loads;
}

}  // namespace nic
