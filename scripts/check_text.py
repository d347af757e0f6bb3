#!/usr/bin/env python3
"""Fails on source files without a licence line or an opening sentence, and on tabs or trailing blanks.
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import subprocess
import sys

FOREIGN = ("tests/data/",)


def problems_of(path):
    text = pathlib.Path(path).read_text()
    head = text[:1200]
    if not re.search(r"^(//|#|;|) ?SPDX-License-Identifier: Apache-2\.0$", head, re.M):
        yield f"{path}:1: no line `SPDX-License-Identifier: Apache-2.0` near the top"
    if path.endswith((".h", ".cpp")) and not text.startswith("// "):
        yield f"{path}:1: the first line must say what the file is"
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"[ \t]+$", line) or "\t" in line:
            yield f"{path}:{number}: tab or trailing blank"


def main():
    listed = subprocess.run(["git", "ls-files", "*.h", "*.cpp", "*.def", "*.uc", "*.sv", "*.py", "*.sh", "*.cmake"], capture_output=True, text=True, check=True)
    problems = [p for path in listed.stdout.split() if not path.startswith(FOREIGN) for p in problems_of(path)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
