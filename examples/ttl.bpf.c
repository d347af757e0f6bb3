// What a router does to every packet: decrements TTL, updates the IPv4 checksum incrementally (RFC 1624), sends it on.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

SEC("xdp") int ttl(struct xdp_md* ctx) {
  struct iphdr* ip = ipv4_of(packet_of(ctx));
  if (!ip) return XDP_PASS;
  if (ip->ttl <= 1) return XDP_PASS;  // the host answers with ICMP time exceeded
  __u32 check = ip->check;
  check += bpf_htons(0x0100);
  ip->check = check + (check >= 0xffff);
  ip->ttl--;
  return XDP_TX;
}
