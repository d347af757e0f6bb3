#!/usr/bin/env python3
"""Converts the verifier cases of the kernel's selftests to text, without the kernel's help.
SPDX-License-Identifier: Apache-2.0

usage: verifier_cases.py OUTPUT
Compiles the cases as they lie in the fetched tree together with verifier_cases.c, whose first lines describe the text.
"""
import pathlib
import subprocess
import sys
import tempfile

import fetch_linux

HERE = pathlib.Path(__file__).resolve().parent


def list_of_cases(selftests):
    """What the selftests' Makefile generates as verifier/tests.h, with a marker before each file."""
    files = sorted(path.name for path in (selftests / "verifier").glob("*.c"))
    return "".join(f'{{ .descr = "@{name}" }},\n#include "{name}"\n' for name in files)


def convert(tree, output):
    selftests = tree / "tools/testing/selftests/bpf"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "verifier").mkdir()
        (folder / "verifier/tests.h").write_text(list_of_cases(selftests))
        includes = [folder, selftests / "verifier", selftests, tree / "tools/lib", tree / "tools/include", tree / "tools/include/uapi"]
        program = folder / "verifier_cases"
        # Only main is run; what loads programs through libbpf is not linked.
        subprocess.run(["gcc", "-O1", "-w", "-D_GNU_SOURCE", *(f"-I{path}" for path in includes), HERE / "verifier_cases.c",
                        "-ffunction-sections", "-Wl,--gc-sections", "-o", program], check=True, timeout=300)
        with open(output, "w", encoding="utf-8") as text:
            subprocess.run([program], stdout=text, check=True, timeout=60)


if __name__ == "__main__":
    convert(fetch_linux.fetch(), sys.argv[1])
