#!/usr/bin/env python3
"""Runs every benchmark and prints one table with its bars; figures of one run are comparable with each other, not with another day's.
SPDX-License-Identifier: Apache-2.0

usage: bench/run.py [--quick] [--bars]      from the repository's root, after ./dev build
  --quick   fewer packets, no run of ten million
  --bars    the rows that have a bar, and no others
Exit code 1: a bar was missed.

Rates are per second of processor time, so that what else runs on the machine takes little from them; each is the best of several runs.
"""
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path("build")
EXAMPLES = BUILD / "examples"
MILLRACE = str(BUILD / "millrace")
MAPS = {"firewall": BUILD / "bench/rules.json", "load_balancer": EXAMPLES / "load_balancer.json"}
FLOWS = 1000
TRAFFIC = f"size=64,flows={FLOWS},proto=mix"
FPCS = [1, 12, 120]
ATTEMPTS = 5
CAPACITY_SHARE = 0.8


class Table:
    def __init__(self, only_bars):
        self.only_bars = only_bars
        self.missed = 0

    def row(self, name, value, unit, note="", bar=None, is_met=None):
        if bar is None and self.only_bars:
            return
        verdict = "" if bar is None else f"{'pass' if is_met else 'MISS'}  bar {bar}"
        self.missed += bar is not None and not is_met
        print(f"{name:<52} {value:>10}  {unit:<20} {verdict:<28} {note}".rstrip(), flush=True)

    def at_least(self, name, value, unit, bar, note="", digits=2):
        self.row(name, f"{value:.{digits}f}", unit, note, f">= {bar}", value >= bar)

    def at_most(self, name, value, unit, bar, note="", digits=2):
        self.row(name, f"{value:.{digits}f}", unit, note, f"<= {bar}", value <= bar)


def host():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def microbenchmarks(table):
    for program in sorted(BUILD.glob("bench/*_bench")):
        if table.only_bars and program.name not in ("fpc_bench", "example_bench", "map_sync_bench", "rtl_bench", "verifier_bench"):
            continue
        pattern = "jit/(arithmetic|example)|map_sync/simulated|rtl/|verifier/" if table.only_bars else "."
        done = subprocess.run([program, "--benchmark_format=json", f"--benchmark_filter={pattern}"], capture_output=True, text=True, check=True)
        for bench in json.loads(done.stdout)["benchmarks"]:
            name, label = bench["name"], bench.get("error_message", bench.get("label", ""))
            rate = bench.get("items_per_second", 0) / 1e6
            if name == "jit/arithmetic":
                table.at_least(name, rate, "M instructions/s", 500, label)
            elif name.startswith("jit/example/"):
                table.at_least(name, rate, "M instructions/s", 200, f"{bench.get('packets_per_s', 0) / 1e6:.2f} M packets/s {label}")
            elif name == "rtl/alone":
                table.at_least(name, rate, "M cycles/s", 1, label)
            elif name == "rtl/lockstep":
                table.at_least(name, rate, "M instructions/s", 0.3, label)
            elif name.startswith("verifier/"):
                table.at_least(name, rate, "M visits/s", 1, label)
                table.at_most(f"{name}: peak memory", bench["peak_MiB"], "MiB", 1024, digits=0)
            elif name.startswith("map_sync/simulated"):
                map_sync(table, name.removesuffix("/iterations:1"), bench, label)
            elif rate:
                table.row(name, f"{rate:.2f}", "M items/s", label)
            else:
                table.row(name, f"{bench['real_time']:.1f}", bench["time_unit"], label)


def map_sync(table, name, bench, label):
    """Entries a second of simulated time: each way against the one with a message for each."""
    table.row(name, f"{bench['real_time'] / 1e6:.1f}", "ms", label)
    table.at_least(f"{name}: dump, 4 / 1 a message", bench["dump_speedup"], "", 6, digits=1)
    table.at_least(f"{name}: batch look-up / dump", bench["batch_lookup_speedup"], "", 10, digits=1)
    table.at_least(f"{name}: batch update / update", bench["batch_update_speedup"], "", 10, digits=1)
    table.at_least(f"{name}: replies in 200 us", bench["soon_percent"], "%", 99.9)


