"""Tries each way to change the network of the host, and prints its name, the error or `ok`, and whether the network `changed` or is the `same`.
SPDX-License-Identifier: Apache-2.0

Each is a change that the kernel takes from root, where there is a device veth9.
"""
import ctypes
import errno
import fcntl
import os
import socket
import struct
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)
NETLINK_GENERIC, NETLINK_XFRM = 16, 6


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def attr(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, flags, payload):
    return struct.pack("IHHII", 16 + len(payload), kind, flags, 1, 0) + payload


def mtu_of_lo(mtu):
    return message(19, 5, struct.pack("BxHiII", 0, 0, socket.if_nametoindex("lo"), 0, 0) + attr(4, struct.pack("I", mtu)))  # RTM_SETLINK


def route_socket():
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)


def answer(link):
    """Of a request with NLM_F_ACK."""
    link.settimeout(10)
    kind = error = 0
    while kind != 2:  # NLMSG_ERROR
        kind, error = struct.unpack("4xH10xi", link.recv(65536)[:20])
    if error != 0:
        raise OSError(-error, "")


def by_write():
    link = route_socket()
    os.write(link.fileno(), mtu_of_lo(10001))
    answer(link)


def by_writev():
    link = route_socket()
    request = mtu_of_lo(10002)
    os.writev(link.fileno(), [request[:16], request[16:]])
    answer(link)


def by_sendfile():
    link = route_socket()
    file = os.memfd_create("request")
    request = mtu_of_lo(10003)
    os.write(file, request)
    os.sendfile(link.fileno(), file, 0, len(request))
    answer(link)


def by_splice():
    link = route_socket()
    reader, writer = os.pipe()
    request = mtu_of_lo(10004)
    os.write(writer, request)
    check(LIBC.splice(reader, None, link.fileno(), None, len(request), 0))
    answer(link)


def by_io_uring():
    """One IORING_OP_WRITE; the offsets are those that io_uring_setup(2) tells."""
    link = route_socket()
    params = (ctypes.c_uint32 * 30)()
    ring = check(LIBC.syscall(425, 1, params))
    LIBC.mmap.restype = ctypes.c_void_p
    shared = lambda offset: LIBC.mmap(None, ctypes.c_size_t(1 << 16), 3, 1, ring, ctypes.c_long(offset))
    queue, entries = shared(0), shared(0x10000000)
    buffer = ctypes.create_string_buffer(mtu_of_lo(10005))
    # opcode, descriptor, no offset, address, length
    entry = struct.pack("BBHiQQI", 23, 0, 0, link.fileno(), (1 << 64) - 1, ctypes.addressof(buffer), len(buffer) - 1)
    ctypes.memmove(entries, entry, len(entry))
    tail, array = params[11], params[16]
    ctypes.c_uint32.from_address(queue + array).value = 0
    ctypes.c_uint32.from_address(queue + tail).value = 1
    check(LIBC.syscall(426, ring, 1, 1, 1, None, 0))
    answer(link)


def by_generic_netlink():
    """Takes an offload of lo away with the family ethtool."""
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    link.send(message(16, 1, struct.pack("BBH", 3, 1, 0) + attr(2, b"ethtool\0")))  # CTRL_CMD_GETFAMILY
    found, at = link.recv(65536), 20
    if struct.unpack("H", found[4:6])[0] == 2:
        raise OSError(errno.EPROTONOSUPPORT, "")
    family = 0
    while at < len(found):
        length, kind = struct.unpack("HH", found[at:at + 4])
        family = struct.unpack("H", found[at + 4:at + 6])[0] if kind == 1 else family
        at += (length + 3) & ~3
    device = attr(0x8001, attr(2, b"lo\0"))  # the header, with a name
    name = attr(0x8001, attr(2, b"tx-generic-segmentation\0"))
    wanted = attr(0x8003, attr(0x8003, name))  # ETHTOOL_A_FEATURES_WANTED: a list of bits, without a value: off
    link.send(message(family, 5, struct.pack("BBH", 12, 1, 0) + device + wanted))  # ETHTOOL_MSG_FEATURES_SET
    answer(link)


def by_xfrm():
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    link.send(message(0x27, 5, bytes([1, 1, 1])))  # XFRM_MSG_SETDEFAULT: block
    answer(link)


def ioctl(request, data, kind=socket.AF_INET):
    fcntl.ioctl(socket.socket(kind, socket.SOCK_DGRAM), request, data)


def inet(address):
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


def offload(command, value=0):
    buffer = ctypes.create_string_buffer(struct.pack("II", command, value))
    ioctl(0x8946, struct.pack("16sQ16x", b"lo", ctypes.addressof(buffer)))
    return struct.unpack("I", buffer.raw[4:8])[0]


def by_siocaddrt():
    device = ctypes.create_string_buffer(b"lo")
    # struct rtentry: pad, destination, gateway, mask, flags, ..., device, ...
    ioctl(0x890B, struct.pack("Q16s16s16sHh4xQQh6xQ32x", 0, inet("192.0.2.0"), inet("0.0.0.0"), inet("255.255.255.0"), 1, 0, 0, 0, 0, ctypes.addressof(device)))


def by_siocsarp():
    ioctl(0x8955, inet("192.0.2.9") + struct.pack("H14s", 1, bytes([2, 0, 0, 0, 0, 9])) + struct.pack("i16s16s", 6, bytes(16), b"veth9"))


def by_siocbraddbr():
    ioctl(0x89A0, b"bridge9\0" + bytes(24))


def by_siocethtool():
    offload(0x1F, 0)  # ETHTOOL_STSO


def by_tunsetiff():
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"tun9", 0x1001))
    fcntl.ioctl(tun, 0x400454CB, 1)  # it stays


def state():
    """As far as the caller may see it: of xfrm only who may change it."""
    run = lambda *words: subprocess.run(["ip", *words], capture_output=True, text=True, check=False).stdout
    return [run("-o", "link"), run("route"), run("neigh"), run("xfrm", "policy", "getdefault"), offload(0x23), offload(0x1E)]  # GSO, TSO


if __name__ == "__main__":
    for name, way in list(globals().items()):
        if not name.startswith("by_"):
            continue
        before = state()
        try:
            way()
            result = "ok"
        except OSError as error:
            result = errno.errorcode[error.errno]
        print(name, result, "same" if state() == before else "changed")
