"""Counts what is sent on all interfaces: TCP connections that begin, and UDP, by destination.

A line on standard input asks for the counts so far, as one line of JSON. Name service on port 53 is left out.
"""

import collections
import ipaddress
import json
import select
import socket
import struct
import sys

ALL_PROTOCOLS, SENT = 3, 4
TCP, UDP = 6, 17

counts = collections.Counter()
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
wire.setblocking(False)


def see(packet):
    version = packet[0] >> 4
    if version == 4:
        protocol, target, rest = packet[9], packet[16:20], packet[(packet[0] & 15) * 4:]
    elif version == 6:
        protocol, target, rest = packet[6], packet[24:40], packet[40:]
    else:
        return
    if protocol not in (TCP, UDP):
        return
    source_port, port = struct.unpack("!HH", rest[:4])
    begins = protocol == UDP or rest[13] & 0x12 == 0x02
    if begins and 53 not in (source_port, port):
        counts[f"{ipaddress.ip_address(target)} {port}"] += 1


def see_all():
    while True:
        try:
            packet, about = wire.recvfrom(65536)
        except BlockingIOError:
            return
        if about[2] == SENT:
            see(packet)


print("ready", flush=True)
while True:
    ready, _, _ = select.select([wire, sys.stdin], [], [])
    see_all()
    if sys.stdin in ready:
        if not sys.stdin.readline():
            break
        see_all()
        print(json.dumps(counts), flush=True)
