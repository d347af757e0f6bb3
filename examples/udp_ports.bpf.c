// A UDP port filter: datagrams to the ports listed in `blocked` are dropped, whatever IP options stand before the UDP header.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

// Key: destination port. Value: a mark that user space sets to 1 to block the port, to 0 to open it again.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, __u32);
  __type(value, __u32);
  __uint(max_entries, 1024);
} blocked SEC(".maps");

SEC("xdp") int udp_ports(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  if (ip->protocol != IPPROTO_UDP) return XDP_PASS;
  // Only the first fragment has a UDP header.
  if (ip->frag_off & bpf_htons(0x1fff)) return XDP_PASS;
  // The header is 4 * ihl bytes long: a pointer that the verifier knows only by its bounds, 0 to 60 bytes behind ip.
  struct udphdr* udp = (void*)ip + ip->ihl * 4;
  if ((void*)(udp + 1) > p.end) return XDP_DROP;
  __u32 port = bpf_ntohs(udp->dest);
  __u32* mark = bpf_map_lookup_elem(&blocked, &port);
  return mark && *mark ? XDP_DROP : XDP_PASS;
}
