// Maps two arrays of a program into memory: .data and .bss of a libbpf skeleton are such arrays.
// SPDX-License-Identifier: Apache-2.0
//
// usage: mapped OBJECT IFINDEX: prints verdicts before and after one is written through the mapping, and the counter seen there.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "run_once.h"

static void* map_of(struct bpf_object* object, const char* name) {
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_object__find_map_fd_by_name(object, name), 0);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  struct bpf_object* object = bpf_object__open_file(argv[1], NULL);
  if (!object) return perror("open"), 1;
  struct bpf_program* program = bpf_object__next_program(object, NULL);
  bpf_program__set_ifindex(program, (unsigned)atoi(argv[2]));
  struct bpf_map* map;
  bpf_object__for_each_map(map, object) bpf_map__set_ifindex(map, (unsigned)atoi(argv[2]));
  if (bpf_object__load(object) != 0) return perror("load"), 1;
  volatile unsigned long long* counts = map_of(object, "counts");
  volatile unsigned* verdict = map_of(object, "verdicts");
  if (counts == MAP_FAILED || verdict == MAP_FAILED) return perror("mmap"), 1;
  const int fd = bpf_program__fd(program);
  *verdict = 1;
  printf("verdicts %u", run_once(fd));
  *verdict = 2;
  printf(" %u %u\n", run_once(fd), run_once(fd));
  unsigned key = 3;
  unsigned long long looked_up = 0;
  bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, "counts"), &key, &looked_up);
  const volatile unsigned* words = (const volatile unsigned*)&counts[3];
  printf("counted %llu, big-endian words %u %u\n", looked_up, be32toh(words[0]), be32toh(words[1]));
  return 0;
}