def compile_times(table):
    for program in ["drop", *MAPS]:
        start = time.perf_counter()
        subprocess.run([MILLRACE, "compile", EXAMPLES / f"{program}.bpf.o", "-o", "/dev/null", "--json", "/dev/null"], check=True)
        table.row(f"compile {program}, process included", f"{1e3 * (time.perf_counter() - start):.1f}", "ms")


def run_card(program, fpcs, rate_mpps, packets):
    command = [MILLRACE, "run", EXAMPLES / f"{program}.bpf.o", "--nic", "nfp-120", "--fpcs", str(fpcs), "--json", "-", "--packets", str(packets),
               "--traffic", f"{TRAFFIC},rate={rate_mpps:.3f}Mpps"]
    if program in MAPS:
        command += ["--maps", MAPS[program]]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def write_rules():
    """Rules for the generator's flows, so that the card is the limit and not the host behind it: of ten, one has none, three go back out, six are dropped."""
    capture = BUILD / "bench/flows.pcap"
    subprocess.run([MILLRACE, "run", EXAMPLES / "pass.bpf.o", "--traffic", f"{TRAFFIC},rate=1Mpps", "--packets", str(20 * FLOWS), "--out", capture, "--json", "/dev/null"],
                   check=True, capture_output=True)
    frames, at, flows = capture.read_bytes(), 24, {}
    while at < len(frames):
        length = int.from_bytes(frames[at + 8:at + 12], "little")
        ip = frames[at + 16 + 14:at + 16 + length]
        flows[ip[12:24] + bytes([ip[9], 0, 0, 0])] = None
        at += 16 + length
    assert len(flows) == FLOWS, f"{len(flows)} flows in {capture}"
    drop, tx = [1, 0, 0, 0], [3, 0, 0, 0]
    rules = [{"key": list(flow), "value": tx if number % 10 < 4 else drop} for number, flow in enumerate(sorted(flows)) if number % 10]
    MAPS["firewall"].write_text(json.dumps({"rules": rules}))


class CardRun:
    """A program at 80 % of what so many FPCs process when they are offered more; the best of several runs."""

    def __init__(self, program, fpcs, packets):
        self.program, self.fpcs, self.packets = program, fpcs, packets
        self.capacity_mpps = run_card(program, fpcs, fpcs * 10, min(packets, 1000 * fpcs))["rate_mpps"]
        self.seconds = float("inf")

    def attempt(self):
        self.report = run_card(self.program, self.fpcs, CAPACITY_SHARE * self.capacity_mpps, self.packets)
        self.seconds = min(self.seconds, self.report["wall"]["cpu_seconds"])

    @property
    def packets_per_s(self):
        return (self.report["packets"]["offered"] - self.report["packets"]["lost"]) / self.seconds

    @property
    def instructions_per_s(self):
        return self.report["instructions"] / self.seconds

    @property
    def note(self):
        return f"{self.report['rate_mpps']:.1f} of {self.capacity_mpps:.1f} Mpps simulated, {self.report['packets']['lost']} lost"


def card_runs(table, packets):
    """Cards of all sizes take turns, so that a neighbour of this machine does not slow one of them down alone."""
    runs = {(program, fpcs): CardRun(program, fpcs, packets)
            for program in ["drop", *MAPS] for fpcs in FPCS
            if not (table.only_bars and (program == "load_balancer" or fpcs == 1))}
    for _ in range(ATTEMPTS):
        for run in runs.values():
            run.attempt()
    for (program, fpcs), run in runs.items():
        table.row(f"{program} on {fpcs} FPCs", f"{run.packets_per_s / 1e6:.3f}", "M packets/s", f"{run.instructions_per_s / 1e6:.1f} M instructions/s, {run.note}")
    drop, firewall = runs["drop", 120], runs["firewall", 120]
    table.at_least("drop on nfp-120", drop.packets_per_s / 1e6, "M packets/s", 1.5, drop.note)
    table.at_least("firewall on nfp-120", firewall.packets_per_s / 1e6, "M packets/s", 1.0, firewall.note)
    table.at_least("firewall on nfp-120", firewall.instructions_per_s / 1e6, "M instructions/s", 150)
    for program in ["drop", "firewall"]:
        ratio = runs[program, 12].packets_per_s / runs[program, 120].packets_per_s
        table.at_most(f"{program}: time of a packet, 120 FPCs / 12 FPCs", ratio, "", 1.3)
    return firewall


