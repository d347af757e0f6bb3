#!/usr/bin/env python3
"""Fails on an #include that breaks the layering of docs/architecture.md.
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import subprocess
import sys

# folder -> folders it may include. The longest matching prefix of a path names its folder.
ALLOWED = {
    "base": {"base"},
    "fpc": {"fpc", "base"},
    "fpc/firmware": {"fpc/firmware", "fpc", "base"},
    "offload-compiler/ebpf": {"offload-compiler/ebpf", "base"},
    "offload-compiler": {"offload-compiler", "offload-compiler/ebpf", "fpc/firmware", "fpc", "base"},
    "nic-model": {"nic-model", "fpc/firmware", "fpc", "base"},
    "host-driver": {"host-driver", "nic-model", "offload-compiler", "offload-compiler/ebpf", "fpc/firmware", "fpc", "base"},
    "rtl": {"rtl", "fpc", "base"},
    "cli": {"cli", "rtl", "host-driver", "nic-model", "offload-compiler", "offload-compiler/ebpf", "fpc/firmware", "fpc", "base"},
}
# Headers of these libraries stay in .cpp files of these folders (decision 17).
CONFINED = {
    r"systemc|tlm.*": {"nic-model"},
    r"bpf/.*": {"offload-compiler/ebpf", "host-driver"},
    r"pcap.*": {"nic-model", "offload-compiler/ebpf"},
    r"toml\+\+/.*": {"nic-model"},
    r"CLI/.*": {"cli"},
    r"verilated.*|Vfpc_core.*": {"rtl"},
}


def folder_of(path):
    parts = path.split("/")
    for length in (2, 1):
        name = "/".join(parts[:length])
        if name in ALLOWED and len(parts) > length - 1:
            return name
    return None


def check(path, text):
    own = folder_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        if local := re.match(r'\s*#\s*include\s+"([^"]+)"', line):
            target = folder_of(local.group(1))
            if target is None:
                yield f"{path}:{number}: \"{local.group(1)}\" is not written from the repository's root"
            elif target not in ALLOWED[own]:
                yield f"{path}:{number}: {own} may not include {target} (allowed: {', '.join(sorted(ALLOWED[own]))})"
        elif system := re.match(r"\s*#\s*include\s+<([^>]+)>", line):
            for pattern, homes in CONFINED.items():
                if re.fullmatch(pattern, system.group(1)) and (own not in homes or path.endswith(".h")):
                    yield f"{path}:{number}: <{system.group(1)}> belongs into .cpp files of {', '.join(sorted(homes))}"


def main():
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.h", "*.cpp"], capture_output=True, text=True, check=True).stdout.split()
    problems = []
    for path in files:
        if folder_of(path):
            problems += check(path, pathlib.Path(path).read_text())
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
