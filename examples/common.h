// What every example includes: kernel headers, helper declarations, and the two lines with which an XDP program begins.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct packet {
  void *data, *end;
};

static __always_inline struct packet packet_of(struct xdp_md* ctx) {
  struct packet p = {(void*)(long)ctx->data, (void*)(long)ctx->data_end};
  return p;
}

// The IPv4 header behind Ethernet, or NULL: not IPv4, or cut short.
static __always_inline struct iphdr* ipv4_of(struct packet p) {
  struct ethhdr* eth = p.data;
  struct iphdr* ip = (void*)(eth + 1);
  if ((void*)(ip + 1) > p.end) return 0;
  return eth->h_proto == bpf_htons(ETH_P_IP) ? ip : 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
