"""The messages on a zygote's control socket, between the zygote and whoever started it."""

from __future__ import annotations

import struct

READY = b"ready.."  # everything is imported; any other text says why it cannot be

# A request is FORK and the worker's memory in MB, or WAIT and a process number.
# A reply is a process number, and after FORK the zygote's address space in bytes, after WAIT the
# status with which the process ended.
FORK, WAIT = b"f", b"w"
REQUEST = struct.Struct(">cq")
REPLY = struct.Struct(">qq")
