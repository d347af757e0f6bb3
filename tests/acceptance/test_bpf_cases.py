#!/usr/bin/env python3
"""Converts the table of the kernel's lib/test_bpf.c to text, without the kernel's help.
SPDX-License-Identifier: Apache-2.0

usage: test_bpf_cases.py OUTPUT
Cuts the table with its helpers out of the fetched file; test_bpf_cases.c, whose first lines describe the text, is compiled around it.
"""
import pathlib
import subprocess
import sys
import tempfile

import fetch_linux

HERE = pathlib.Path(__file__).resolve().parent
FIRST, LAST = "/* General test specific settings */", "static struct net_device dev;"


def convert(tree, output):
    source = (tree / "lib/test_bpf.c").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "test_bpf_table.h").write_text(source[source.index(FIRST):source.index(LAST)])
        program = folder / "test_bpf_cases"
        # The tree's linux/filter.h stands before the system's, that has the classic instructions.
        subprocess.run(["gcc", "-O1", "-w", "-include", "/usr/include/linux/filter.h", f"-I{folder}", f"-I{tree}/tools/include", f"-I{tree}/tools/include/uapi",
                        HERE / "test_bpf_cases.c", "-o", program], check=True, timeout=300)
        with open(output, "w", encoding="utf-8") as text:
            subprocess.run([program], stdout=text, check=True, timeout=60)


if __name__ == "__main__":
    convert(fetch_linux.fetch(), sys.argv[1])
