#!/usr/bin/env bash
# Runs libFuzzer targets one after the other, beginning with their committed corpora; findings stay in build-fuzz/findings.
# SPDX-License-Identifier: Apache-2.0
#
# usage: fuzz.sh [TARGET [SECONDS]]    TARGET is a name of tests/libfuzzer/targets.def, or all (default); SECONDS for each (default 60)
#        fuzz.sh minimize TARGET       adds to the committed corpus what found something new, as few inputs as cover the same
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t all < <(sed -n 's/^FUZZ_TARGET(\([a-z_]*\))$/\1/p' tests/libfuzzer/targets.def)

check_target() {
  [[ " ${all[*]} " == *" $1 "* ]] && return
  echo "fuzz.sh: no target $1, there are ${all[*]}" >&2
  exit 2
}

committed() { echo "tests/libfuzzer/corpus/$1"; }
found() { echo "build-fuzz/corpus/$1"; }

# False when the target has a finding.
run() {
  mkdir -p "$(found "$1")" build-fuzz/findings "$(committed "$1")"
  echo "fuzz_$1: $2 s"
  "build-fuzz/tests/libfuzzer/fuzz_$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -artifact_prefix="build-fuzz/findings/$1-" -print_final_stats=1 "$(found "$1")" "$(committed "$1")" \
    >"build-fuzz/findings/$1.log" 2>&1 || { tail -n 40 "build-fuzz/findings/$1.log"; return 1; }
  grep -E 'number_of_executed_units|peak_rss_mb' "build-fuzz/findings/$1.log"
}

minimize() {
  local small="build-fuzz/minimized/$1"
  rm -rf "$small"
  mkdir -p "$small" "$(found "$1")"
  "build-fuzz/tests/libfuzzer/fuzz_$1" -merge=1 -max_len=4096 "$small" "$(committed "$1")" "$(found "$1")" 2>&1 | tail -n 1
  find "$(committed "$1")" -type f -delete
  cp "$small"/* "$(committed "$1")"
  du -sh "$(committed "$1")"
}

if [ "${1:-}" = minimize ]; then
  check_target "${2:-}"
  minimize "$2"
  exit
fi
targets=("${all[@]}")
if [ "${1:-all}" != all ]; then
  check_target "$1"
  targets=("$1")
fi
findings=0
for target in "${targets[@]}"; do run "$target" "${2:-60}" || findings=1; done
exit $findings
