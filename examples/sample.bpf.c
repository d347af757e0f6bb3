// Samples traffic: of about one in 16 TCP and UDP packets, user space gets the first bytes and a record through a perf event array.
// SPDX-License-Identifier: Apache-2.0
//
// Which packets are taken is a function of their contents (RFC 5475 calls it hash-based selection), so that two cards on
// the path of a packet sample the same ones.
#include "common.h"

#define SAMPLE_BYTES 54  // Ethernet, IPv4 and TCP without options
#define ONE_IN 16

struct sample {
  __u32 length;  // of the whole packet
  __u32 selected_by;
};

struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} samples SEC(".maps");

SEC("xdp") int sample(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) return XDP_PASS;
  __u32 selector = ip->saddr ^ ip->daddr ^ ip->check;
  selector ^= selector >> 16;
  selector ^= selector >> 8;
  selector ^= selector >> 4;
  if (selector % ONE_IN) return XDP_PASS;

  struct sample sample = {.length = p.end - p.data, .selected_by = selector};
  __u64 bytes = SAMPLE_BYTES;  // Ethernet pads every frame to more
  bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU | bytes << 32, &sample, sizeof(sample));
  return XDP_PASS;
}
