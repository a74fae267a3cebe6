# SPDX-License-Identifier: Apache-2.0
"""An address for a server that a test is about to start."""

import random
import socket

FIRST_PORT, LAST_PORT = 10000, 65535

reservations = []  # ours for as long as this process lives


def outgoing_ports():
    """Those that the kernel gives to connections on their way out, and to who asks for any port."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        low, high = map(int, file.read().split())
    return range(low, high + 1)


def try_reserve(port):
    """Whether no other test has it: a name in the kernel, which ends with the process."""
    reservation = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        reservation.bind("\0weft-test-port-%d" % port)
        with socket.socket() as probe:
            probe.bind(("", port))
    except OSError:
        reservation.close()
        return False
    reservations.append(reservation)
    return True


def free_address():
    """HOST:PORT that nobody takes between now and the start of the server: no test running beside this
    one is given it, and the kernel gives it to nobody by itself."""
    outgoing = outgoing_ports()
    ports = [port for port in range(FIRST_PORT, LAST_PORT + 1) if port not in outgoing]
    for port in random.sample(ports, len(ports)):
        if try_reserve(port):
            return "127.0.0.1:%d" % port
    raise AssertionError("no port is free between %d and %d" % (FIRST_PORT, LAST_PORT))
