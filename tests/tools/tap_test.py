#!/usr/bin/env python3
"""Pings between two network namespaces whose packets go through a card: they pass, are dropped, are counted.
SPDX-License-Identifier: Apache-2.0

usage: tap_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import json
import os
import subprocess
import sys
import time
import unittest

from card import Card

BUILD = sys.argv.pop(1)
HELPERS = f"{BUILD}/tests/tools"
WIRE, HOST = "10.90.0.1", "10.90.0.2"
PINGS = 5

PING = """
import os, select, socket, struct, sys, time
peer, count = sys.argv[1], int(sys.argv[2])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
answers = 0
for number in range(count):
    head = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xffff, number)
    data = bytes(56)
    head = struct.pack("!BBHHH", 8, 0, checksum(head + data), os.getpid() & 0xffff, number)
    raw.sendto(head + data, (peer, 0))
    end = time.monotonic() + float(sys.argv[3])
    while time.monotonic() < end and select.select([raw], [], [], max(0, end - time.monotonic()))[0]:
        packet = raw.recv(2048)[20:]
        if packet[0] == 0 and struct.unpack("!HH", packet[4:8]) == (os.getpid() & 0xffff, number):
            answers += 1
            break
print(answers)
"""

# Prints how many ICMP echo requests and replies it sees on an interface, by direction, until its input ends.
WATCH = """
import collections, select, socket, sys
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
raw.bind((sys.argv[1], 3))  # ETH_P_ALL: what goes out as well
print("ready", flush=True)
seen = collections.Counter()
while not select.select([sys.stdin], [], [], 0)[0] or select.select([raw], [], [], 0.2)[0]:
    if select.select([raw], [], [], 0.05)[0]:
        frame, address = raw.recvfrom(2048)
        if frame[12:14] == bytes((8, 0)) and frame[23] == 1 and frame[34] in (0, 8):
            seen["out" if address[2] == socket.PACKET_OUTGOING else "in", frame[34]] += 1
