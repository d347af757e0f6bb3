// Two programs that change where a packet begins: one takes the outer VLAN tag off and passes it on, one puts a tag on everything.
// SPDX-License-Identifier: Apache-2.0
//
// bpf_xdp_adjust_head() moves the packet's first byte: forward to take bytes off, back to get room in front. All packet
// pointers are stale afterwards, so the program fetches and checks them again.
#include "common.h"

#define TAG_BYTES 4
#define VLAN 42

// Destination and source MAC address as three words: what moves when a tag comes or goes.
struct addresses {
  __u32 word[3];
};

SEC("xdp") int vlan_pop(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  __u32* frame = p.data;
  if (p.data + sizeof(struct ethhdr) + TAG_BYTES > p.end) return XDP_DROP;
  if (((struct ethhdr*)frame)->h_proto != bpf_htons(ETH_P_8021Q)) return XDP_PASS;
  struct addresses mac = {{frame[0], frame[1], frame[2]}};
  if (bpf_xdp_adjust_head(ctx, TAG_BYTES)) return XDP_DROP;

  p = packet_of(ctx);
  frame = p.data;
  if (p.data + sizeof(mac) > p.end) return XDP_DROP;
  frame[0] = mac.word[0];
  frame[1] = mac.word[1];
  frame[2] = mac.word[2];
  return XDP_PASS;
}

SEC("xdp") int vlan_push(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  __u32* frame = p.data;
  if (p.data + sizeof(struct ethhdr) > p.end) return XDP_DROP;
  struct addresses mac = {{frame[0], frame[1], frame[2]}};
  if (bpf_xdp_adjust_head(ctx, -TAG_BYTES)) return XDP_DROP;

  p = packet_of(ctx);
  frame = p.data;
  if (p.data + sizeof(mac) + TAG_BYTES > p.end) return XDP_DROP;
  frame[0] = mac.word[0];
  frame[1] = mac.word[1];
  frame[2] = mac.word[2];
  frame[3] = bpf_htonl(ETH_P_8021Q << 16 | VLAN);
  return XDP_TX;
}
