// Programs under load: the driver's rules listen to the verifier, then the compiler makes the card's words.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/bits.h"
#include "host-driver/drivers/nfp/adapter_p.h"
#include "offload-compiler/compiler.h"
#include "offload-compiler/nfp/limits.h"

namespace host::nfp {

namespace {

using offload::Diagnostic;

// The refusal in the verifier's log, as the negative errno of its rule.
int refuse(bpf_verifier_env* env, const Diagnostic& refused) {
  bpf_verifier_log_write(env, refused.message + "\n");
  return -offload::find_rule(refused.rule)->error_number;
}

int prepare(bpf_prog* prog) {
  Asic& asic = *static_cast<Asic*>(bpf_offload_dev_priv(prog->aux->offload->offdev));
  prog->aux->offload->dev_priv = new BoundProgram(asic, *prog);
  return 0;
}

int insn_hook(bpf_verifier_env* env, int /*insn_idx*/, int /*prev_insn_idx*/) {
  offload::TargetRules& rules = state_of(env->prog).rules;
  if (rules.check(*env->visit)) return 0;
  return refuse(env, rules.refusals().front());
}

// Other programs may use the same words of a value in another way.
int claim_map_words(bpf_verifier_env* env, const BoundProgram& state) {
  const Asic::Use use(state.asic);
  const std::vector<MapRef>& maps = env->prog->aux->used_maps;
  for (size_t i = 0; i < maps.size(); ++i) {
    if (!bpf_map_is_dev_bound(maps[i].get())) continue;
    std::string why;
    Map& map = card_map_of(maps[i]->offmap.get());
    if (state.asic.device->maps().claim_use(map, state.facts->map_word_use[i], why)) continue;
    bpf_verifier_log_write(env, "[nfp] " + why + "\n");
    return -EOPNOTSUPP;
  }
  return 0;
}

// How far packets are read is compared with the port's MTU when the program is attached.
int finalize(bpf_verifier_env* env) {
  BoundProgram& state = state_of(env->prog);
  state.facts = state.rules.finish(*env->verified);
  const auto stack = offload::stack_refusal(*state.facts, state.asic.target.capability);
  if (stack) return refuse(env, *stack);
  return claim_map_words(env, state);
}

// The compiler's own pass removes what was never visited, which is what the verifier removes.
int replace_insn(bpf_verifier_env* /*env*/, uint32_t /*off*/, const ebpf::Insn* /*insn*/) {
  return 0;
}
int remove_insns(bpf_verifier_env* /*env*/, uint32_t /*off*/, uint32_t /*cnt*/) { return 0; }

// Maps of the card go by the firmware's table, those of the host by their own ids, which events name.
std::vector<uint32_t> ids_of(const std::vector<MapRef>& maps) {
  std::vector<uint32_t> ids;
  for (const MapRef& map : maps)
    ids.push_back(bpf_map_is_dev_bound(map.get()) ? card_map_of(map->offmap.get()).table : map->id);
  return ids;
}

void hold_event_maps(BoundProgram& state, const std::vector<MapRef>& maps) {
  const Asic::Use use(state.asic);
  for (const MapRef& map : maps) {
    if (bpf_map_is_dev_bound(map.get())) continue;
    state.asic.device->events().hold(map->id);
    state.asic.event_maps.emplace(map->id, map);
    state.event_map_ids.push_back(map->id);
  }
}

void release_event_maps(const BoundProgram& state) {
  const Asic::Use use(state.asic);
  for (const uint32_t id : state.event_map_ids) {
    state.asic.device->events().release(id);
    if (!state.asic.device->events().knows(id)) state.asic.event_maps.erase(id);
  }
}

int translate(bpf_prog* prog) {
  BoundProgram& state = state_of(prog);
  if (prog->aux->offload->opt_failed) return -EINVAL;
  const std::vector<MapRef>& maps = prog->aux->used_maps;
  auto compiled =
      offload::translate(prog->program, state.asic.target, std::move(*state.facts), ids_of(maps));
  state.facts.reset();
  if (!compiled) {
    const std::lock_guard guard(state.asic.mutex);
    state.asic.note("NFP net bpf: " + compiled.error().message);
    return -EINVAL;
  }
  state.image = std::move(compiled->image);
  {
    const std::lock_guard guard(state.asic.mutex);
    for (const std::string& warning : state.image.warnings)
      state.asic.note(fmt::format("{}: {}", prog->aux->name, warning));
  }
  std::vector<uint8_t>& dump = prog->aux->offload->jited_image;
  dump.resize(state.image.words.size() * sizeof(fpc::Word));
  for (size_t i = 0; i < state.image.words.size(); ++i)
    base::store_le(dump.data() + i * sizeof(fpc::Word), state.image.words[i]);
  hold_event_maps(state, maps);
  return 0;
}

void destroy(bpf_prog* prog) {
  const BoundProgram* state = &state_of(prog);
  release_event_maps(*state);
  delete state;
}

}  // namespace

const bpf_prog_offload_ops kProgramOps = {
    .insn_hook = insn_hook,
    .finalize = finalize,
    .replace_insn = replace_insn,
    .remove_insns = remove_insns,
    .prepare = prepare,
    .translate = translate,
    .destroy = destroy,
};

}  // namespace host::nfp