print(*(seen[way, kind] for way in ("out", "in") for kind in (8, 0)))
"""


class Namespace:
    """A network namespace that lives as long as a sleeping process."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def run(self, *words):
        return subprocess.run(["nsenter", "-t", str(self.process.pid), "-n", *words], capture_output=True, text=True, timeout=60, check=True).stdout

    def start(self, *words):
        process = subprocess.Popen(["nsenter", "-t", str(self.process.pid), "-n", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        return process

    def take(self, interface, address):
        subprocess.run(["ip", "link", "set", interface, "netns", str(self.process.pid)], check=True)
        self.run("ip", "address", "add", f"{address}/24", "dev", interface)
        self.run("ip", "link", "set", interface, "up")


@unittest.skipIf(os.geteuid() != 0, "only root can make tap interfaces")
class Taps(unittest.TestCase):
    def setUp(self):
        self.card = Card(BUILD, options=("--tap", "mrwire0,mrhost0"))
        self.addCleanup(self.card.__exit__)
        self.wire, self.host = Namespace(), Namespace()
        self.addCleanup(self.wire.end)
        self.addCleanup(self.host.end)
        self.wire.take("mrwire0", WIRE)
        self.host.take("mrhost0", HOST)

    def pings(self, count=PINGS, seconds=5.0):
        """Of the wire's side, how many are answered."""
        return int(self.wire.run("python3", "-c", PING, HOST, str(count), str(seconds)))

    def pings_of_host(self):
        return int(self.host.run("python3", "-c", PING, WIRE, str(PINGS), "5.0"))

    def load(self, path, name):
        done = self.card.run(["sh", "-c", f"bpftool prog load {path} $MILLRACE_BPFFS/{name} type xdp dev nic0 && "
                              f"bpftool net attach xdpoffload pinned $MILLRACE_BPFFS/{name} dev nic0"])
        self.assertEqual(done.returncode, 0, done.stderr)

    def detach(self):
        done = self.card.run(["bpftool", "net", "detach", "xdpoffload", "dev", "nic0"])
        self.assertEqual(done.returncode, 0, done.stderr)

    def knob(self, name):
        return int(self.card.millrace("knob", name).stdout)

    def test_packets_pass_are_dropped_and_counted(self):
        self.assertEqual(self.pings(), PINGS, "without a program")
        self.assertGreaterEqual(self.knob("packets_passed"), PINGS)

        self.load(f"{BUILD}/examples/drop.bpf.o", "drop")
        passed = self.knob("packets_passed")
        self.assertEqual(self.pings(2, 0.3), 0, "below a program that drops")
        self.assertGreaterEqual(self.knob("packets_dropped"), 2)
        self.assertEqual(self.knob("packets_passed"), passed)
        self.detach()

        self.load(f"{HELPERS}/count.bpf.o", "count")
        self.assertEqual(self.pings(), PINGS, "below a program that counts")
        [entry] = json.loads(self.card.run(["bpftool", "-j", "map", "dump", "name", "counts"]).stdout)
        count = int.from_bytes(bytes(int(byte, 16) for byte in entry["value"]), "little")
        self.assertGreaterEqual(count, PINGS)
        self.assertLess(count, PINGS + 20, "pings, and a few of ARP and IPv6")

    def test_both_sides_send_and_are_seen(self):
        """What the host sends leaves at the wire, and no program sees it."""
        watchers = [namespace.start("python3", "-c", WATCH, name) for namespace, name in ((self.wire, "mrwire0"), (self.host, "mrhost0"))]
        self.assertEqual((self.pings(), self.pings_of_host()), (PINGS, PINGS))
        # Requests and answers, out and in: each side pings, and answers the other.
        for watcher in watchers:
            out, _ = watcher.communicate("\n", timeout=20)
            self.assertEqual(out, f"{PINGS} {PINGS} {PINGS} {PINGS}\n")
        self.load(f"{HELPERS}/count.bpf.o", "count")
        self.assertEqual(self.pings_of_host(), PINGS)
        [entry] = json.loads(self.card.run(["bpftool", "-j", "map", "dump", "name", "counts"]).stdout)
        count = int.from_bytes(bytes(int(byte, 16) for byte in entry["value"]), "little")
        self.assertGreaterEqual(count, PINGS, "the answers come in at the wire")
        self.assertLess(count, PINGS + 20, "the requests go by the program")
        self.assertGreaterEqual(self.knob("host_packets_sent"), 3 * PINGS, "requests and answers of the host")
        for name in ("host_packets_lost_ring", "host_packets_lost_port", "host_packets_unfit"):
            self.assertEqual(self.knob(name), 0)

    def test_the_host_and_a_program_send_at_one_port(self):
        self.assertEqual((self.pings(1), self.pings_of_host()), (1, PINGS), "each knows the other's address")
        self.load(f"{BUILD}/examples/tx_macswap.bpf.o", "tx_macswap")
        watcher = self.wire.start("python3", "-c", WATCH, "mrwire0")
        sent, back = self.knob("host_packets_sent"), self.knob("packets_sent_back")
        self.assertEqual(self.pings(2, 0.3), 0)
        self.host.run("python3", "-c", PING, WIRE, "3", "0.3")
        out, _ = watcher.communicate("\n", timeout=20)
        # The wire sends 2 requests and 3 answers, sees both again, and the host's requests.
        self.assertEqual(out, "2 3 5 3\n")
        self.assertGreaterEqual(self.knob("host_packets_sent"), sent + 3)
        self.assertGreaterEqual(self.knob("packets_sent_back"), back + 5)

    def test_a_program_goes_wrong_while_it_runs(self):
        self.load(f"{HELPERS}/count.bpf.o", "count")
        self.card.millrace("knob", "fault_store_bits=2")
        packet = f"{self.card.folder}/packet"
        with open(packet, "wb") as file:
            file.write(bytes(64))
        done = self.card.run(["bpftool", "prog", "run", "pinned", f"{self.card.pins}/count", "data_in", packet, "repeat", "1000"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.knob("packets_aborted"), 0)
        self.assertRegex(self.card.millrace("knob", "faults").stdout, r"^fpc 0 context [0246]: uncorrectable ECC error at word \d+ .* times\n$")
        self.detach()
        self.load(f"{BUILD}/examples/drop.bpf.o", "drop")
        self.assertEqual(self.knob("fault_store_bits"), 0, "a program that is loaded is whole")

    def test_a_test_run_leaves_the_packets_alone(self):
        self.load(f"{HELPERS}/count.bpf.o", "count")
        packet = f"{self.card.folder}/packet"
        with open(packet, "wb") as file:
            file.write(bytes(64))
        self.card.run(["bpftool", "prog", "load", f"{BUILD}/examples/drop.bpf.o", f"{self.card.pins}/drop", "type", "xdp", "dev", "nic0"])
        done = self.card.run(["bpftool", "prog", "run", "pinned", f"{self.card.pins}/drop", "data_in", packet, "repeat", "100"])
        self.assertIn("Return value: 1", done.stdout, done.stderr)
        self.assertEqual(self.pings(), PINGS)

    def test_interfaces_that_go_away(self):
        self.wire.run("ip", "link", "delete", "mrwire0")
        self.host.run("ip", "link", "delete", "mrhost0")
        def seconds():
            with open(f"/proc/{self.card.server.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        before = seconds()
        time.sleep(1)
        self.assertLess(seconds() - before, 0.3, "the card does not spin")
        self.assertEqual(self.card.run(["ip", "link", "show", "nic0"]).returncode, 0)

    def test_names_that_are_no_pair(self):
        for names in ("one", "a,b,c", ",b"):
            done = subprocess.run([f"{BUILD}/millrace", "serve", "--socket", f"{self.card.folder}/other.sock", "--tap", names],
                                  capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is not two names, WIRE,HOST", done.stderr)
        done = subprocess.run([f"{BUILD}/millrace", "serve", "--nic", "netdevsim", "--socket", f"{self.card.folder}/other.sock", "--tap", "a,b"],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertIn("netdevsim moves no packets", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
