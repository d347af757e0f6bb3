// Runs a program once, on 60 zero bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>

// What it returns.
static inline unsigned run_once(int program) {
  unsigned char packet[60] = {0};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof packet);
  if (bpf_prog_test_run_opts(program, &options) != 0) perror("run"), exit(1);
  return options.retval;
}
