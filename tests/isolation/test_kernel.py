"""What can be said of the kernel's protection without confining this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.isolation import kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")

NEVER = """
fork vfork clone clone3 execve execveat kill tkill tgkill pidfd_send_signal ptrace
process_vm_readv process_vm_writev socket socketpair connect bind listen accept
creat mkdir mknod rename unlink link symlink truncate chmod chown mount umount2 unshare setns
memfd_create setrlimit setsid setpgid bpf perf_event_open io_uring_setup
"""


def test_no_call_that_reaches_others_is_allowed_without_conditions() -> None:
    assert set(kernel.ALLOWED.split()).isdisjoint(NEVER.split())
    assert len(kernel.ALLOWED.split()) == len(set(kernel.ALLOWED.split()))
    assert set(kernel.WITH_VALUES).isdisjoint(kernel.ALLOWED.split())


def test_the_address_space_is_the_one_that_the_system_reports() -> None:
    status = Path("/proc/self/status").read_text()
    reported = next(int(line.split()[1]) for line in status.splitlines() if "VmSize" in line)
    assert kernel.address_space() == pytest.approx(reported << 10, abs=64 << 20)
