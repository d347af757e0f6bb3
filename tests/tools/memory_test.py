#!/usr/bin/env python3
"""Programs that map something of the card into their memory: rings of perf events, arrays of global variables.
SPDX-License-Identifier: Apache-2.0

usage: memory_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from card import CLIENT, Card, wait_until

BUILD = sys.argv.pop(1)
HELPERS = f"{BUILD}/tests/tools"
NIC = 0x7001
FRONT_ENDS = (("dynamic", ()), ("dynamic", ("--preload",)), ("static", ()))


class Memory(unittest.TestCase):
    def setUp(self):
        self.card = Card(BUILD)
        self.addCleanup(self.card.__exit__)

    def each(self, name, *words):
        """What the program prints, which is the same below every front end."""
        outputs = []
        for kind, options in FRONT_ENDS:
            with self.subTest(kind=kind, options=options):
                done = self.card.run([f"{HELPERS}/{name}.{kind}", f"{HELPERS}/{name}.bpf.o", *words], options)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                outputs.append(done.stdout)
        self.assertEqual(len(outputs), len(FRONT_ENDS))
        self.assertEqual(len(set(outputs)), 1, outputs)
        return outputs[0]

    def files_of_the_server(self):
        return len(os.listdir(f"/proc/{self.card.server.pid}/fd"))


class Events(Memory):
    def test_reach_a_reader_in_order(self):
        self.assertEqual(self.each("events", NIC, 8, 20, 10), "30 samples, 0 lost, 0 wrong\n")

    def test_that_find_no_room_are_reported(self):
        text = self.each("events", NIC, 1, 150, 1)
        found = re.fullmatch(r"after (\d+): lost (\d+)\n(\d+) samples, (\d+) lost, 0 wrong\n", text)
        self.assertTrue(found, text)
        kept, lost, samples, all_lost = map(int, found.groups())
        self.assertEqual((kept, lost, samples, all_lost), (4095 // 40, 150 - 4095 // 40, kept + 1, lost))

    def test_reach_a_static_go_program(self):
        done = self.card.run([f"{HELPERS}/static_go_events", f"{HELPERS}/events.bpf.o"], ["--promote"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "10 events\n", ""))

    def test_reach_bpftool(self):
        load = f"bpftool prog load {HELPERS}/events.bpf.o $MILLRACE_BPFFS/p type xdp dev nic0"
        run = "head -c 60 /dev/zero > packet && bpftool prog run pinned $MILLRACE_BPFFS/p data_in packet repeat 3 > result"
        script = f"""
            cd {self.card.folder}; {load} || exit 1
            bpftool -j map event_pipe name events > events.json & reader=$!
            while ! readlink /proc/$reader/fd/* | grep -q eventpoll; do sleep 0.05; done
            while [ $(grep -c SigCgt:.*[2367abef]$ /proc/$reader/status) = 0 ]; do sleep 0.05; done
            {run} || exit 1
            sleep 0.5; kill -INT $reader; wait $reader; rm $MILLRACE_BPFFS/p"""
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                done = self.card.run(["bash", "-c", script], options)
                self.assertEqual((done.returncode, done.stderr), (0, "Stopping...\n"), done.stdout)
                with open(f"{self.card.folder}/events.json", encoding="ascii") as file:
                    events = json.load(file)
                self.assertEqual(len(events), 3, events)
                for event in events:
                    self.assertEqual(event["type"], 9)
                    self.assertEqual(event["data"][:22], [0] * 22)

    def test_leave_nothing_of_a_killed_reader(self):
        self.card.client("count")
        before = self.files_of_the_server()
        script = f"bpftool prog load {HELPERS}/events.bpf.o $MILLRACE_BPFFS/p type xdp dev nic0; bpftool map event_pipe name events & echo $!; wait; rm $MILLRACE_BPFFS/p"
        with subprocess.Popen(self.card.command(["sh", "-c", script]), stdout=subprocess.PIPE, text=True) as command:
            reader = int(command.stdout.readline())
            wait_until(lambda: self.files_of_the_server() > before + 4, "the reader has its events")
            os.kill(reader, signal.SIGKILL)
        wait_until(lambda: self.files_of_the_server() <= before, "all files of the reader are closed")
        self.assertEqual(self.card.maps(), 0)


class Arrays(Memory):
    def test_of_the_card_are_shared_with_it(self):
        self.assertEqual(self.each("mapped", NIC), "verdicts 1 2 2\ncounted 3, big-endian words 3 0\n")

    def test_of_global_variables_of_the_host(self):
        text = self.each("globals")
        self.assertEqual(text.splitlines(), ["step 5, .rodata for writing: EPERM", "verdict 1 2 2 2", "104 packets, 20 steps, 4 atomically"])

    def test_of_global_variables_of_the_card(self):
        text = self.each("globals", NIC)
        self.assertEqual(text.splitlines(), ["step 5, .rodata for writing: EPERM", "verdict 1 2 2 2", "104 packets, 20 steps, 4 atomically"])

    def test_without_any_right(self):
        if os.geteuid() != 0:
            self.skipTest("the other tests run without rights already")
        with tempfile.TemporaryDirectory(prefix="millrace-test-") as folder:
            os.chmod(folder, 0o755)
            for name in ("events.static", "events.bpf.o", "mapped.static", "mapped.bpf.o"):
                shutil.copy(f"{HELPERS}/{name}", folder)
            shutil.copy(f"{BUILD}/millrace", folder)
            for words, end in ((["mapped", NIC], "counted 3, big-endian words 3 0\n"), (["events", NIC, 8, 5, 5], "10 samples, 0 lost, 0 wrong\n")):
                command = [f"{folder}/millrace", "exec", "--", f"{folder}/{words[0]}.static", f"{folder}/{words[0]}.bpf.o", *map(str, words[1:])]
                done = subprocess.run(command, user=65534, group=65534, extra_groups=[], env={"PATH": os.environ["PATH"]},
                                      capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertTrue(done.stdout.endswith(end), done.stdout)

    def test_are_refused_as_a_real_card_does(self):
        done = self.card.run([f"{HELPERS}/mapped.dynamic", f"{HELPERS}/mapped.bpf.o", NIC], ["--strict"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("load: Invalid argument", done.stderr)
        done = self.card.run([f"{HELPERS}/globals.dynamic", f"{HELPERS}/globals.bpf.o", NIC], ["--strict"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed to create: Invalid argument(-22)", done.stderr)

    def test_are_frozen_when_nobody_may_write_them(self):
        expected = "ok EPERM\nEBUSY\nEBUSY\nok EPERM"
        for options in ((), ("--preload",)):
            for interface in (0, NIC):
                with self.subTest(options=options, interface=interface):
                    self.assertEqual(self.card.client("freezing", interface, options=options), expected)
        if os.geteuid() == 0:
            of_the_kernel = subprocess.run(["python3", CLIENT, "freezing"], capture_output=True, text=True, check=True).stdout
            self.assertEqual(of_the_kernel.strip(), expected)

    def test_of_what_cannot_be_mapped(self):
        script = """
import ctypes, sys
sys.path.insert(0, sys.argv[1])
import client
client.LIBC.mmap.restype = ctypes.c_void_p
client.LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
hash_map = client.bpf(client.MAP_CREATE, client.struct.pack("5I", 1, 4, 8, 2, 0))[0]
for fd in (client.create(), client.create(int(sys.argv[2])), hash_map):
    mapped = client.LIBC.mmap(None, 4096, 3, 1, fd, 0)
    print("mapped" if mapped != 2**64 - 1 else ctypes.get_errno())
"""
        for options in ((), ("--preload",)):
            done = self.card.run(["python3", "-c", script, os.path.dirname(os.path.abspath(__file__)), NIC], options)
            self.assertEqual((done.stdout, done.stderr), ("22\n22\n524\n", ""))


if __name__ == "__main__":
    unittest.main()