def kernel_ns(program, packets, repeat):
    """BPF_PROG_TEST_RUN's own figure, the mean of so many packets; a message when the kernel cannot be asked."""
    command = [BUILD / "bench/kernel_time", EXAMPLES / f"{program}.bpf.o", MAPS.get(program, "-"), f"{TRAFFIC},rate=1Mpps", str(packets), str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 1:
        return done.stderr.strip()
    done.check_returncode()
    return float(done.stdout)


def against_the_kernel(table, firewall):
    """The same program on the same packets: each once, as the card has them, and each 1000 times, when all that it needs is in the nearest cache."""
    once, repeated, timer = kernel_ns("firewall", 20_000, 1), kernel_ns("firewall", 1000, 1000), kernel_ns("pass", 20_000, 1)
    if isinstance(once, str):
        table.row("firewall: card's packet time / BPF_PROG_TEST_RUN", "-", "", once)
        return
    card = 1e9 / firewall.packets_per_s
    table.row("BPF_PROG_TEST_RUN of pass, each packet once: its timer", f"{timer:.0f}", "ns")
    table.row("firewall: card / kernel, each packet 1000 times", f"{card / repeated:.1f}", "", f"{card:.0f} / {repeated:.0f} ns")
    net = max(once - timer, 1)
    table.at_most("firewall: card / kernel, each packet once less timer", card / net, "", 15, f"{card:.0f} / ({once:.0f} - {timer:.0f}) ns")


def timed(command):
    """Wall seconds and peak memory in MB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def whole_processes(table, quick):
    command = [MILLRACE, "run", EXAMPLES / "firewall.bpf.o", "--maps", MAPS["firewall"], "--nic", "nfp-120", "--traffic", f"{TRAFFIC},rate=100Mpps", "--packets"]
    start = min(timed([*command, "1"])[0] for _ in range(2 * ATTEMPTS))
    table.at_most("process from its start to the first packet's end", start, "s", 0.3, digits=3)
    packets = 1_000_000 if quick else 10_000_000
    seconds, cpu, peak = timed([*command, str(packets)])
    table.at_most(f"firewall, {packets:,} packets: peak memory", peak, "MB", 500, f"{seconds:.1f} s, of the processor {cpu:.1f} s", digits=0)


class Dump:
    """A dump by bpftool of an array on a card of its own, with `exec`, or on that of a server: from the start of `exec` to its end."""

    def __init__(self, name, options, script):
        self.name, self.command = name, [MILLRACE, "exec", *options, "--", "sh", "-c", script]
        self.seconds = float("inf")

    def attempt(self):
        self.seconds = min(self.seconds, timed(self.command)[0])


def other_peoples_tools(table):
    """Two calls of bpf(2) an entry. What else runs on the machine stands between each call and its answer, so the ways take turns."""
    create = "bpftool map create $MILLRACE_BPFFS/big type array key 4 value 8 entries 10000 name big dev nic0"
    dump = "bpftool map dump name big"
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        server = subprocess.Popen([MILLRACE, "serve", "--socket", f"{folder}/socket"], stdout=subprocess.PIPE)
        try:
            assert b"serves on" in server.stdout.readline()
            on_server = ["--socket", f"{folder}/socket"]
            subprocess.run([MILLRACE, "exec", *on_server, "--", "sh", "-c", create], check=True)
            runs = [Dump("exec", [], f"{create}; {dump}"), Dump("exec --preload", ["--preload"], f"{create}; {dump}"),
                    Dump("exec --socket", on_server, dump), Dump("exec --socket --preload", [*on_server, "--preload"], dump)]
            for _ in range(ATTEMPTS):
                for run in runs:
                    run.attempt()
        finally:
            server.terminate()
            server.wait()
    for run in runs:
        table.at_most(f"{run.name}: bpftool dumps 10,000 entries", run.seconds, "s", 2)


def main():
    quick = "--quick" in sys.argv[1:]
    table = Table("--bars" in sys.argv[1:])
    print(f"host: {host()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    write_rules()
    microbenchmarks(table)
    if not table.only_bars:
        compile_times(table)
    firewall = card_runs(table, 50_000 if quick else 1_000_000)
    against_the_kernel(table, firewall)
    whole_processes(table, quick)
    other_peoples_tools(table)
    print(f"\n{table.missed} bars missed" if table.missed else "\nevery bar is met")
    sys.exit(1 if table.missed else 0)


if __name__ == "__main__":
    main()
