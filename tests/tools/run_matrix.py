#!/usr/bin/env python3
"""Runs the commands of matrix.txt below both front ends and compares what they print with the file and with each other.
SPDX-License-Identifier: Apache-2.0

usage: run_matrix.py MATRIX BUILD_DIRECTORY NIC
"""
import os
import pathlib
import re
import subprocess
import sys

from card import Card

MASKS = (
    (r"([0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC"),
    (r"(loaded_at )\S+", r"\1TIME"),
    (r'("loaded_at":)\d+', r"\1TIME"),
    (r"\b2684\d{5}\b", "ID"),
    (r"\b(uid|\"uid\":) ?\d+", r"\1 UID"),
    (r"(ns_dev|ns_inode)( |\":)\d+", r"\1\2NS"),
    (r"load_time \d+", "load_time TIME"),
    (r"/\S+/(\w+\.bpf\.c)", r"\1"),
)


def masked(text):
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def parse(path):
    """[(command, exit code, output)], and the lines before the first command."""
    head, cases = [], []
    for line in path.read_text().splitlines():
        if line.startswith("$ "):
            cases.append([line[2:], 0, ""])
        elif not cases:
            head.append(line)
        elif line.startswith("exit "):
            cases[-1][1] = int(line[5:])
        elif line.startswith(">"):
            cases[-1][2] += line[2:] + "\n"
    return head, cases


def run_all(cases, build, nic, options):
    outcomes = []
    environment = dict(os.environ, LC_ALL="C", COLUMNS="200")
    with Card(build, nic) as card:
        for command, _, _ in cases:
            words = card.command(["sh", "-c", command.replace("/sys/fs/bpf", card.pins).replace("millrace ", f"{build}/millrace ")], options)
            done = subprocess.run(words, cwd=f"{build}/tests/tools", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  stdin=subprocess.DEVNULL, timeout=120, check=False, env=environment)
            outcomes.append((done.returncode, masked(done.stdout.replace(card.pins, "/sys/fs/bpf"))))
        left = card.run(["bpftool", "-j", "prog", "show"]).stdout + card.run(["bpftool", "-j", "map", "show"]).stdout
        if left.split() != ["[]", "[]"]:
            sys.exit(f"objects are left at the end: {left}")
    return outcomes


def write(path, head, cases, outcomes):
    lines = list(head)
    for (command, _, _), (code, output) in zip(cases, outcomes):
        lines.append(f"$ {command}")
        if code:
            lines.append(f"exit {code}")
        lines += [f"> {line}".rstrip() for line in output.splitlines()]
    path.write_text("\n".join(lines) + "\n")


def main():
    path, build, nic = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    head, cases = parse(path)
    results = {"seccomp": run_all(cases, build, nic, ())}
    if os.environ.get("UPDATE_GOLDEN"):
        write(path, head, cases, results["seccomp"])
        sys.exit("expectations are rewritten: read them, then run again")
    results["preload"] = run_all(cases, build, nic, ("--preload",))
    failed = 0
    for front_end, outcomes in results.items():
        for (command, code, output), outcome in zip(cases, outcomes):
            expected = (code, "".join(line.rstrip() + "\n" for line in output.splitlines()))
            if outcome != expected:
                failed += 1
                print(f"{front_end}: $ {command}\nexpected {expected[0]}:\n{expected[1]}found {outcome[0]}:\n{outcome[1]}")
    print(f"{len(cases)} commands, {2 * len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed or len(cases) < 34 else 0)


if __name__ == "__main__":
    main()
