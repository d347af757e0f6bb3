#!/usr/bin/env python3
"""Fetches Debian's linux-source-6.1 through apt and unpacks the parts that acceptance tests convert; prints the folder.
SPDX-License-Identifier: Apache-2.0

usage: fetch_linux.py
The cache is $MILLRACE_CACHE or ~/.cache/millrace, never the repository: nothing of the package is ours to redistribute.
As a module: `tree = fetch_linux.fetch()`, which raises Unavailable with the reason.
"""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PACKAGE = "linux-source-6.1"
PARTS = ["tools/testing/selftests/bpf", "tools/include", "tools/arch/x86/include", "tools/lib/bpf", "include/uapi",
         "include/linux/filter.h", "lib/test_bpf.c"]
SKIP = 77  # exit status that ctest counts as skipped


class Unavailable(Exception):
    """The package cannot be had here; the text says why."""


def run(arguments, **options):
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{arguments[0]}: {error}") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise Unavailable(f"{' '.join(arguments[:3])}: {lines[-1]}")
    return done.stdout


def candidate():
    found = re.search(r"Candidate: (\d\S*)", run(["apt-cache", "policy", PACKAGE]))
    if not found:
        raise Unavailable(f"apt knows no {PACKAGE}: run apt-get update")
    return found[1]


def unpack(scratch):
    """apt-get download -> .deb -> .tar.xz -> the parts, all inside `scratch`; returns the unpacked tree."""
    run(["apt-get", "download", PACKAGE], cwd=scratch)
    package = next(scratch.glob(f"{PACKAGE}_*.deb"))
    run(["dpkg-deb", "--extract", str(package), str(scratch)])
    archive = scratch / "usr/src" / f"{PACKAGE}.tar.xz"
    run(["tar", "--extract", "--file", str(archive), "--directory", str(scratch), *(f"{PACKAGE}/{part}" for part in PARTS)])
    return scratch / PACKAGE


def fetch():
    """The unpacked parts of the package's candidate version, fetched once."""
    cache = pathlib.Path(os.environ.get("MILLRACE_CACHE") or pathlib.Path.home() / ".cache/millrace")
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{cache}: {error.strerror}") from error
    with open(cache / "fetch.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = sorted(cache.glob(f"{PACKAGE}-*"))
        if known:
            return known[-1]
        version = candidate()
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            tree = unpack(pathlib.Path(scratch))
            return pathlib.Path(shutil.move(tree, cache / f"{PACKAGE}-{version}"))


if __name__ == "__main__":
    try:
        print(fetch())
    except Unavailable as error:
        print(f"skipped: {error}")
        sys.exit(SKIP)
