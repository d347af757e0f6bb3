#!/usr/bin/env python3
"""Runs every benchmark and prints one table; figures of one run are comparable with each other, not with another day's.
SPDX-License-Identifier: Apache-2.0

usage: bench/run.py [--quick]      from the repository's root, after ./dev build
"""
import json
import pathlib
import platform
import resource
import subprocess
import sys
import time

BUILD = pathlib.Path("build")
EXAMPLES = BUILD / "examples"
PROGRAMS = [("drop", []), ("firewall", ["--maps", EXAMPLES / "firewall.json"]), ("load_balancer", ["--maps", EXAMPLES / "load_balancer.json"])]
CARDS = [("nfp-120", 1), ("nfp-120", 12), ("nfp-120", 120)]


def host():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def row(name, value, unit, note=""):
    print(f"{name:<44} {value:>12}  {unit:<16} {note}", flush=True)


def microbenchmarks():
    for program in sorted(BUILD.glob("bench/*_bench")):
        done = subprocess.run([program, "--benchmark_format=json"], capture_output=True, text=True, check=True)
        for bench in json.loads(done.stdout)["benchmarks"]:
            rate = bench.get("items_per_second")
            if rate is not None:
                row(bench["name"], f"{rate / 1e6:.2f}", "M items/s", bench.get("label", ""))
            else:
                row(bench["name"], f"{bench['real_time']:.1f}", bench["time_unit"], bench.get("label", ""))


def compile_times():
    for program, _ in PROGRAMS:
        start = time.perf_counter()
        subprocess.run([BUILD / "millrace", "compile", EXAMPLES / f"{program}.bpf.o", "-o", "/dev/null", "--json", "/dev/null"], check=True)
        row(f"compile {program}, process included", f"{1e3 * (time.perf_counter() - start):.1f}", "ms")


def card_runs(packets):
    for program, options in PROGRAMS:
        for nic, fpcs in CARDS:
            command = [BUILD / "millrace", "run", EXAMPLES / f"{program}.bpf.o", *options, "--nic", nic, "--fpcs", str(fpcs), "--json", "-", "--packets", str(packets)]
            if program != "drop":
                command += ["--pcap", EXAMPLES / "office.pcap", "--rate", f"{fpcs * 1.2:g}Mpps"]
            else:
                command += ["--traffic", f"size=64,rate={fpcs * 2.5:g}Mpps"]
            report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            wall = report["wall"]
            row(f"{program} on {fpcs} FPCs", f"{wall['packets_per_s'] / 1e6:.3f}", "M packets/s",
                f"{wall['instructions_per_s'] / 1e6:.1f} M instructions/s, {report['rate_mpps']:.2f} Mpps simulated")


def million_packets():
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    start = time.perf_counter()
    subprocess.run([BUILD / "millrace", "run", EXAMPLES / "firewall.bpf.o", "--nic", "nfp-120", "--pcap", EXAMPLES / "office.pcap", "--rate", "100Mpps",
                    "--packets", "1000000", "--maps", EXAMPLES / "firewall.json", "--json", "/dev/null"], check=True, capture_output=True)
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    row("firewall, 1,000,000 packets on 120 FPCs", f"{time.perf_counter() - start:.1f}", "s", f"peak memory of any run so far {peak / 1024:.0f} MiB")


def main():
    quick = "--quick" in sys.argv[1:]
    print(f"host: {host()}\n")
    microbenchmarks()
    compile_times()
    card_runs(20_000 if quick else 200_000)
    if not quick:
        million_packets()


if __name__ == "__main__":
    main()
