// Two programs that count: packets per IP protocol in an array, packets and bytes per source address in a hash map.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, __u64);
  __uint(max_entries, 256);
} protocols SEC(".maps");

SEC("xdp") int count_protocols(struct xdp_md* ctx) {
  struct iphdr* ip = ipv4_of(packet_of(ctx));
  if (!ip) return XDP_PASS;
  __u32 protocol = ip->protocol;
  __u64* count = bpf_map_lookup_elem(&protocols, &protocol);
  if (count) __sync_fetch_and_add(count, 1);
  return XDP_DROP;
}

struct traffic {
  __u64 packets, bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __be32);
  __type(value, struct traffic);
  __uint(max_entries, 65536);
} sources SEC(".maps");

// A source's first packet creates its entry with zero counters and is not counted itself: atomic words must start at zero.
SEC("xdp") int count_sources(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  __be32 source = ip->saddr;
  struct traffic* seen = bpf_map_lookup_elem(&sources, &source);
  if (seen) {
    __sync_fetch_and_add(&seen->packets, 1);
    __sync_fetch_and_add(&seen->bytes, p.end - p.data);
  } else {
    struct traffic zero = {};
    bpf_map_update_elem(&sources, &source, &zero, BPF_NOEXIST);
  }
  return XDP_DROP;
}
