#!/usr/bin/env python3
"""Writes a small office capture and the map contents that the examples use with it.
SPDX-License-Identifier: Apache-2.0

usage: make_capture.py OUTPUT_DIRECTORY
  office.pcap          400 frames, nanosecond timestamps: TCP, UDP, DNS, ICMP, IPv6, ARP and VLAN
  firewall.json        rules: half of the TCP and UDP flows are dropped, some are sent back out
  load_balancer.json   backends: all 256 slots
  udp_ports.json       DNS is blocked, NTP was once
  router.json          routes: three hosts and the network that they are in

The contents are a function of this file alone.
"""
import json
import pathlib
import random
import struct
import sys

FRAMES = 400
XDP_DROP, XDP_TX = 1, 3


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(src, dst, protocol, payload, ttl):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, ttl, protocol, 0, src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def transport(src, dst, protocol, sport, dport, data):
    if protocol == 17:
        segment = struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data
        place = 6
    else:
        segment = struct.pack("!HHIIBBHHH", sport, dport, 1000, 2000, 0x50, 0x18, 64240, 0, 0) + data
        place = 16
    pseudo = src + dst + struct.pack("!BBH", 0, protocol, len(segment))
    value = checksum(pseudo + segment) or 0xFFFF
    return segment[:place] + struct.pack("!H", value) + segment[place + 2:]


def ethernet(ethertype, payload, station, vlan=None):
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    frame = bytes.fromhex("02000000aa01") + struct.pack("!HI", 0x0200, station) + tag + struct.pack("!H", ethertype) + payload
    return frame.ljust(60, b"\0")


def flows_of(rng):
    for number in range(40):
        protocol = 6 if number % 3 else 17
        src, dst = bytes([10, 0, 0, 10 + number % 20]), bytes([192, 0, 2, 1 + number % 7])
        yield src, dst, protocol, rng.randrange(32768, 61000), 53 if protocol == 17 else rng.choice([80, 443, 8080])


def frame_of(rng, flows, station):
    kind = rng.random()
    if kind < 0.80:
        src, dst, protocol, sport, dport = rng.choice(flows)
        data = bytes(rng.randrange(256) for _ in range(rng.choice([0, 18, 64, 512, 1400])))
        packet = ipv4(src, dst, protocol, transport(src, dst, protocol, sport, dport, data), rng.choice([64, 64, 128, 1]))
        return ethernet(0x0800, packet, station, 7 if kind < 0.04 else None)
    if kind < 0.88:
        echo = struct.pack("!BBHHH", 8, 0, 0, 1, station)
        echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
        return ethernet(0x0800, ipv4(bytes([10, 0, 0, 9]), bytes([192, 0, 2, 1]), 1, echo, 64), station)
    if kind < 0.94:
        return ethernet(0x86DD, struct.pack("!IHBB", 6 << 28, 24, 58, 255) + bytes(56), station)
    return ethernet(0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + bytes(20), station)


def write_capture(path, frames, rng):
    out, time = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)], 1_700_000_000_000_000_000
    for frame in frames:
        time += rng.randrange(200, 20_000)
        out.append(struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)) + frame)
    path.write_bytes(b"".join(out))


def entry(key, value):
    return {"key": [f"0x{b:02x}" for b in key], "value": [f"0x{b:02x}" for b in value]}


def main():
    folder = pathlib.Path(sys.argv[1])
    rng = random.Random(4)
    flows = list(flows_of(rng))
    write_capture(folder / "office.pcap", [frame_of(rng, flows, n) for n in range(FRAMES)], rng)

    verdicts = [XDP_DROP, XDP_DROP, XDP_TX, None]
    rules = [
        entry(src + dst + struct.pack("!HH", sport, dport) + struct.pack("<I", protocol), struct.pack("<I", verdicts[n % 4]))
        for n, (src, dst, protocol, sport, dport) in enumerate(flows) if verdicts[n % 4]
    ]
    (folder / "firewall.json").write_text(json.dumps({"rules": rules}, indent=1) + "\n")

    macs = bytes.fromhex("02000000bb01") + bytes.fromhex("02000000aa01")
    slots = [entry(struct.pack("<I", n), bytes([10, 1, 0, 1]) + bytes([10, 2, 0, 1 + n % 32]) + macs) for n in range(256)]
    (folder / "load_balancer.json").write_text(json.dumps({"backends": slots}, indent=1) + "\n")

    ports = [entry(struct.pack("<I", port), struct.pack("<I", mark)) for port, mark in [(53, 1), (123, 0)]]
    (folder / "udp_ports.json").write_text(json.dumps({"blocked": ports}, indent=1) + "\n")

    routes = [(32, host) for host in (1, 2, 3)] + [(24, 0)]
    hops = [
        entry(bytes([192, 0, 2, host]) + struct.pack("<I", length), bytes.fromhex("02000000cc") + bytes([host]) + macs[6:] + bytes(12))
        for length, host in routes
    ]
    (folder / "router.json").write_text(json.dumps({"routes": hops}, indent=1) + "\n")


if __name__ == "__main__":
    main()
