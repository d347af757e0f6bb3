#!/usr/bin/env python3
"""Our verifier against the cases of the kernel's own: every difference is one that docs/verifier.md lists with its reason.
SPDX-License-Identifier: Apache-2.0

usage: verifier_test.py VERIFIER_RUNNER PAGE
Exit status 77, with the reason, when the kernel's sources cannot be fetched.
"""
import collections
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

import fetch_linux
import verifier_cases

LEAST_CASES = 1000  # fewer means that the conversion went wrong
LEAST_ACCEPTED = 0.97  # of what the kernel accepts with helpers and map types that we have


@dataclasses.dataclass
class Answer:
    title: str
    kernel: str
    own: str
    lacking: str  # what the case needs that we do not have: it is left out
    cause: str


def answers_of(runner, cases):
    done = subprocess.run([runner, cases], capture_output=True, text=True, timeout=300, check=True)
    seen = collections.Counter()
    for line in done.stdout.splitlines():
        title, *rest = line.split("\t", 4)
        title = title.strip()
        seen[title] += 1
        repeated = f" ({seen[title]})" if seen[title] > 1 else ""
        yield Answer(title + repeated, *rest)


def listed_differences(page):
    """Rows "| `file.c: title` | kernel's answer | ours | reason |" of the page."""
    rows = re.findall(r"^\| `(\S+\.c: .*)` \| (accept|refuse) \| (accept|refuse) \| (.+) \|$", page.read_text(encoding="utf-8"), re.M)
    return {title: (kernel, own) for title, kernel, own, _ in rows}


def problems_of(compared, listed):
    differing = {a.title: a for a in compared if a.kernel != a.own}
    for title, answer in differing.items():
        if title not in listed:
            yield f"{title}: the kernel says {answer.kernel}, we {answer.own}: {answer.cause}"
        elif listed[title] != (answer.kernel, answer.own):
            yield f"{title}: listed as {listed[title]}, found {(answer.kernel, answer.own)}"
    for title in listed:
        if title not in differing:
            yield f"{title}: listed as a difference, but there is none"
    accepted = [a for a in compared if a.kernel == "accept"]
    own = sum(a.own == "accept" for a in accepted)
    print(f"{len(compared)} cases; of {len(accepted)} that the kernel accepts we accept {own} ({own / len(accepted):.1%}), "
          f"of {len(compared) - len(accepted)} that it refuses {sum(a.own == 'accept' for a in compared if a.kernel == 'refuse')}")
    if own < LEAST_ACCEPTED * len(accepted):
        yield f"{own} of {len(accepted)} are accepted, {LEAST_ACCEPTED:.0%} are needed"


def main():
    runner, page = map(pathlib.Path, sys.argv[1:3])
    try:
        tree = fetch_linux.fetch()
    except fetch_linux.Unavailable as error:
        print(f"skipped: {error}")
        sys.exit(fetch_linux.SKIP)
    with tempfile.TemporaryDirectory() as scratch:
        cases = pathlib.Path(scratch) / "cases.txt"
        verifier_cases.convert(tree, cases)
        answers = list(answers_of(runner, cases))
    for lacking, count in collections.Counter(a.lacking for a in answers if a.lacking).most_common():
        print(f"left out: {count} with {lacking}")
    problems = list(problems_of([a for a in answers if not a.lacking], listed_differences(page)))
    if len(answers) < LEAST_CASES:
        problems.append(f"{len(answers)} cases were converted, at least {LEAST_CASES} are known")
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
