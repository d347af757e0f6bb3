// An IPv4 router: the longest matching prefix gives the next hop's MAC addresses; TTL and checksum change; packets per hop are counted.
// SPDX-License-Identifier: Apache-2.0
//
// The hash map holds prefixes of two lengths, hosts (/32) and networks (/24); the longer one is tried first. XDP_TX sends a
// packet out of the port that it came from: redirecting to another one is nothing that the offload driver accepts.
#include "common.h"

struct prefix {
  __be32 address;
  __u32 length;
};

struct next_hop {
  __u32 mac[3];  // destination and source MAC address of the new frame, 12 bytes in wire order
  __u32 unused;
  __u64 packets;  // begins at 0: an atomic counter has the memory unit's byte order
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct prefix);
  __type(value, struct next_hop);
  __uint(max_entries, 65536);
} routes SEC(".maps");

static __always_inline struct next_hop* route_to(__be32 address) {
  struct prefix prefix = {.address = address, .length = 32};
  struct next_hop* hop = bpf_map_lookup_elem(&routes, &prefix);
  if (hop) return hop;
  prefix.address = address & bpf_htonl(0xffffff00);
  prefix.length = 24;
  return bpf_map_lookup_elem(&routes, &prefix);
}

SEC("xdp") int router(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  if (ip->ttl <= 1) return XDP_PASS;  // the host answers with ICMP time exceeded
  struct next_hop* hop = route_to(ip->daddr);
  if (!hop) return XDP_PASS;  // the host knows more routes, or answers with ICMP unreachable

  __u32* mac = p.data;
  mac[0] = hop->mac[0];
  mac[1] = hop->mac[1];
  mac[2] = hop->mac[2];
  // RFC 1624: the checksum grows by what the sum of the header's words loses.
  __u32 check = ip->check;
  check += bpf_htons(0x0100);
  ip->check = check + (check >= 0xffff);
  ip->ttl--;
  __sync_fetch_and_add(&hop->packets, 1);
  return XDP_TX;
}
