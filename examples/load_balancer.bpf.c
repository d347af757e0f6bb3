// A layer-4 load balancer: TCP and UDP packets are encapsulated in IPv4 (IP-in-IP) to one of 256 slots of backends and sent on.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

struct backend {
  __be32 saddr, daddr;  // of the outer header
  __u32 mac[3];  // destination and source MAC address of the new frame, 12 bytes in wire order
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, struct backend);
  __uint(max_entries, 256);
} backends SEC(".maps");

struct traffic {
  __u64 packets, bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __type(key, __u32);
  __type(value, struct traffic);
  __uint(max_entries, 256);
} served SEC(".maps");

// The same flow always hashes to the same slot.
static __always_inline __u32 slot_of(struct iphdr* ip, __u32 ports) {
  __u32 h = ip->saddr ^ ip->daddr ^ ports ^ ip->protocol;
  h ^= h >> 16;
  h ^= h >> 8;
  return h & 255;
}

static __always_inline __u16 fold(__u32 sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

SEC("xdp") int load_balancer(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  if (ip->ihl != 5) return XDP_PASS;
  if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) return XDP_PASS;
  __u32* ports = (void*)(ip + 1);
  if ((void*)(ports + 1) > p.end) return XDP_DROP;

  __u32 inner_bytes = bpf_ntohs(ip->tot_len);
  __u32 slot = slot_of(ip, *ports);
  struct backend* to = bpf_map_lookup_elem(&backends, &slot);
  if (!to) return XDP_DROP;
  __be32 saddr = to->saddr, daddr = to->daddr;
  if (!daddr) return XDP_DROP;  // an empty slot
  __u32 mac[3] = {to->mac[0], to->mac[1], to->mac[2]};

  if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr))) return XDP_DROP;
  p = packet_of(ctx);
  if (p.data + sizeof(struct ethhdr) + sizeof(struct iphdr) > p.end) return XDP_DROP;

  __u32* eth = p.data;
  eth[0] = mac[0];
  eth[1] = mac[1];
  eth[2] = mac[2];
  *(__be16*)(eth + 3) = bpf_htons(ETH_P_IP);

  __be16 total = bpf_htons(inner_bytes + sizeof(struct iphdr));
  __u32 ttl_protocol = 64 | IPPROTO_IPIP << 8;
  __u32 sum = 0x45 + total + ttl_protocol + (saddr & 0xffff) + (saddr >> 16) + (daddr & 0xffff) +
              (daddr >> 16);
  __u16* outer = p.data + sizeof(struct ethhdr);
  outer[0] = 0x45;  // version 4, 5 words, in memory order
  outer[1] = total;
  outer[2] = 0;
  outer[3] = 0;
  outer[4] = ttl_protocol;
  outer[5] = fold(sum);
  *(__be32*)(outer + 6) = saddr;
  *(__be32*)(outer + 8) = daddr;

  struct traffic* count = bpf_map_lookup_elem(&served, &slot);
  if (count) {
    __sync_fetch_and_add(&count->packets, 1);
    __sync_fetch_and_add(&count->bytes, p.end - p.data);
  }
  return XDP_TX;
}
