// A classifier for tc: drops IPv4 fragments and packets with a loopback address, leaves the rest to the filters behind it.
// SPDX-License-Identifier: Apache-2.0
//
//   tc filter add dev eth0 ingress bpf skip_sw da obj tc_fragments.bpf.o sec tc
//
// The verdicts are those of traffic control. An offloaded classifier ends with constants that the driver knows: TC_ACT_SHOT
// drops, TC_ACT_UNSPEC goes on; TC_ACT_OK is refused, because it would end the host's chain of filters as well.
#include "common.h"

#include <linux/pkt_cls.h>

#define FRAGMENT 0x3fff  // more fragments, or an offset
#define LOOPBACK 127

SEC("tc") int tc_fragments(struct __sk_buff* skb) {
  struct packet p = {(void*)(long)skb->data, (void*)(long)skb->data_end};
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return TC_ACT_UNSPEC;
  if (ip->frag_off & bpf_htons(FRAGMENT)) return TC_ACT_SHOT;
  if (bpf_ntohl(ip->saddr) >> 24 == LOOPBACK) return TC_ACT_SHOT;
  if (bpf_ntohl(ip->daddr) >> 24 == LOOPBACK) return TC_ACT_SHOT;
  return TC_ACT_UNSPEC;
}
