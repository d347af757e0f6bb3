// Sends every frame back where it came from, with source and destination MAC address exchanged.
// SPDX-License-Identifier: Apache-2.0
#include "common.h"

SEC("xdp") int tx_macswap(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  __u16* mac = p.data;
  if ((void*)(mac + 6) > p.end) return XDP_DROP;
  __u16 dst[3] = {mac[0], mac[1], mac[2]};
  mac[0] = mac[3];
  mac[1] = mac[4];
  mac[2] = mac[5];
  mac[3] = dst[0];
  mac[4] = dst[1];
  mac[5] = dst[2];
  return XDP_TX;
}
