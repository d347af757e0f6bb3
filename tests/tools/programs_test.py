#!/usr/bin/env python3
"""Programs that no preloaded library reaches, and modes of millrace exec.
SPDX-License-Identifier: Apache-2.0

usage: programs_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from card import CLIENT, Card

BUILD = sys.argv.pop(1)
HELPERS = f"{BUILD}/tests/tools"
NIC = 0x7001


class Programs(unittest.TestCase):
    def setUp(self):
        self.card = Card(BUILD)
        self.addCleanup(self.card.__exit__)

    def test_static_c(self):
        done = self.card.run([f"{HELPERS}/lists", NIC])
        self.assertEqual((done.stdout, done.returncode), ("read 42, 1 map\n", 0), done.stderr)

    def test_static_go_without_an_interface_index(self):
        words = [f"{HELPERS}/static_go_program", f"{HELPERS}/objects.bpf.o", "nic0"]
        done = self.card.run(words, ["--promote"])
        self.assertEqual((done.stdout, done.returncode), ("nic0: value 77, 1 program\n", 0), done.stderr)

    def test_promoted_programs_are_on_the_card(self):
        script = "bpftool prog load pass.bpf.o $MILLRACE_BPFFS/p type xdp && bpftool net attach xdp pinned $MILLRACE_BPFFS/p dev nic0 && ip -j link show nic0"
        done = subprocess.run(self.card.command(["sh", "-c", script], ["--promote"]), cwd=HELPERS, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)[0]["xdp"]["mode"], 3)

    def test_only_bpf_leaves_netlink_to_the_host(self):
        done = self.card.run(["ip", "link", "show", "nic0"], ["--only-bpf"])
        self.assertIn("No such device", done.stderr)

    def test_hybrid_mode_shows_both_kernels(self):
        if os.geteuid() != 0:
            self.skipTest("only root has bpf(2) of the host")
        script = """
            mount -t bpf none pins
            "$@" sh -c '
              bpftool prog load pass.bpf.o $PWD/pins/host type xdp || exit 1
              bpftool prog load pass.bpf.o $PWD/pins/card type xdp dev nic0 || exit 1
              bpftool -j prog show pinned $PWD/pins/host
              bpftool -j prog show pinned $PWD/pins/card
              bpftool -j prog show
              ip link set lo up && ip -j link show lo
              ip link set nic0 xdpoffload pinned $PWD/pins/card && ip -j link show nic0'"""
        pins = f"{HELPERS}/pins"
        os.makedirs(pins, exist_ok=True)
        words = ["unshare", "-m", "sh", "-c", script, "sh", f"{BUILD}/millrace", "exec", "--socket", self.card.socket, "--hybrid", "--"]
        done = subprocess.run(words, cwd=HELPERS, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        host, card, listed, lo, nic = map(json.loads, done.stdout.splitlines())
        self.assertNotIn("dev", host)
        self.assertEqual(card["dev"]["ifname"], "nic0")
        self.assertLess(host["id"], card["id"])
        ids = [program["id"] for program in listed]
        self.assertIn(host["id"], ids)
        self.assertEqual(ids[-1], card["id"])
        self.assertIn("UP", lo[0]["flags"])
        self.assertEqual(nic[0]["xdp"]["prog"]["id"], card["id"])

    def test_strict_mode_looks_at_rights_as_the_kernel(self):
        if os.geteuid() != 0:
            self.skipTest("only root has rights to lose")
        with open("/proc/sys/kernel/unprivileged_bpf_disabled", encoding="ascii") as file:
            if file.read().strip() == "0":
                self.skipTest("the running kernel lets anybody load programs")
        kernel = subprocess.run(["python3", CLIENT, "without_rights", "lo"], capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertIn("lookup ['ok', 'ok', 'EPERM']", kernel)
        self.assertIn("link EPERM", kernel)
        for options in (("--strict",), ("--strict", "--preload")):
            with self.subTest(options=options):
                self.assertEqual(self.card.client("without_rights", "nic0", options=options), kernel.strip())

    def test_without_any_right(self):
        if os.geteuid() != 0:
            self.skipTest("the other tests run without rights already")
        script = "bpftool prog load pass.bpf.o $MILLRACE_BPFFS/p type xdp dev nic0 && ip link set nic0 xdpoffload off && bpftool -j prog show"
        with tempfile.TemporaryDirectory(prefix="millrace-test-") as folder:
            os.chmod(folder, 0o755)
            for name in (f"{BUILD}/millrace", f"{HELPERS}/pass.bpf.o"):
                shutil.copy(name, folder)
            done = subprocess.run([f"{folder}/millrace", "exec", "--", "sh", "-c", script], cwd=folder, user=65534, group=65534, extra_groups=[],
                                  env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        [program] = json.loads(done.stdout)
        self.assertEqual((program["name"], program["dev"]["ifname"]), ("pass", "nic0"))

    def test_large_map(self):
        script = "bpftool map create $MILLRACE_BPFFS/big type array key 4 value 8 entries 10000 name big && bpftool map dump name big | tail -1"
        done = self.card.run(["sh", "-c", script], timeout=300)
        self.assertEqual((done.returncode, done.stdout), (0, "Found 10000 elements\n"), done.stderr)

    def test_large_map_of_the_card(self):
        script = "bpftool map create $MILLRACE_BPFFS/big type array key 4 value 8 entries 10000 name big dev nic0 && bpftool map dump name big | tail -1"
        for command in (self.card.command(["sh", "-c", script]), [f"{BUILD}/millrace", "exec", "--", "sh", "-c", script]):
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, "Found 10000 elements\n"), done.stderr)

    def test_examples_are_translated_for_the_card(self):
        names = sorted(path.name for path in pathlib.Path(f"{BUILD}/examples").glob("*.bpf.o"))
        self.assertGreaterEqual(len(names), 15)
        for name in names:
            kind = "classifier" if name.startswith("tc_") else "xdp"
            script = f"bpftool prog load {BUILD}/examples/{name} $MILLRACE_BPFFS/x type {kind} dev nic0 && bpftool -j prog show pinned $MILLRACE_BPFFS/x; rm -f $MILLRACE_BPFFS/x"
            with self.subTest(name=name):
                done = self.card.run(["sh", "-c", script])
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertGreater(json.loads(done.stdout)["bytes_jited"], 100)

    def test_global_variables_have_names(self):
        """Two programs of an object share them."""
        script = f"""
            cd {self.card.folder}; bpftool prog loadall {BUILD}/examples/sizes.bpf.o $MILLRACE_BPFFS/sizes type xdp dev nic0 || exit 1
            {{ printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\10\\0\\105'; head -c 85 /dev/zero; }} > packet
            for program in sizes sizes only_larger; do bpftool prog run pinned $MILLRACE_BPFFS/sizes/$program data_in packet || exit 1; done
            bpftool -j map dump name sizes.bss; bpftool -j map dump name sizes.data; rm -r $MILLRACE_BPFFS/sizes"""
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                done = self.card.run(["bash", "-c", script], options)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                *verdicts, bss, data = done.stdout.splitlines()
                self.assertEqual([line.split(",")[0] for line in verdicts], ["Return value: 2", "Return value: 2", "Return value: 1"])
                variables = {name: value for dump in (bss, data) for section in json.loads(dump)[0]["formatted"]["value"].values()
                             for variable in section for name, value in variable.items()}
                self.assertEqual((variables["number"], variables["bytes"], variables["frames_by_class"]), (2, 200, [0, 2] + 14 * [0]))
                self.assertEqual(variables["extremes"], {"smallest": 100, "largest": 100, "first_byte": 0, "seen_at": 1})

    def test_words_of_a_program(self):
        self.card.run(["sh", "-c", f"bpftool prog load {BUILD}/examples/ttl.bpf.o $MILLRACE_BPFFS/ttl type xdp dev nic0"])
        text = self.card.millrace("prog", "dump", "ttl").stdout
        file = f"{self.card.folder}/words"
        self.assertEqual(self.card.millrace("prog", "dump", "ttl", "--file", file).returncode, 0)
        with open(file, "rb") as words:
            data = words.read()
        self.assertEqual([int(line, 16) for line in text.splitlines()], [int.from_bytes(data[at:at + 8], "little") for at in range(0, len(data), 8)])
        self.card.run(["sh", "-c", f"bpftool prog load {BUILD}/examples/drop.bpf.o $MILLRACE_BPFFS/host type xdp"])
        self.assertIn("is not on a card", self.card.millrace("prog", "dump", "drop").stderr)

    def test_exit_codes(self):
        self.assertEqual(self.card.run(["sh", "-c", "exit 7"]).returncode, 7)
        self.assertEqual(self.card.run(["sh", "-c", "kill -9 $$"]).returncode, 137)
        self.assertEqual(self.card.run(["/no/such/program"]).returncode, 127)

    def test_commands_of_our_own(self):
        keep = self.card.start(["sh", "-c", f"cd {HELPERS}; bpftool prog load objects.bpf.o $MILLRACE_BPFFS/m type xdp dev nic0 && echo ready; read end"])
        for words, code, out in (
            (["map", "update", "array", "1", "258"], 0, ""),
            (["map", "lookup", "array", "1"], 0, "02 01 00 00 00 00 00 00\n"),
            (["map", "getnext", "array"], 0, "00 00 00 00\n"),
            (["map", "getnext", "array", "1,0,0,0"], 1, ""),
            (["map", "delete", "htab", "1"], 1, ""),
            (["map", "lookup", "htab", "300,1"], 2, ""),
            (["map", "lookup", "none", "1"], 2, ""),
            (["knob", "present"], 0, "Y\n"),
            (["knob", "nothing"], 2, ""),
        ):
            with self.subTest(words=words):
                done = self.card.millrace(*words)
                self.assertEqual((done.returncode, done.stdout), (code, out), done.stderr)
        dump = json.loads(self.card.millrace("map", "dump", "array", "--json", "-").stdout)
        self.assertEqual(len(dump["array"]), 2)
        listed = json.loads(self.card.millrace("prog", "list", "--json", "-").stdout)
        self.assertEqual([(p["name"], p["ifindex"], len(p["map_ids"])) for p in listed["programs"]], [("use_maps", NIC, 2)])
        keep.communicate("\n", timeout=20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
