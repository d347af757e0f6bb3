// Lets IPv4, IPv6 and ARP pass and drops every other EtherType.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

SEC("xdp") int ethertype(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct ethhdr* eth = p.data;
  if ((void*)(eth + 1) > p.end) return XDP_DROP;
  switch (bpf_ntohs(eth->h_proto)) {
    case ETH_P_IP:
    case ETH_P_IPV6:
    case ETH_P_ARP:
      return XDP_PASS;
  }
  return XDP_DROP;
}
