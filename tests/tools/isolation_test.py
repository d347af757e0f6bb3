#!/usr/bin/env python3
"""The network of the host stays as it is whatever an isolated command does; without `exec`, or with --hybrid, each way changes it.
SPDX-License-Identifier: Apache-2.0

usage: isolation_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import os
import subprocess
import sys
import unittest

import host_changes
from card import leave_the_network

BUILD = sys.argv.pop(1)
NAMES = [name for name in vars(host_changes) if name.startswith("by_")]


def rights(options):
    """What capget(2) tells of the right to change the network, in versions 1 and 3."""
    script = """
import ctypes, sys
for version in (0x19980330, 0x20080522):
    for pid in (0, __import__("os").getpid()):
        data = (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(version, pid), data) == 0
        print(*(word >> 12 & 1 for word in data[:3]), end=";")
"""
    return subprocess.run([f"{BUILD}/millrace", "exec", *options, "--", "python3", "-c", script], capture_output=True, text=True, check=True).stdout


@unittest.skipIf(os.geteuid() != 0, "only root could change the network")
class Isolation(unittest.TestCase):
    def setUp(self):
        leave_the_network()
        for words in ("link set lo up", "link add veth9 type veth", "addr add 192.0.2.1/24 dev veth9", "link set veth9 up"):
            subprocess.run(["ip", *words.split()], check=True)

    def results(self, *prefix):
        done = subprocess.run([*prefix, "python3", host_changes.__file__], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stderr)
        return dict(line.split(" ", 1) for line in done.stdout.splitlines())

    def test_each_way_changes_an_open_network(self):
        self.assertGreaterEqual(len(NAMES), 12)
        self.assertEqual(self.results(), dict.fromkeys(NAMES, "ok changed"))

    def test_no_way_out_of_an_isolated_command(self):
        for options in ((), ("--preload",), ("--strict",), ("--promote",), ("--only-bpf",)):
            with self.subTest(options=options):
                before = host_changes.state()
                self.assertEqual(self.results(f"{BUILD}/millrace", "exec", *options, "--"), dict.fromkeys(NAMES, "EPERM same"))
                self.assertEqual(host_changes.state(), before)

    def test_root_does_not_get_the_right_back(self):
        """By executing a program, or from the bounding set."""
        for words in (["sh", "-c", "ip link add veth8 type veth"], ["setpriv", "--reuid=0", "--inh-caps=+net_admin", "ip", "link", "add", "veth8", "type", "veth"]):
            done = subprocess.run([f"{BUILD}/millrace", "exec", "--preload", "--only-bpf", "--", *words], capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0, words)
        self.assertNotIn("veth8", subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout)

    def test_a_hybrid_command_may(self):
        self.assertEqual(self.results(f"{BUILD}/millrace", "exec", "--hybrid", "--"), dict.fromkeys(NAMES, "ok changed"))

    def test_root_is_told_the_rights_of_root(self):
        for options in ((), ("--preload",), ("--hybrid",)):
            with self.subTest(options=options):
                self.assertEqual(rights(options), "1 1 0;" * 4)
        less = subprocess.run(["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", f"{BUILD}/millrace", "exec", "--", "grep", "^Cap", "/proc/self/status"],
                              capture_output=True, text=True, check=True).stdout
        self.assertEqual({int(line.split()[1], 16) >> 12 & 1 for line in less.splitlines()}, {0})


if __name__ == "__main__":
    unittest.main()
