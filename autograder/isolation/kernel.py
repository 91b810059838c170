"""The kernel's protection from students' code: namespaces, Landlock, seccomp, limits.

A zygote confines itself once, and its forks with it: `enter_namespaces` before it imports anything,
`confine` when everything is imported. A worker then gives up what only the zygote needs, above all
forking, in `apply_filter`. Each part is tried by itself. Nobody has to believe that a part is in
force: `canary_run` proves which ones are.

Sources: man 2 unshare, pivot_root, mount_setattr, capset, prctl; the kernel's
userspace-api/landlock.rst; man 3 seccomp_rule_add, seccomp_export_bpf.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

NAMESPACES = {
    "user": 0x10000000,
    "pid": 0x20000000,
    "mount": 0x00020000,
    "net": 0x40000000,
    "ipc": 0x08000000,
}
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")  # shared libraries

BESIDE = {"matplotlib": ("pylab.py",)}  # modules of a package that lie beside its folder

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 22, 38, 24
PR_SET_NAME, PR_GET_NAME, PR_SET_VMA = 15, 16, 0x53564D41
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 4096, 16384, 1 << 18, 2
SYS_MOUNT_SETATTR, SYS_CREATE_RULESET, SYS_ADD_RULE, SYS_RESTRICT_SELF = 442, 444, 445, 446
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_READ_ONLY = 0x1 | 0x2 | 0x4  # no set-user-id programs and no devices, either
READ_FILE, READ_DIR = 1 << 2, 1 << 3
KILL = 9

# The calls that NumPy, torch and matplotlib need once they are imported; all others are refused.
# None of these names another process, a network, or a file to be made.
ALLOWED = """
read pread64 readv write writev lseek close close_range open openat fstat stat lstat newfstatat
statx access faccessat faccessat2 readlink readlinkat getdents64 getcwd dup dup2 dup3 pipe pipe2
poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2
sendto recvfrom
mmap mprotect munmap mremap madvise brk mincore
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address membarrier sched_yield
sched_getaffinity getcpu sigaltstack rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending
rt_sigtimedwait restart_syscall exit exit_group
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage
getrandom getpid getppid gettid getuid geteuid getgid getegid getpgrp getpgid getsid getgroups
getrlimit uname sysinfo
"""
CLONE_THREAD = 0x00010000
# call -> the number of an argument, and the values that it may have
WITH_VALUES = {
    "fcntl": (1, (0, 1, 2, 3, 4, 1030)),  # duplicates and flags, but neither owner nor signal
    "ioctl": (1, (0x5401, 0x5421, 0x5450, 0x5451)),  # whether a terminal, blocking, inheritable
    "prctl": (0, (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA)),
    "prlimit64": (2, (0,)),  # to read limits, not to set them
}

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _libc_call(name: str, *args: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call a function of the C library. Raises OSError."""
    assert _libc is not None
    wide = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result: int = getattr(_libc, name)(*wide)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


# ------------------------------------------------------------------------------ namespaces


