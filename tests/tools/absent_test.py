#!/usr/bin/env python3
"""Cards that are not there, do not answer or cannot be reached: one sentence, in bounded time, and the host stays as it is.
SPDX-License-Identifier: Apache-2.0

usage: absent_test.py BUILD_DIRECTORY [unittest's arguments]
"""
import errno
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from card import Card

BUILD = sys.argv.pop(1)
MILLRACE = f"{BUILD}/millrace"
SECONDS = 30  # a server that says nothing is given up long before
HEADER = struct.Struct("IIQ10q")  # verb, whether data is in a file, size of data, words
DONE = 16  # interpose::Verb::kDone


class Unreachable(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="millrace-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = f"{self.folder}/card.sock"

    def refused(self, sentence, path=None, commands=(("exec", "--", "true"), ("knob", "present"))):
        for command in commands:
            words = [MILLRACE, command[0], "--socket", path or self.path, *command[1:]]
            done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def listen(self, backlog=16):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(server.close)
        server.bind(self.path)
        server.listen(backlog)
        return server

    def serve(self, answer):
        """Each connection's first packet gets `answer`; nothing: the end."""
        server = self.listen()
        def loop():
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65536)
                    if answer:
                        peer.send(answer)
                        peer.recv(65536)
        threading.Thread(target=loop, daemon=True).start()

    def test_nothing_there(self):
        self.refused("no card listens here (No such file or directory); `millrace serve` starts one")
        self.refused("no card listens here (No such file or directory)", "/nonexistent/card.sock")
        self.refused("no card listens here (Not a directory)", "/dev/null/card.sock")
        self.refused("socket path of 200 bytes: at most 107 are allowed", "x" * 200)

    def test_what_is_no_server(self):
        with open(self.path, "w", encoding="ascii"):
            pass
        self.refused("no card listens here (Connection refused)")

    def test_a_dead_socket(self):
        self.listen().close()
        self.refused("no card listens here (Connection refused)")

    def test_another_kind_of_socket(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(self.path)
            server.listen()
            self.refused("no card listens here (Protocol wrong type for socket)")

    def test_a_server_that_says_nothing(self):
        self.listen()
        self.refused("or said nothing for 10 s")

    def test_a_server_that_takes_nobody(self):
        self.listen(backlog=0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as first:
            first.connect(self.path)
            self.refused("no card listens here (Resource temporarily unavailable)")

    def test_a_server_that_hangs_up(self):
        self.serve(None)
        self.refused("the server hung up on us")

    def test_a_server_that_talks_nonsense(self):
        self.serve(b"HTTP/1.1 400 Bad Request\r\n")
        self.refused("the server hung up on us")

    def test_a_server_of_another_protocol(self):
        self.serve(HEADER.pack(DONE, 0, 0, -errno.EPROTONOSUPPORT, *[0] * 9))
        self.refused("the server refuses us: Protocol not supported")

    @unittest.skipIf(os.geteuid() != 0, "only root can be two users")
    def test_a_server_of_another_user(self):
        os.chmod(self.folder, 0o777)
        script = ("import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.bind(sys.argv[1]); s.listen();"
                  "print('ready', flush=True); s.accept()[0].recv(1)")
        with subprocess.Popen(["python3", "-c", script, self.path], user=65534, group=65534, stdout=subprocess.PIPE, text=True) as other:
            self.assertEqual(other.stdout.readline(), "ready\n")
            self.refused("another user's program listens here", commands=(("exec", "--", "true"),))

    def test_a_process_that_another_supervisor_stops(self):
        # exec() keeps the filter and its listener.
        script = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow))
libc.prctl(38, 1, 0, 0, 0)
listener = libc.syscall(317 if os.uname().machine == "x86_64" else 277, 1, 8, ctypes.create_string_buffer(program))
assert listener >= 0, os.strerror(ctypes.get_errno())
os.set_inheritable(listener, True)
os.execv(sys.argv[1], sys.argv[1:])
"""
        stopped = lambda *words: subprocess.run(["python3", "-c", script, MILLRACE, "exec", *words], capture_output=True, text=True, timeout=SECONDS, check=False)
        done = stopped("--", "true")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("another supervisor", done.stderr)
        self.assertIn("--preload", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        done = stopped("--preload", "--", "ip", "link", "show", "nic0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("nic0", done.stdout)


class Vanished(unittest.TestCase):
    def test_the_host_stays_as_it_is_without_the_server(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=os.geteuid() == 0)
        before = state()
        for options in ((), ("--preload",)):
            with self.subTest(options=options), Card(BUILD) as card:
                # The shell has talked to the card; ip has not.
                command = card.start(["sh", "-c", "ip link show nic0 > /dev/null && echo ready; read line; ip link set lo down"], options)
                time.sleep(1)  # until all threads of the supervisor are connected
                card.server.kill()
                card.server.wait(20)
                command.communicate("\n", timeout=SECONDS)
                self.assertNotEqual(command.returncode, 0)
                self.assertEqual(state(), before)


def state():
    return subprocess.run(["ip", "-o", "link", "show", "lo"], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    unittest.main(verbosity=2)
