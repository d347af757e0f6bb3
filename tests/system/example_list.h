// The examples whose runs are compared, and the arguments that put one on the largest card.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/cli/command.h"
#include "tests/system/example_reference.h"

namespace test {

inline const Example kExamples[] = {
    {"drop", "drop"},
    {"pass", "pass"},
    {"tx_macswap", "tx_macswap"},
    {"ethertype", "ethertype"},
    {"udp_ports", "udp_ports", "udp_ports.json"},
    {"firewall", "firewall", "firewall.json"},
    {"counters", "count_protocols"},
    {"counters", "count_sources"},
    {"load_balancer", "load_balancer", "load_balancer.json"},
    {"ttl", "ttl"},
    {"router", "router", "router.json"},
    {"vlan", "vlan_pop"},
    {"vlan", "vlan_push"},
    {"trim", "trim"},
    {"functions", "functions"},
    {"tc_fragments", "tc_fragments"},
    {"sample", "sample"},
    {"sizes", "sizes"},
    {"sizes", "only_larger"},
};

inline std::vector<std::string> arguments_of(const Example& e) {
  std::vector<std::string> arguments = {example(std::string(e.file) + ".bpf.o"), "--prog",
                                        e.program, "--nic", "nfp-120"};
  if (e.maps) arguments.insert(arguments.end(), {"--maps", example(e.maps)});
  return arguments;
}

}  // namespace test
