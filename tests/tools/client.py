"""Run below `millrace exec`: one scenario with bpf(2), named by the first argument.
SPDX-License-Identifier: Apache-2.0
"""
import array
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import socket
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
SYS_BPF = 321 if os.uname().machine == "x86_64" else 280
MAP_CREATE, LOOKUP, UPDATE, PIN, GET, NEXT_ID = 0, 1, 2, 6, 7, 12


def bpf(command, attr):
    buffer = ctypes.create_string_buffer(bytes(attr) + bytes(144 - len(attr)), 144)
    result = LIBC.syscall(SYS_BPF, command, buffer, 144)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result, buffer.raw


def create(ifindex=0, entries=2, flags=0):
    # type, key, value, entries, flags, inner, numa, name, ifindex
    return bpf(MAP_CREATE, struct.pack("6I4x16sI", 2, 4, 8, entries, flags, 0, b"probe", ifindex))[0]


def access(command, fd, value=0):
    key, buffer = ctypes.c_uint32(0), ctypes.c_uint64(value)
    bpf(command, struct.pack("I4xQQQ", fd, ctypes.addressof(key), ctypes.addressof(buffer), 0))
    return buffer.value


def count():
    start = maps = 0
    try:
        while True:
            start = struct.unpack("II", bpf(NEXT_ID, struct.pack("I", start))[1][:8])[1]
            maps += 1
    except OSError as error:
        assert error.errno == errno.ENOENT, error
        return maps


def path_attr(path, fd=0):
    text = ctypes.create_string_buffer(path.encode())
    return text, struct.pack("QII", ctypes.addressof(text), fd, 0)


def ready_and_wait():
    print("ready", flush=True)
    sys.stdin.readline()


def dup():
    first = create()
    second = os.dup(first)
    os.close(first)
    assert count() == 1
    assert access(LOOKUP, second) == 0
    os.close(second)
    assert count() == 0


def close_again_and_again(number):
    """What is closed is gone with the return of close(): the next call does not find it."""
    for _ in range(int(number)):
        os.close(create())
        assert count() == 0


def fork():
    fd = create()
    access(UPDATE, fd, 5)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)  # until the parent has closed its own
        os._exit(0 if access(LOOKUP, fd) == 5 else 1)
    os.close(fd)
    os.write(writer, b".")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert count() == 0


def through_exec():
    fd = create()
    access(UPDATE, fd, 6)
    os.set_inheritable(fd, True)
    os.execv(sys.executable, [sys.executable, __file__, "use", str(fd), "6"])


def use(fd, value):
    assert access(LOOKUP, int(fd)) == int(value)


def not_through_exec():
    os.execv(sys.executable, [sys.executable, __file__, "not_open", str(create())])


def not_open(fd):
    assert not os.path.exists(f"/proc/self/fd/{fd}")
    assert count() == 0


def scm_rights():
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        here.close()
        _, ancillary, _, _ = there.recvmsg(1, socket.CMSG_SPACE(4))
        os._exit(0 if access(LOOKUP, array.array("i", ancillary[0][2])[0]) == 7 else 1)
    there.close()
    fd = create()
    access(UPDATE, fd, 7)
    here.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
    os.close(fd)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert count() == 0


def hold(number):
    held = [create() for _ in range(int(number))]
    ready_and_wait()
    return held


def hold_and_use():
    fd = create()
    ready_and_wait()
    try:
        access(LOOKUP, fd)
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno])


def device_map(ifindex):
    """Until told; then what the map says without its device."""
    fd = create(int(ifindex))
    access(UPDATE, fd, 1)
    ready_and_wait()
    try:
        access(LOOKUP, fd)
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno])


def no_descriptors():
    # As many as this process has open.
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1,) * 2)
    try:
        create()
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno])


def too_many(number):
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(number) + 100,) * 2)
    held = []
    try:
        for _ in range(int(number)):
            held.append(create())
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno], len(held))


def too_large():
    try:
        create(0, 1 << 28)
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno])


def pin(path):
    keep, attr = path_attr(path, create())
    bpf(PIN, attr)
    return keep


def get(path):
    keep, attr = path_attr(path)
    access(LOOKUP, bpf(GET, attr)[0])
    return keep


def pin_error(path):
    try:
        pin(path)
        print("no error")
    except OSError as error:
        print(errno.errorcode[error.errno])


def error_of(call, *arguments):
    try:
        call(*arguments)
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]


def load():
    code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, 2, 0x95, 0, 0, 0))
    license_text = ctypes.create_string_buffer(b"GPL")
    return bpf(5, struct.pack("IIQQ", 6, 2, ctypes.addressof(code), ctypes.addressof(license_text)))[0]


