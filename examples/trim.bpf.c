// Cuts every TCP or UDP packet behind its headers and sends what is left back: what a monitor needs, at a fraction of the bandwidth.
// SPDX-License-Identifier: Apache-2.0
//
// bpf_xdp_adjust_tail() moves the packet's end, here by a negative distance known only when the packet is there. Lengths
// in the headers stay as they were, so that the collector sees how long the packet was.
#include "common.h"

SEC("xdp") int trim(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  int headers = sizeof(struct ethhdr) + ip->ihl * 4;
  if (ip->protocol == IPPROTO_TCP) {
    headers += sizeof(struct tcphdr);
  } else if (ip->protocol == IPPROTO_UDP) {
    headers += sizeof(struct udphdr);
  } else {
    return XDP_PASS;
  }
  int length = p.end - p.data;
  if (length <= headers) return XDP_TX;
  if (bpf_xdp_adjust_tail(ctx, headers - length)) return XDP_DROP;
  return XDP_TX;
}
