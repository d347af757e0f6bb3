// A program without libraries, linked statically: its calls reach no libc that could be preloaded.
// SPDX-License-Identifier: Apache-2.0
//
// usage: lists IFINDEX: makes an array on the card, writes and reads an entry, then lists the maps that there are.
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr* attr) {
  return syscall(SYS_bpf, command, attr, sizeof *attr);
}

int main(int argc, char** argv) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = 8;
  attr.max_entries = 2;
  attr.map_ifindex = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
  strcpy(attr.map_name, "static_c");
  const long map = bpf(BPF_MAP_CREATE, &attr);
  if (map < 0) return perror("BPF_MAP_CREATE"), 1;
  unsigned key = 1;
  unsigned long long in = 42, out = 0;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = (unsigned)map;
  attr.key = (unsigned long)&key;
  attr.value = (unsigned long)&in;
  if (bpf(BPF_MAP_UPDATE_ELEM, &attr) != 0) return perror("BPF_MAP_UPDATE_ELEM"), 1;
  attr.value = (unsigned long)&out;
  if (bpf(BPF_MAP_LOOKUP_ELEM, &attr) != 0) return perror("BPF_MAP_LOOKUP_ELEM"), 1;
  int maps = 0;
  memset(&attr, 0, sizeof attr);
  while (bpf(BPF_MAP_GET_NEXT_ID, &attr) == 0) {
    attr.start_id = attr.next_id;
    ++maps;
  }
  printf("read %llu, %d map\n", out, maps);
  return 0;
}
