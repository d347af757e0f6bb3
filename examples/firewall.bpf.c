// A 5-tuple firewall: TCP and UDP flows listed in `rules` are dropped or sent back out; everything else passes to the host.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

struct flow {
  __be32 saddr, daddr;
  __be16 sport, dport;
  __u32 protocol;
};

// Value: the XDP verdict for the flow.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct flow);
  __type(value, __u32);
  __uint(max_entries, 65536);
} rules SEC(".maps");

SEC("xdp") int firewall(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  if (ip->ihl != 5) return XDP_PASS;
  if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) return XDP_PASS;
  struct udphdr* ports = (void*)(ip + 1);
  if ((void*)(ports + 1) > p.end) return XDP_DROP;

  struct flow flow = {
      .saddr = ip->saddr,
      .daddr = ip->daddr,
      .sport = ports->source,
      .dport = ports->dest,
      .protocol = ip->protocol,
  };
  __u32* verdict = bpf_map_lookup_elem(&rules, &flow);
  if (!verdict) return XDP_PASS;
  return *verdict == XDP_TX ? XDP_TX : XDP_DROP;
}
