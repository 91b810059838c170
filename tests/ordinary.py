"""Commands run as an ordinary user, or on a machine that lacks something, for tests that are root.

Real conditions, made with what the kernel has for it: nothing in the engine is told to pretend.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NOBODY = 65534
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446
REFUSE_WITH_ENOSYS, ALLOW, EQUAL = 0x00050000 | 38, 0x7FFF0000, 4

# The interpreter may lie where only root may look: it is shown at its place in a mount namespace.
AS_NOBODY = f"""
for folder in "$@"; do [ "$folder" = -- ] && break
    mkdir -p /tmp/hold.$$ && mount --bind "$folder" /tmp/hold.$$
    top=/$(echo "$folder" | cut -d/ -f2)
    mountpoint -q "$top" || mount -t tmpfs -o mode=755 none "$top"
    mkdir -p "$folder" && mount --bind /tmp/hold.$$ "$folder" && umount /tmp/hold.$$
    rmdir /tmp/hold.$$
    shift
done
shift
exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups "$@"
"""
NO_NAMESPACES = """
for name in user mnt pid net ipc; do echo 0 > /proc/sys/user/max_${name}_namespaces; done
exec "$@"
"""


def as_nobody(*command: str) -> list[str]:
    """The command as an ordinary user; unchanged where the tests themselves are not root."""
    if os.getuid() != 0:
        return list(command)
    hidden = [sys.base_prefix] if not _readable_by_all(Path(sys.base_prefix)) else []
    return ["unshare", "-m", "sh", "-c", AS_NOBODY, "sh", *hidden, "--", *command]


def done_as_nobody(function: Callable[[], T]) -> T:
    """What the function returns to an ordinary user."""
    if os.getuid() != 0:
        return function()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer: object = function()
        except BaseException as error:
            answer = error
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pickle.load(pipe)
    os.waitpid(child, 0)
    if isinstance(answer, BaseException):
        raise answer
    return answer  # type: ignore[return-value]


def _readable_by_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (folder, *folder.parents))


def without_namespaces(*command: str) -> list[str]:
    """The command where the kernel refuses namespaces, as in a container without privileges."""
    return ["unshare", "-Ur", "sh", "-c", NO_NAMESPACES, "sh", *command]


def without_landlock(call: int = LANDLOCK_CREATE_RULESET) -> Callable[[], None]:
    """For `subprocess`: before a program starts, the kernel forgets that it has Landlock.

    With another `call` of it, it forgets that one alone.
    """
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p

    def forget() -> None:
        rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
        library.seccomp_rule_add_array(rules, ctypes.c_uint32(REFUSE_WITH_ENOSYS), call, 0, None)
        library.seccomp_load(rules)

    return forget
