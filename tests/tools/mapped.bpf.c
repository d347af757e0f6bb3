// Two arrays that user space may map into its memory: one of counters, one that says what becomes of packets.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 4);
  __type(key, __u32);
  __type(value, __u64);
} counts SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} verdicts SEC(".maps");

SEC("xdp") int count(struct xdp_md* ctx) {
  __u32 first = 0, last = 3;
  __u64* count = bpf_map_lookup_elem(&counts, &last);
  if (count) __sync_fetch_and_add(count, 1);
  __u32* verdict = bpf_map_lookup_elem(&verdicts, &first);
  return verdict ? *verdict : XDP_ABORTED;
}

char gpl[] SEC("license") = "GPL";
