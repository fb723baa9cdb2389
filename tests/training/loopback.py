"""Holds a network that has nothing but its loopback device, until standard input closes. A program, not a module."""

import fcntl
import socket
import struct
import sys

SET_FLAGS = 0x8914
UP = 0x1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
sys.stdout.write("up\n")
sys.stdout.flush()
sys.stdin.read()
