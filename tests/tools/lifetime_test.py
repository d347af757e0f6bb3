#!/usr/bin/env python3
"""What keeps objects of a card alive, what ends them, and who survives whom.
SPDX-License-Identifier: Apache-2.0

usage: lifetime_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import os
import signal
import socket
import stat
import subprocess
import sys
import unittest

from card import CLIENT, Card, wait_until

BUILD = sys.argv.pop(1)
HELPERS = f"{BUILD}/tests/tools"
NIC = 0x7001  # index of a card's first network device


class Lifetime(unittest.TestCase):
    def setUp(self):
        self.card = Card(BUILD)
        self.addCleanup(self.card.__exit__)

    def scenario(self, name):
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                self.card.client(name, options=options)
                wait_until(lambda: self.card.maps() == 0, "the map goes with its last descriptor")

    def test_dup(self):
        self.scenario("dup")

    def test_closed_is_gone(self):
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                self.card.client("close_again_and_again", 2000, options=options)

    def test_fork(self):
        self.scenario("fork")

    def test_exec(self):
        self.scenario("through_exec")

    def test_close_on_exec(self):
        self.scenario("not_through_exec")

    def test_scm_rights(self):
        self.scenario("scm_rights")

    def test_killed_client(self):
        holder = self.card.start(["python3", CLIENT, "hold", 3])
        self.assertEqual(self.card.maps(), 3)
        [client] = children(holder.pid)
        os.kill(client, signal.SIGKILL)
        self.assertEqual(holder.wait(20), 128 + signal.SIGKILL)
        close(holder)
        wait_until(lambda: self.card.maps() == 0, "maps of a killed client go")

    def test_killed_supervisor(self):
        holder = self.card.start(["python3", CLIENT, "hold", 3])
        [client] = children(holder.pid)
        holder.kill()
        holder.wait(20)
        close(holder)
        wait_until(lambda: not is_alive(client), "the command dies with its supervisor")
        wait_until(lambda: self.card.maps() == 0, "and so do its maps")

    def test_killed_server(self):
        holder = self.card.start(["python3", CLIENT, "hold_and_use"])
        self.card.server.kill()
        self.card.server.wait(20)
        out, _ = holder.communicate("\n", timeout=20)
        self.assertEqual((out, holder.returncode), ("ENODEV\n", 0))
        wait_until(lambda: not os.path.exists(self.card.pins), "nothing is left of a killed server")
        wait_until(lambda: not os.path.exists(self.card.socket), "nor its socket")

    def test_stopped_client_stops_nobody(self):
        holder = self.card.start(["python3", CLIENT, "hold", 1])
        holder.send_signal(signal.SIGSTOP)
        self.assertEqual(self.card.maps(), 1)
        holder.send_signal(signal.SIGCONT)
        holder.communicate("\n", timeout=20)

    def test_left_behind_children_are_ended(self):
        done = self.card.run(["sh", "-c", "sleep 300 & echo $!"])
        self.assertFalse(is_alive(int(done.stdout)))

    def test_forty_tools_at_once(self):
        tools = [subprocess.Popen(self.card.command(["bpftool", "-j", "net", "show"]), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(40)]
        for tool in tools:
            out, err = tool.communicate(timeout=300)
            self.assertEqual((tool.returncode, err), (0, b""))
            self.assertIn(b'"xdp"', out)
        self.assertEqual(self.card.maps(), 0)

    def test_interrupted_calls_are_executed_once(self):
        done = self.card.run([f"{HELPERS}/timer", 300], timeout=300)
        self.assertEqual((done.stdout, done.returncode), ("300 maps\n", 0), done.stderr)

    def test_pin_unpin_rename(self):
        first, second = f"{self.card.pins}/first", f"{self.card.pins}/folder/second"
        self.card.client("pin", first)
        self.assertEqual(self.card.maps(), 1)
        self.card.client("get", first)
        self.assertEqual(self.card.client("pin_error", first), "EEXIST")
        os.mkdir(os.path.dirname(second))
        os.rename(first, second)
        self.card.client("get", second)
        os.unlink(second)
        wait_until(lambda: self.card.maps() == 0, "the map goes with its pin")
        self.assertEqual(self.card.client("pin_error", f"{self.card.folder}/nowhere"), "EPERM")
        self.assertEqual(self.card.maps(), 0)

    def test_removed_device(self):
        holder = self.card.start(["python3", CLIENT, "device_map", NIC])
        removed = self.card.millrace("knob", "present=N")
        self.assertEqual((removed.returncode, removed.stderr), (0, ""))
        out, _ = holder.communicate("\n", timeout=20)
        self.assertEqual(out, "ENODEV\n")
        self.assertEqual(self.card.millrace("knob", "present=Y").returncode, 0)
        self.assertEqual(self.card.run(["ip", "link", "show", "nic0"]).returncode, 0)

    def test_limits(self):
        self.assertEqual(self.card.client("no_descriptors"), "EMFILE")
        self.assertEqual(self.card.client("too_many", 4200), "ENFILE 4096")
        self.assertEqual(self.card.client("too_large"), "ENOMEM")
        wait_until(lambda: self.card.maps() == 0, "refused maps leave nothing")

    def test_socket_is_private(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.card.socket).st_mode), 0o600)
        if os.geteuid() != 0:
            self.skipTest("only root can try as another user")
        os.chmod(self.card.folder, 0o755)
        os.chmod(self.card.socket, 0o666)  # the peer's user id is looked at as well
        stranger = subprocess.run(["python3", "-c", STRANGER, self.card.socket], user=65534, group=65534, capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(stranger.stdout, "hung up\n", stranger.stderr)

    def test_garbage_hurts_nobody(self):
        for packet in (b"", b"x", b"\0" * 96, b"\xff" * 96, b"\1\0\0\0" + b"\0" * 60, bytes(range(256)) * 120):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
                peer.connect(self.card.socket)
                peer.settimeout(20)
                if packet:
                    peer.send(packet)
                    peer.recv(65536)  # an answer or the end
        self.assertEqual(self.card.maps(), 0)

    def test_second_server(self):
        second = subprocess.run([f"{BUILD}/millrace", "serve", "--socket", self.card.socket], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(second.returncode, 2)
        self.assertIn("a server listens there already", second.stderr)

    def test_nested_exec(self):
        millrace = f"{BUILD}/millrace"
        inner = self.card.run([millrace, "exec", "--", "python3", CLIENT, "dup"])
        self.assertEqual(inner.returncode, 0, inner.stderr)
        modes = self.card.run([millrace, "exec", "--strict", "--", "true"])
        self.assertEqual(modes.returncode, 2)
        self.assertIn("the `millrace exec` around this one has other modes", modes.stderr)
        with Card(BUILD) as other:
            command = ["--socket", other.socket, "--", "python3", CLIENT, "count"]
            both = self.card.run([millrace, "exec", *command])
            self.assertEqual((both.returncode, both.stdout), (2, ""))
            self.assertIn("stop for another supervisor already", both.stderr)
            holder = other.start(["python3", CLIENT, "hold", 2])
            inner = self.card.run([millrace, "exec", "--preload", *command])
            self.assertEqual((inner.returncode, inner.stdout), (0, "2\n"), inner.stderr)
            holder.communicate("\n", timeout=20)

    def test_isolated_mode_leaves_the_host_alone(self):
        done = self.card.run(["ip", "link", "set", "lo", "down"])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the network of the host stays as it is", done.stderr)

    def test_long_datagrams_leave_the_host_alone(self):
        if os.geteuid() != 0:
            self.skipTest("only root could take lo down")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                answer = self.card.client("long_datagrams", options=options)
                self.assertIn("UP", subprocess.run(["ip", "-o", "link", "show", "lo"], capture_output=True, text=True, check=True).stdout.split(">")[0])
                self.assertEqual(answer, "EMSGSIZE EMSGSIZE EMSGSIZE")

    def test_other_ways_leave_the_host_alone(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=os.geteuid() == 0)
        for options in ((), ("--preload",)):
            with self.subTest(options=options):
                answer = self.card.client("other_ways", "nic0", options=options)
                self.assertIn("UP", subprocess.run(["ip", "-o", "link", "show", "lo"], capture_output=True, text=True, check=True).stdout.split(">")[0])
                self.assertEqual(answer, "(2, [32, 32]) True True\nEPERM ENOTSUP")


STRANGER = """
import socket, sys
peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
peer.connect(sys.argv[1])
peer.settimeout(10)
print("hung up" if peer.recv(1) == b"" else "an answer")
"""


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def close(process):
    for stream in (process.stdin, process.stdout):
        try:
            stream.close()
        except BrokenPipeError:
            pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