def enter_namespaces() -> frozenset[str]:
    """Unshare every namespace that the kernel allows, and continue as process 1 inside.

    Returns the names of the namespaces. To be called before there are threads. The caller
    continues in a child process; the process that called waits for that child, whose end is the
    end of every process inside.
    """
    entered = set()
    uid, gid = os.getuid(), os.getgid()
    for name, flag in NAMESPACES.items():
        with contextlib.suppress(OSError):
            _libc_call("unshare", flag)
            if name == "user":
                _write("/proc/self/setgroups", "deny")
                _write("/proc/self/uid_map", f"{uid} {uid} 1")
                _write("/proc/self/gid_map", f"{gid} {gid} 1")
            entered.add(name)
    if "pid" in entered:
        inside = os.fork()
        if inside:
            os.closerange(3, 256)
            _, status = os.waitpid(inside, 0)
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        end_with_parent()
    return frozenset(entered)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def end_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends."""
    with contextlib.suppress(OSError):
        _libc_call("prctl", PR_SET_PDEATHSIG, KILL, 0, 0, 0)


def _new_root(folders: Iterable[str]) -> None:
    """Change to a file system in memory that has these folders, read-only, and nothing else.

    It is mounted over /proc, a folder that always exists and that is not to be shown.
    """
    root = "/proc"
    _libc_call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    _libc_call("mount", b"none", root.encode(), b"tmpfs", 0, b"size=1m")
    for folder in folders:
        inside = root + folder
        if os.path.isdir(folder):
            os.makedirs(inside, exist_ok=True)
        elif os.path.isfile(folder):
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            Path(inside).touch()
        else:
            continue
        _libc_call("mount", folder.encode(), inside.encode(), None, MS_BIND | MS_REC, None)
    os.makedirs(f"{root}/old")
    _libc_call("pivot_root", root.encode(), f"{root}/old".encode())
    os.chdir("/")
    _libc_call("umount2", b"/old", MNT_DETACH)
    os.rmdir("/old")
    attributes = (ctypes.c_uint64 * 4)(MOUNT_READ_ONLY, 0, 0, 0)
    _syscall(SYS_MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, bytes(attributes), 32)


def _syscall(number: int, *args: int | bytes | None) -> int:
    return _libc_call("syscall", number, *args)


# ------------------------------------------------------------------------------ files


def confine(namespaces: frozenset[str]) -> bytes:
    """Give up files and privileges, for good. Return the filter for `apply_filter`, or b"".

    Python's own library, shared libraries, and the packages that are imported already can still be
    read. `namespaces` are those that `enter_namespaces` returned.
    """
    libraries, packages = _libraries(), sorted(_packages())
    seccomp_filter = _seccomp_filter()
    if "mount" in namespaces:
        with contextlib.suppress(OSError):
            _new_root([*SYSTEM, *libraries, *packages])
    with contextlib.suppress(OSError):
        _drop_privileges()
    with contextlib.suppress(OSError):
        _landlock([*SYSTEM, *_entries(libraries), *packages])
    return seccomp_filter


def _libraries() -> list[str]:
    """The folders of Python's standard library; in a virtual environment, the installation's."""
    base = {"base": sys.base_prefix, "installed_base": sys.base_prefix}
    base |= {"platbase": sys.base_exec_prefix, "installed_platbase": sys.base_exec_prefix}
    paths = {sysconfig.get_path(name, vars=base) for name in ("stdlib", "platstdlib")}
    return sorted(path for path in paths if path and os.path.isdir(path))


def _entries(folders: Iterable[str]) -> Iterator[str]:
    """The entries of these folders, except the folder in which packages are installed."""
    for folder in folders:
        for entry in os.scandir(folder):
            if entry.name not in ("site-packages", "dist-packages"):
                yield entry.path


def _packages() -> set[str]:
    """The files and folders of installed packages that are imported, and what belongs to them."""
    roots = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    roots |= {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None) or ""
        for root in roots:
            if isinstance(file, str) and file.startswith(root + os.sep):
                top = file[len(root) + 1 :].split(os.sep)[0]
                if top != "autograder":
                    belonging = (top, f"{top}.libs", *BESIDE.get(top, ()))
                    found |= {os.path.join(root, name) for name in belonging}
    return {path for path in found if os.path.exists(path)}


def _landlock(readable: Iterable[str]) -> None:
    """Forbid every use of files except reading these, TCP, and signals to other processes."""
    abi = landlock_version()
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)) - 1
    fields = (ctypes.c_uint64 * 3)(handled, 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _syscall(SYS_CREATE_RULESET, bytes(fields), size, 0)
    try:
        for path in readable:
            try:
                opened = os.open(path, os.O_PATH)
            except OSError:
                continue
            rights = READ_FILE | (READ_DIR if os.path.isdir(path) else 0)
            rule = rights.to_bytes(8, sys.byteorder) + opened.to_bytes(4, sys.byteorder)
            try:
                _syscall(SYS_ADD_RULE, ruleset, 1, rule, 0)
            finally:
                os.close(opened)
        _libc_call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _syscall(SYS_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def landlock_version() -> int:
    """The kernel's version of Landlock, or 0 where it has none."""
    try:
        return _syscall(SYS_CREATE_RULESET, None, 0, 1)
    except (OSError, AssertionError):
        return 0


def _drop_privileges() -> None:
    """Give up all capabilities, and the means to regain one."""
    for capability in range(64):
        try:
            _libc_call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:
            break  # this was the kernel's last one, or there was none to begin with
    header = (0x20080522).to_bytes(4, sys.byteorder) + bytes(4)
    _libc_call("capset", header, bytes(24))


# ------------------------------------------------------------------------------ seccomp


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


ALLOW, REFUSE, EQUAL, MASKED_EQUAL = 0x7FFF0000, 0x00050000, 4, 7


def _seccomp_filter() -> bytes:
    """The filter as the kernel takes it, built by libseccomp; b"" where there is no libseccomp."""
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return b""
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(REFUSE | errno.EPERM)))

    def rule(action: int, call: str, *comparisons: _Compare) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # else the call is another architecture's
            array = (_Compare * max(1, len(comparisons)))(*comparisons)
            library.seccomp_rule_add_array(
                rules, ctypes.c_uint32(action), number, len(comparisons), array
            )

    try:
        for call in ALLOWED.split():
            rule(ALLOW, call)
        for call, (argument, values) in WITH_VALUES.items():
            for value in values:
                rule(ALLOW, call, _Compare(argument, EQUAL, value, 0))
        rule(ALLOW, "clone", _Compare(0, MASKED_EQUAL, CLONE_THREAD, CLONE_THREAD))
        rule(REFUSE | errno.ENOSYS, "clone3")  # a filter cannot see its flags: threads use clone
        with os.fdopen(os.memfd_create("filter"), "w+b") as file:
            library.seccomp_export_bpf(rules, file.fileno())
            file.seek(0)
            return file.read()
    finally:
        library.seccomp_release(rules)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def apply_filter(seccomp_filter: bytes) -> None:
    """Give up starting processes, the network, and making files, for good. Raises OSError."""
    if seccomp_filter:
        code = ctypes.create_string_buffer(seccomp_filter, len(seccomp_filter))
        prepared = _Filter(len(seccomp_filter) // 8, ctypes.addressof(code))
        _libc_call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _libc_call("prctl", PR_SET_SECCOMP, 2, ctypes.addressof(prepared), 0, 0)


# ------------------------------------------------------------------------------ limits


def address_space() -> int:
    """The size of this process's address space in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def set_limits(memory: int | None) -> None:
    """Limit the address space to `memory` bytes; allow no core file and no file with content."""
    for name, value in (("AS", memory), ("CORE", 0), ("FSIZE", 0), ("NOFILE", 64)):
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        if value is None:
            continue
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))
