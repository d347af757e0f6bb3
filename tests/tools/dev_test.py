#!/usr/bin/env python3
"""millrace's own commands with --dev: what they ask the kernel for is answered by a card, and refused for interfaces that are none.
SPDX-License-Identifier: Apache-2.0

usage: dev_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import json
import subprocess
import sys
import unittest

from card import Card

BUILD = sys.argv.pop(1)
MILLRACE = f"{BUILD}/millrace"
OBJECTS = f"{BUILD}/tests/tools/objects.bpf.o"
ENTRIES = {"htab": [{"key": ["0x05", "0x00", "0x00", "0x00"], "value": [7, 0, 0, 0, 0, 0, 0, 0]}]}


def millrace(*words):
    return subprocess.run([MILLRACE, *words], capture_output=True, text=True, timeout=60, check=False)


class OnACard(unittest.TestCase):
    def setUp(self):
        self.card = Card(BUILD)
        self.addCleanup(self.card.__exit__)
        self.rules = f"{self.card.folder}/rules.json"
        with open(self.rules, "w", encoding="utf-8") as file:
            json.dump(ENTRIES, file)

    def on_card(self, *words):
        done = self.card.run(words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def running(self):
        """A run that ends with the test, once its program is attached."""
        process = subprocess.Popen(self.card.command([MILLRACE, "run", OBJECTS, "--dev", "nic0", "--maps", self.rules, "--maps-out", "-"]),
                                   stdout=subprocess.PIPE, text=True)
        for _ in range(200):
            if "offload" in self.on_card("bpftool", "net"):
                return process
        self.fail("the program was never attached")

    def test_a_run_attaches_and_leaves_nothing(self):
        text = self.on_card(MILLRACE, "run", OBJECTS, "--dev", "nic0", "--duration", "10ms")
        self.assertIn("use_maps was attached to nic0", text)
        self.assertEqual(json.loads(self.on_card("bpftool", "-j", "prog")), [])
        self.assertNotIn("offload", self.on_card("bpftool", "net"))

    def test_maps_and_programs_of_a_run(self):
        process = self.running()
        progs = json.loads(self.on_card(MILLRACE, "prog", "list", "--dev", "nic0", "--json", "-"))["programs"]
        self.assertEqual([p["name"] for p in progs], ["use_maps"])
        show = self.on_card(MILLRACE, "prog", "show", "use_maps", "--dev", "nic0")
        self.assertIn("xdp use_maps", show)
        self.assertEqual(self.on_card(MILLRACE, "map", "lookup", "htab", "5", "--dev", "nic0"), "07 00 00 00 00 00 00 00\n")
        self.on_card(MILLRACE, "map", "update", "array", "1", "9", "--dev", "nic0")
        process.terminate()
        out, _ = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0)
        maps = json.loads(out)
        self.assertEqual(maps["htab"][0]["value"][0], "0x07")
        self.assertEqual(maps["array"][1]["value"][0], "0x09")
        self.assertNotIn("offload", self.on_card("bpftool", "net"))

    def test_a_program_that_is_there_stays(self):
        process = self.running()
        done = self.card.run([MILLRACE, "run", OBJECTS, "--dev", "nic0", "--duration", "10ms"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("a program is attached already", done.stderr)
        self.assertIn("offload", self.on_card("bpftool", "net"))
        process.terminate()
        process.communicate(timeout=20)

    def test_what_is_on_no_device_is_not_shown(self):
        script = f"bpftool prog load {OBJECTS} $MILLRACE_BPFFS/host type xdp && {MILLRACE} prog list --dev nic0 --json -"
        self.assertEqual(json.loads(self.on_card("sh", "-c", script))["programs"], [])


class WithoutACard(unittest.TestCase):
    def refused(self, code, message, *words):
        done = millrace(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(message, done.stderr)

    def test_an_interface_that_is_not_there(self):
        message = "nosuch0: no interface has this name in this network namespace"
        self.refused(2, message, "run", OBJECTS, "--dev", "nosuch0")
        self.refused(2, message, "map", "dump", "htab", "--dev", "nosuch0")
        self.refused(2, message, "prog", "list", "--dev", "nosuch0")

    def test_an_interface_that_cannot_offload(self):
        self.refused(1, "lo: its driver has no XDP and no BPF offload at all", "run", OBJECTS, "--dev", "lo")

    def test_commands_that_a_real_card_needs_not(self):
        message = "the kernel answers for eth7 itself: run commands without `exec` and `serve`"
        self.refused(2, message, "exec", "--dev", "eth7", "--", "true")
        self.refused(2, message, "serve", "--dev", "eth7")

    def test_options_of_the_simulated_card(self):
        self.refused(2, "--packets excludes --dev", "run", OBJECTS, "--dev", "lo", "--packets", "1")
        self.refused(2, "excludes", "map", "dump", "htab", "--dev", "lo", "--socket", "card.sock")


if __name__ == "__main__":
    unittest.main()
