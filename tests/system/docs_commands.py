#!/usr/bin/env python3
"""Runs every millrace command that README.md and docs/ show in ```sh blocks, in order, and fails on the first that fails.
SPDX-License-Identifier: Apache-2.0

usage: docs_commands.py SOURCE_DIRECTORY BUILD_DIRECTORY
Lines that begin with ./dev are the tests themselves and are left out. A page's commands share a scratch folder in which
`build` and `examples` are links.
"""
import pathlib
import re
import subprocess
import sys
import tempfile


def commands_of(page):
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            command = line.split("  #")[0].strip()
            if command and not command.startswith(("#", "./dev")):
                yield command


def run_page(page, source, build):
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        (scratch / "build").symlink_to(build)
        (scratch / "examples").symlink_to(source / "examples")
        for command in commands_of(page):
            done = subprocess.run(["bash", "-c", command], cwd=scratch, capture_output=True, text=True, timeout=300, check=False)
            count += 1
            if done.returncode:
                sys.exit(f"{page.name}: `{command}` exits with {done.returncode}\n{done.stderr}")
    return count


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    total = sum(run_page(page, source, build) for page in [source / "README.md", *sorted((source / "docs").glob("*.md"))])
    print(f"{total} commands of the documentation ran")
    if total == 0:
        sys.exit("no command found: the pattern for ```sh blocks is wrong")


if __name__ == "__main__":
    main()
