// Functions that stay functions: TCP and UDP packets between two clients, with no service port on either side, are dropped.
// SPDX-License-Identifier: Apache-2.0
//
// __noinline keeps clang from copying a function into its callers: the object has BPF-to-BPF calls, the card runs them with
// a stack frame each. Arguments and results travel in registers, and so does a pointer into the caller's frame.
#include "common.h"

struct ports {
  __u32 source, dest;
};

// System ports (RFC 6335) and a few that are as good as those.
static __noinline int is_service(__u32 port) {
  if (port < 1024) return 1;
  return port == 3306 || port == 5432 || port == 8080;
}

// Fills *ports; 0: the packet has none.
static __noinline int read_ports(struct xdp_md* ctx, struct ports* ports) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return 0;
  if (ip->ihl != 5) return 0;
  if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) return 0;
  struct udphdr* head = (void*)(ip + 1);
  if ((void*)(head + 1) > p.end) return 0;
  ports->source = bpf_ntohs(head->source);
  ports->dest = bpf_ntohs(head->dest);
  return 1;
}

SEC("xdp") int functions(struct xdp_md* ctx) {
  struct ports ports = {};
  if (!read_ports(ctx, &ports)) return XDP_PASS;
  return is_service(ports.source) + is_service(ports.dest) ? XDP_PASS : XDP_DROP;
}
