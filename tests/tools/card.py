"""A card of `millrace serve` for one test, and programs run against it.
SPDX-License-Identifier: Apache-2.0
"""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

CLIENT = pathlib.Path(__file__).with_name("client.py")


CLONE_NEWNET = 0x40000000


def leave_the_network():
    """Root could change the host's interfaces if the front end that is tested failed to catch a call."""
    if os.geteuid() == 0 and ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace of our own")


leave_the_network()


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Card:
    def __init__(self, build, nic="agilio-cx-2x40", options=()):
        self.build = pathlib.Path(build)
        self.folder = tempfile.mkdtemp(prefix="millrace-test-")
        self.socket = f"{self.folder}/card.sock"
        environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder)
        self.server = subprocess.Popen([self.build / "millrace", "serve", "--nic", nic, "--socket", self.socket, *options],
                                       stdout=subprocess.PIPE, text=True, env=environment)
        line = self.server.stdout.readline()
        if "serves on" not in line:
            raise AssertionError(f"the server did not start: {line}")
        self.pins = line.split("pins in ")[1].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
        self.server.wait(20)
        self.server.stdout.close()
        wait_until(lambda: not os.path.exists(self.pins) and not os.path.exists(self.socket), "the server's folder and socket go with it")
        shutil.rmtree(self.folder)

    def command(self, words, options=()):
        return [str(self.build / "millrace"), "exec", "--socket", self.socket, *options, "--", *map(str, words)]

    def run(self, words, options=(), timeout=60):
        return subprocess.run(self.command(words, options), capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL)

    def start(self, words, options=()):
        """The program's standard output says `ready` once it has done what it is for; its input ends it."""
        process = subprocess.Popen(self.command(words, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        assert line == "ready\n", f"{words}: {line!r}"
        return process

    def client(self, *words, options=()):
        done = self.run(["python3", CLIENT, *words], options)
        assert done.returncode == 0, f"client {words}: {done.stderr}"
        return done.stdout.strip()

    def maps(self):
        return int(self.client("count"))

    def millrace(self, *words):
        return subprocess.run([self.build / "millrace", *words, "--socket", self.socket], capture_output=True, text=True, timeout=60, check=False)
