#!/usr/bin/env python3
"""Runs every millrace command that README.md and docs/ show in ```sh blocks, and the examples of every --help, in order, and
fails on the first that fails.
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


# Commands whose examples need a card that lives on, or a real interface: tests/tools runs them.
NEED_A_CARD = {"serve", "map", "prog", "knob", "hw"}


def commands_of(page):
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            command = line.split("  #")[0].strip()
            if command and not command.startswith(("#", "./dev")):
                yield command


def commands_of_help(build, *command):
    """The examples in the help of a command, which are indented by two blanks."""
    arguments = [build / "millrace", *command, "--help"]
    text = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    examples = re.search(r"^EXAMPLES\n((?:  .*\n)+)", text, re.M)
    if not examples:
        sys.exit(f"{' '.join(command)} --help has no EXAMPLES")
    for line in examples[1].splitlines():
        yield re.sub(r"^millrace ", "build/millrace ", line.strip())


def subcommands(build, *command):
    text = subprocess.run([build / "millrace", *command, "--help"], capture_output=True, text=True, check=True).stdout
    listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    return re.findall(r"^  (\w+)", listed[1], re.M) if listed else []


def run_commands(name, commands, source, build):
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        (scratch / "build").symlink_to(build)
        (scratch / "examples").symlink_to(source / "examples")
        for command in commands:
            done = subprocess.run(["bash", "-c", command], cwd=scratch, capture_output=True, text=True, timeout=300, check=False)
            count += 1
            if done.returncode:
                sys.exit(f"{name}: `{command}` exits with {done.returncode}\n{done.stderr}")
    return count


def main():
    source, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    pages = [source / "README.md", *sorted((source / "docs").glob("*.md"))]
    total = sum(run_commands(page.name, commands_of(page), source, build) for page in pages)
    helps = [[command, *below] for command in subcommands(build) if command not in NEED_A_CARD for below in [[], *([name] for name in subcommands(build, command))]]
    if not helps:
        sys.exit("no subcommand found: the pattern for the help is wrong")
    total += sum(run_commands(" ".join(command) + " --help", commands_of_help(build, *command), source, build) for command in helps)
    print(f"{total} commands of the documentation ran")
    if total == 0:
        sys.exit("no command found: the pattern for ```sh blocks is wrong")


if __name__ == "__main__":
    main()
