"""What is said between a zygote and those who started it, on the zygote's control socket."""

from __future__ import annotations

import struct

READY = b"ready.."  # everything is imported; anything else is why it cannot be
REQUEST = struct.Struct(">cq")  # "f", a worker with so many megabytes; "w", how a process ended
STATUS = struct.Struct(">qq")  # a process, and the zygote's address space or how it ended