def set_link(name):
    """Its state to what it is: the kernel only looks at the right to."""
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    link.send(struct.pack("IHHIIBxHiII", 32, 19, 5, 1, 0, 0, 0, socket.if_nametoindex(name), 0, 0))
    result = struct.unpack("i", link.recv(4096)[16:20])[0]
    if result != 0:
        raise OSError(-result, os.strerror(-result))


def long_datagrams():
    """A message that takes lo down, in datagrams of 2 MiB: whole, in two pieces, and in pieces that nobody may read."""
    down = struct.pack("IHHIIBxHiII", 32, 19, 5, 1, 0, 0, 0, socket.if_nametoindex("lo"), 0, 1)
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    rest = bytes((2 << 20) - len(down))
    print(error_of(link.send, down + rest), error_of(link.sendmsg, [down, rest]), error_of(link.sendmsg, [down] + [b""] * 1023 + [rest]))


def freezing(ifindex=0):
    """FREEZE while somebody has the map mapped: for reading; for writing; for writing in a child alone; not at all; once more."""
    freeze = lambda fd: error_of(bpf, 22, struct.pack("I", fd))
    map_fd = lambda: create(int(ifindex), 512, 1 << 10)  # BPF_F_MMAPABLE
    fd = map_fd()
    reader = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ)
    print(freeze(fd), error_of(lambda: mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_WRITE)))
    fd = map_fd()
    writer = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    print(freeze(fd))
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(there)
        os.read(here, 1)
        os._exit(0)
    writer.close()
    print(freeze(fd))
    os.close(there)
    os.waitpid(child, 0)
    print(freeze(fd), freeze(fd))
    reader.close()


class Message(ctypes.Structure):
    """struct mmsghdr with one vector."""
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32), ("vectors", ctypes.c_void_p), ("count", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_size_t), ("length", ctypes.c_uint32)]


def send_many(link, datagrams):
    buffers = [ctypes.create_string_buffer(datagram, len(datagram)) for datagram in datagrams]
    vectors = [(ctypes.c_size_t * 2)(ctypes.addressof(buffer), len(buffer)) for buffer in buffers]
    messages = (Message * len(buffers))(*[Message(vectors=ctypes.addressof(vector), count=1) for vector in vectors])
    return LIBC.sendmmsg(link.fileno(), messages, len(messages), 0), [message.length for message in messages]


def other_ways(interface):
    """Asks for an interface and takes lo down with one sendmmsg(2); takes lo and the interface down with ioctl(2)."""
    get = struct.pack("IHHIIBxHiII", 32, 18, 1, 1, 0, 0, 0, socket.if_nametoindex(interface), 0, 0)
    down = struct.pack("IHHIIBxHiII", 32, 19, 5, 2, 0, 0, 0, socket.if_nametoindex("lo"), 0, 1)
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    print(send_many(link, [get, down]), struct.unpack("H", link.recv(65536)[4:6])[0] == 16, -struct.unpack("i", link.recv(65536)[16:20])[0] == errno.EPERM)
    change = lambda name: fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH22x", name.encode(), 0))  # SIOCSIFFLAGS
    print(error_of(change, "lo"), error_of(change, interface))


def without_rights(interface):
    """Of a process that was root and is nobody now: what its descriptors still do, and what it may no longer do."""
    both, prog = create(), load()
    access(UPDATE, both, 9)
    info = ctypes.create_string_buffer(80)
    bpf(15, struct.pack("IIQ", both, 80, ctypes.addressof(info)))
    number = struct.unpack("II", info.raw[:8])[1]
    by_id = lambda flags: bpf(14, struct.pack("III", number, 0, flags))[0]
    reads, writes = by_id(8), by_id(16)
    os.setresuid(65534, 65534, 65534)
    print("lookup", [error_of(access, LOOKUP, fd) for fd in (both, reads, writes)])
    print("update", [error_of(access, UPDATE, fd, 1) for fd in (both, reads, writes)])
    print("next key", [error_of(access, 4, fd) for fd in (both, reads, writes)])
    print("delete", [error_of(bpf, 3, struct.pack("I4xQ", fd, ctypes.addressof(info))) for fd in (reads, writes)])
    print("create", error_of(create), "load", error_of(load), "by id", error_of(by_id, 0), "next id", error_of(bpf, NEXT_ID, bytes(8)))
    print("info", error_of(bpf, 15, struct.pack("IIQ", prog, 80, ctypes.addressof(info))), struct.unpack("6I", info.raw[:24])[4:])
    print("freeze", error_of(bpf, 22, struct.pack("I", reads)), error_of(bpf, 22, struct.pack("I", both)), error_of(access, UPDATE, writes, 1))
    print("link", error_of(set_link, interface))


if __name__ == "__main__":
    if sys.argv[1] == "count":
        print(count())
    else:
        globals()[sys.argv[1]](*sys.argv[2:])
