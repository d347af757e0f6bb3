#!/usr/bin/env python3
"""Which lines of rtl/ the directed programs run, as Verilator counts them; fails below the bar and on a hole that nobody explains.
SPDX-License-Identifier: Apache-2.0

usage: line_coverage.py RTL_CHECKED_TEST HOLES
HOLES names what never runs, a line each: FILE: TEXT OF THE LINE -- reason. A hole that runs after all must leave the list.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BAR = 0.95
KEYS = re.compile(rb"\x01([^\x02]*)\x02([^\x01']*)")


def points(data):
    """(file, line) to the count of every point; verilator_coverage reads the same file."""
    counts = {}
    for entry in data.read_bytes().splitlines():
        if not entry.startswith(b"C '"):
            continue
        keys = {name.decode(): value.decode() for name, value in KEYS.findall(entry)}
        point = pathlib.Path(keys["f"]), int(keys["l"]), keys.get("n"), keys.get("o")
        counts[point] = counts.get(point, 0) + int(entry.rsplit(b" ", 1)[1])
    return counts


def main():
    binary, holes_file = sys.argv[1:]
    holes = {}
    for line in pathlib.Path(holes_file).read_text().splitlines():
        if line and not line.startswith("#"):
            where, reason = line.split(" -- ", 1)
            holes[where] = reason
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder, "lines.dat")
        subprocess.run([binary, "--gtest_filter=Lines.*"], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "MILLRACE_RTL_LINES": str(data)})
        counts = points(data)
        summary = subprocess.run(["verilator_coverage", "--annotate", folder, data], capture_output=True, text=True, check=True)
    print(summary.stdout.strip())
    never = {}
    for (file, line, _, comment), count in counts.items():
        if count == 0:
            text = file.read_text().splitlines()[line - 1].strip()
            never.setdefault(f"{file.name}: {text}", f"{file.name}:{line} ({comment})")
    missed = sum(count == 0 for count in counts.values())
    share = 1 - missed / len(counts)
    print(f"{len(counts) - missed} of {len(counts)} points of rtl/ run: {100 * share:.2f} %")
    unexplained = sorted(where for where in never if where not in holes)
    for where in unexplained:
        print(f"never runs: {where} [{never[where]}]")
    for where in sorted(set(holes) - set(never)):
        print(f"runs, but stands in {holes_file}: {where}")
    return 0 if counts and share >= BAR and not unexplained and set(holes) <= set(never) else 1


if __name__ == "__main__":
    sys.exit(main())
