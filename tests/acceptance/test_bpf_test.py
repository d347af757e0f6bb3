#!/usr/bin/env python3
"""The cases of the kernel's lib/test_bpf.c on the reference interpreter and the card: each difference is one that docs/filters.md lists.
SPDX-License-Identifier: Apache-2.0

usage: test_bpf_test.py TEST_BPF_RUNNER PAGE
Exit status 77, with the reason, when the kernel's sources cannot be fetched.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import fetch_linux
import test_bpf_cases

LEAST_CASES = 900  # fewer means that the conversion went wrong
LEAST_ON_CARD = 500


def main():
    runner, page = map(pathlib.Path, sys.argv[1:3])
    try:
        tree = fetch_linux.fetch()
    except fetch_linux.Unavailable as error:
        print(f"skipped: {error}")
        sys.exit(fetch_linux.SKIP)
    with tempfile.TemporaryDirectory() as scratch:
        cases = pathlib.Path(scratch) / "cases.txt"
        test_bpf_cases.convert(tree, cases)
        done = subprocess.run([runner, cases], capture_output=True, text=True, timeout=600, check=True)
    answers = [line.split("\t", 3) for line in done.stdout.splitlines()]
    differing = {title: f"{result}: {text}" for title, result, _, text in answers if result != "pass"}
    listed = set(re.findall(r"^\| `test_bpf: (.+)` \| .+ \|$", page.read_text(encoding="utf-8"), re.M))
    problems = [f"{title}: {text}" for title, text in differing.items() if title not in listed]
    problems += [f"{title}: listed as a difference, but there is none" for title in sorted(listed - differing.keys())]
    counts = collections.Counter((result, card) for _, result, card, _ in answers)
    on_card = counts["pass", "card"]
    print(f"{len(answers)} cases; {on_card + counts['pass', 'refused']} have the right result, {on_card} of them on the card, too")
    if len(answers) < LEAST_CASES or on_card < LEAST_ON_CARD:
        problems.append(f"at least {LEAST_CASES} cases are known, {LEAST_ON_CARD} of them for the card")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
