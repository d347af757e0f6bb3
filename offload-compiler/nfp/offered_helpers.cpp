// The helpers of the card, each with the part of the capability record that says whether it is there.
// SPDX-License-Identifier: Apache-2.0
#include "offload-compiler/nfp/offered_helpers.h"

#include <linux/bpf.h>

#include <algorithm>

namespace offload {
namespace {

using firmware::Capability;

constexpr CardHelper kHelpers[] = {
    {BPF_FUNC_map_lookup_elem, [](const Capability& c) { return c.map_lookup; }},
    {BPF_FUNC_map_update_elem, [](const Capability& c) { return c.map_update; }},
    {BPF_FUNC_map_delete_elem, [](const Capability& c) { return c.map_delete; }},
    {BPF_FUNC_get_prandom_u32, [](const Capability& c) { return c.random; }},
    {BPF_FUNC_perf_event_output, [](const Capability& c) { return c.perf_event; }},
    {BPF_FUNC_xdp_adjust_head,
     [](const Capability& c) { return c.adjust_head.off_max != 0 && c.adjust_head.no_meta; }},
    {BPF_FUNC_xdp_adjust_tail, [](const Capability& c) { return c.adjust_tail; }},
};

}  // namespace

std::span<const CardHelper> card_helpers() { return kHelpers; }

bool offers_helper(const Capability& capability, int32_t id) {
  const auto found = std::ranges::find(kHelpers, id, &CardHelper::id);
  return found != std::end(kHelpers) && found->offered(capability);
}

}  // namespace offload
