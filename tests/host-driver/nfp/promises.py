#!/usr/bin/env python3
"""Fails unless every promise of a page, a text in *italics*, is followed by the name of a test that exists, and its lists have nothing but promises.
SPDX-License-Identifier: Apache-2.0

usage: promises.py PAGE TEST_PROGRAM...
"""
import pathlib
import re
import subprocess
import sys

PROMISE = re.compile(r"\*(?P<text>[^*]+)\*\s+`(?P<test>\w+\.\w+)`\s*")


def tests_of(program):
    """`Suite.Test` of each, without the prefixes and suffixes of parameters."""
    listed = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True, check=True)
    suite = ""
    for line in listed.stdout.splitlines():
        name = line.split("#")[0].strip()
        if not line.startswith(" "):
            suite = name.rstrip(".").split("/")[1 if "/" in name else 0]
        else:
            yield f"{suite}.{name.split('/')[0]}"


def problems_of(page, tests):
    items = re.findall(r"^\* (.*?)(?=^\* |^\n|\Z)", page, re.M | re.S)
    if not items:
        yield "no promise found"
    for item in items:
        rest = PROMISE.sub("", item).strip()
        if rest:
            yield f"no promise with a test: {rest}"
    promises = [promise for item in items for promise in PROMISE.finditer(item)]
    for promise in promises:
        if promise["test"] not in tests:
            yield f"no such test: {promise['test']}, of: {promise['text']}"


def main():
    page, *programs = sys.argv[1:]
    problems = list(problems_of(pathlib.Path(page).read_text(), {test for program in programs for test in tests_of(program)}))
    for problem in problems:
        print(f"{page}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
