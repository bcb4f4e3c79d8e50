"""Sends one ICMP echo request on a raw socket, which takes CAP_NET_RAW, and waits for the answer.

ping.py ADDRESS: exit status 0 if an answer arrives.
"""

import os
import socket
import struct
import sys

ECHO_REQUEST, ECHO_REPLY, HEADER = 8, 0, "!BBHHH"


def checksum(data):
    """The Internet checksum (RFC 1071) of an even number of bytes."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(address):
    """Returns whether the address answers within three seconds."""
    mark = os.getpid() & 0xFFFF
    request = struct.pack(HEADER, ECHO_REQUEST, 0, 0, mark, 1)
    request = struct.pack(HEADER, ECHO_REQUEST, 0, checksum(request), mark, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.settimeout(3)
        raw.sendto(request, (address, 0))
        try:
            while True:
                packet, sender = raw.recvfrom(1024)
                header = 4 * (packet[0] & 0x0F)
                kind, _, _, answered, _ = struct.unpack(HEADER, packet[header : header + 8])
                if (kind, answered, sender[0]) == (ECHO_REPLY, mark, address):
                    return True
        except socket.timeout:
            return False


print(sys.argv[1], "answers" if (alive := ping(sys.argv[1])) else "does not answer")
sys.exit(not alive)
