// Counts frames by size in global variables: constants in .rodata, initial values in .data, the rest in .bss. Two programs share them.
// SPDX-License-Identifier: Apache-2.0
//
// No card takes this: `millrace check` says why. Plain additions to a global variable lose counts when packets meet, as between CPUs;
// those that must not are atomic.
#include "common.h"

enum { kClasses = 16 };

struct extremes {
  __u16 smallest, largest;
  __u8 first_byte;  // of the largest
  __u64 seen_at;    // its number
};

const volatile _Bool debug = 0;        // a loader may set it, for CPUs: no card prints
const volatile __u32 class_shift = 6;  // a class has 64 lengths
const volatile __u8 verdicts[4] = {XDP_PASS, XDP_DROP, XDP_TX,
                                   XDP_PASS};  // by the last bits of the protocol
volatile struct extremes extremes = {.smallest = 0xffff};
volatile __u64 number;
volatile __u32 frames_by_class[kClasses];
volatile __u8 protocol_seen[256];
__u64 bytes;  // atomic: read by user space alone

SEC("xdp") int sizes(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  struct iphdr* ip = ipv4_of(p);
  if (!ip) return XDP_PASS;
  __u32 length = (__u32)(p.end - p.data) & 0xffff;
  __sync_fetch_and_add(&bytes, length);
  ++number;
  if (debug) bpf_printk("%u bytes", length);
  ++frames_by_class[length >> (class_shift & 15) & (kClasses - 1)];
  protocol_seen[ip->protocol] = 1;
  if (length < extremes.smallest) extremes.smallest = length;
  if (length > extremes.largest) {
    extremes.largest = length;
    extremes.first_byte = *(__u8*)p.data;
    extremes.seen_at = number;
  }
  return verdicts[ip->protocol & 3];
}

// Passes what is larger than all that `sizes` has seen.
SEC("xdp") int only_larger(struct xdp_md* ctx) {
  struct packet p = packet_of(ctx);
  __u32 length = (__u32)(p.end - p.data) & 0xffff;
  return length > extremes.largest ? XDP_PASS : XDP_DROP;
}
