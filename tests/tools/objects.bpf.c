// Small programs and maps for the tool matrix: two entries a map, as many as the netdevsim-like driver takes.
// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(key_size, 4);
  __uint(value_size, 8);
  __uint(max_entries, 2);
} htab SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(key_size, 4);
  __uint(value_size, 8);
  __uint(max_entries, 2);
} array SEC(".maps");

SEC("xdp") int use_maps(struct xdp_md* ctx) {
  __u32 key = 0;
  if (!bpf_map_lookup_elem(&htab, &key)) return XDP_DROP;
  if (!bpf_map_lookup_elem(&array, &key)) return XDP_DROP;
  return XDP_PASS;
}

char gpl[] SEC("license") = "Dual BSD/GPL";
