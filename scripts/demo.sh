#!/usr/bin/env bash
# The demo: a 5-tuple firewall on a 120-FPC card, an office capture replayed at 20 Mpps, the report.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."
run=(build/millrace run build/examples/firewall.bpf.o
     --nic nfp-120
     --pcap build/examples/office.pcap --rate 20Mpps --packets 200000
     --maps build/examples/firewall.json)
echo "\$ ${run[*]}"
"${run[@]}"
