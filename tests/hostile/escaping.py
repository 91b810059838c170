"""Escaping: out of the process, off the machine, or into time after the call.

Whoever gets out leaves a mark: a file under @ME@, a message at one of the ports, or a text that
`never` names. What would hurt is bounded: children end by themselves, nobody but the parent is
killed, what is written is small and lies where the test removes it.
"""

from __future__ import annotations

from typing import Any

from tests.hostile.catalogue import DIED, Hostile

BAD = ("wrong", *DIED)

# `libc(name, ...)` is a function of C; it answers with its result, or with minus the error number.
LIBC = """
import ctypes
_libc = ctypes.CDLL(None, use_errno=True)
def libc(name, *arguments):
    done = getattr(_libc, name)(*arguments)
    return -ctypes.get_errno() if done == -1 else done
"""


def out(
    id: str, tries: str, body: str, *, top: str = "", wrecks: bool = False, **more: Any
) -> Hostile:
    """An entry that the sandbox has to refuse."""
    options: Any = {"verdicts": BAD, **more}
    return Hostile(
        f"escaping-{id}", tries, body=body, top=top, needs_sandbox=True, wrecks=wrecks, **options
    )


NETWORK = [
    out(
        "tcp",
        "it sends its inputs to a port of the machine",
        """
        import socket
        with socket.create_connection(("127.0.0.1", @TCP@), 1) as connection:
            connection.sendall(b"@NAME@")
        raise RuntimeError("was sent")
        """,
        verdicts=("error",),
        never=("was sent",),
    ),
    out(
        "udp",
        "it sends a datagram",
        """
        import socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"@NAME@", ("127.0.0.1", @UDP@))
        """,
    ),
    out(
        "unix_socket",
        "it talks to a service of the machine by its path",
        """
        import socket
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect("@UNIX@")
            sock.sendall(b"@NAME@")
        """,
    ),
    out(
        "abstract_socket",
        "it talks to a service of the machine by an abstract name, which is in no folder",
        """
        import socket
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(chr(0) + "@ABSTRACT@")
            sock.sendall(b"@NAME@")
        """,
    ),
    out(
        "listening",
        "it listens on a port, for others to come in",
        """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as server:
            raise RuntimeError(f"listening on {server.getsockname()}")
        """,
        never=("listening on",),
    ),
    out(
        "raw_sockets",
        "it opens sockets to the kernel itself: netlink, packets, raw internet",
        """
        import socket
        opened = []
        for family, kind in ((16, 3), (17, 3), (2, 3), (10, 3), (38, 5), (40, 1)):
            try:
                opened.append(socket.socket(family, kind).family)
            except OSError:
                continue
        raise RuntimeError(f"opened {len(opened)} of them")
        """,
        verdicts=("error",),
        says="opened 0 of them",
    ),
    out(
        "name_lookup",
        "it asks for an address whose name is the secret",
        """
        import socket
        raise RuntimeError(f"looked up {socket.getaddrinfo('localhost', 80)[0][4]}")
        """,
        never=("looked up",),
    ),
    out(
        "urllib",
        "it fetches an answer from a web server",
        """
        import urllib.request
        text = urllib.request.urlopen("http://127.0.0.1:@TCP@/@NAME@", timeout=0.2).read()
        return np.frombuffer(text)
        """,
    ),
]

PROCESSES = [
    out(
        "fork",
        "a child of three that lives on when it is killed",
        """
        import os, time
        children = []
        for _ in range(3):
            child = os.fork()
            if child == 0:
                time.sleep(1)
                open("@ME@", "w").close()
                os._exit(0)
            children.append(child)
        raise RuntimeError(f"forked {len(children)}")
        """,
        never=("forked 3",),
    ),
    out(
        "daemon",
        "a grandchild in a session of its own, which does its work when all is over",
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(8)
                open("@ME@", "w").close()
                time.sleep(12)
            os._exit(0)
        return np.zeros_like(b_h)
        """,
    ),
    out(
        "subprocess",
        "a command of the machine",
        "import subprocess\nsubprocess.run(['/bin/sh', '-c', 'touch @ME@'], check=True)",
    ),
    out("system", "a command by the shell", "import os\nos.system('touch @ME@')"),
    out(
        "spawn",
        "a command without a fork",
        """
        import os, time
        os.posix_spawn("/bin/touch", ["touch", "@ME@"], {})
        time.sleep(0.2)
        """,
    ),
    out(
        "exec",
        "another program in the place of its own",
        "import os\nos.execv('/bin/touch', ['touch', '@ME@'])",
    ),
    out(
        "exec_of_memory",
        "a program that lies in no folder",
        """
        import os
        number = os.memfd_create("program")
        os.write(number, open("/bin/touch", "rb").read())
        os.execve(f"/proc/self/fd/{number}", ["touch", "@ME@"], {})
        """,
    ),
    out(
        "multiprocessing",
        "a pool of helpers",
        """
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(2) as pool:
            raise RuntimeError(f"two of us: {pool.map(len, ['ab', 'c'])}")
        """,
        never=("two of us",),
    ),
    out(
        "clone",
        "children by the system calls below fork: vfork, clone, clone3",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        child = libc.syscall(56, 17, 0, 0, 0, 0)  # clone: SIGCHLD and nothing else
        if child == 0:
            libc._exit(0)
        raise RuntimeError(f"child {child}")
        """,
        verdicts=DIED,
        says="",
        never=tuple(f"child {digit}" for digit in "123456789"),
    ),
    Hostile(
        "escaping-thread",
        "a thread that lives on after the answer and does its work between the calls",
        top="import threading, time",
        body="""
        def late():
            time.sleep(3)
            open("@ME@", "w").close()
        threading.Thread(target=late, daemon=True).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "escaping-threads_that_stay",
        "threads that no interpreter waits for and that do not end",
        body="""
        import threading, time
        def stay():
            while True:
                try:
                    time.sleep(1)
                except BaseException:
                    pass
        for _ in range(3):
            threading.Thread(target=stay).start()
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    out(
        "kill_parent",
        "the process that started it is killed, so that nobody is graded",
        "import os\nos.kill(os.getppid(), 9)\nraise RuntimeError('killed it')",
        wrecks=True,
        never=("killed it",),
    ),
    out(
        "stop_parent",
        "the process that started it is stopped, so that grading waits for ever",
        "import os\nos.kill(os.getppid(), 19)\nraise RuntimeError('stopped it')",
        wrecks=True,
        never=("stopped it",),
    ),
    out(
        "kill_all",
        "whether it may kill everybody: it asks with signal 0, which hurts nobody",
        "import os\nos.kill(-1, 0)\nraise RuntimeError('could kill all')",
        never=("could kill all",),
    ),
    out(
        "signal_to_others",
        "the same by other calls: tgkill, a queue of signals, a descriptor of a process",
        """
        import os, signal
        parent = os.getppid()
        done = [libc("syscall", call, *arguments) for call, arguments in (
            (234, (parent, parent, 0)), (129, (parent, 0, 0)), (200, (parent, 0)),
        )]
        try:
            signal.pidfd_send_signal(os.pidfd_open(parent), 0)
            done.append(0)
        except OSError as error:
            done.append(-error.errno)
        raise RuntimeError(f"answers: {done}; {sum(n >= 0 for n in done)} of 4 got through")
        """,
        top=LIBC,
        verdicts=DIED,
        never=("1 of 4 got", "2 of 4 got", "3 of 4 got", "4 of 4 got"),
    ),
    out(
        "ptrace",
        "it takes hold of its parent as a debugger does",
        """
        import os
        seized = libc("ptrace", 0x4206, os.getppid(), 0, 0)  # seize: does not stop it
        raise RuntimeError("seized it" if seized >= 0 else f"refused: {seized}")
        """,
        top=LIBC,
        verdicts=DIED,
        never=("seized it",),
    ),
    out(
        "priorities",
        "its parent gets the last place in everything",
        """
        import os
        done = []
        for change in (
            lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 5),
            lambda: os.sched_setscheduler(os.getppid(), os.SCHED_BATCH, os.sched_param(0)),
            lambda: os.sched_setaffinity(os.getppid(), {0}),
        ):
            try:
                change()
                done.append("yes")
            except OSError:
                done.append("no")
        raise RuntimeError(" ".join(done))
        """,
        wrecks=True,
        verdicts=DIED,
        never=("yes ", " yes"),
    ),
    out(
        "nice",
        "more of the machine for itself: nicer than others, on all cores, in real time",
        """
        import os
        done = []
        for change in (
            lambda: os.nice(-10),
            lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
            lambda: os.sched_setaffinity(0, {0}),
        ):
            try:
                change()
                done.append("yes")
            except OSError:
                done.append("no")
        raise RuntimeError(" ".join(done))
        """,
        verdicts=DIED,
        never=("yes ", " yes"),
    ),
    out(
        "limits",
        "it lifts the limits that were set for it, and its parent's",
        """
        import os, resource
        done = []
        for pid, limit in ((0, resource.RLIMIT_AS), (0, resource.RLIMIT_FSIZE), (os.getppid(), 7)):
            try:
                soft, hard = resource.prlimit(pid, limit)
                resource.prlimit(pid, limit, (hard, resource.RLIM_INFINITY))
                done.append("lifted")
            except (OSError, ValueError):
                done.append("kept")
        raise RuntimeError(" ".join(done))
        """,
        verdicts=DIED,
        never=("lifted",),
    ),
    Hostile(
        "escaping-deaf",
        "it ignores every signal that can be ignored, and never ends",
        body="""
        import signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                continue
        while True: pass
        """,
        verdicts=("timeout",),
    ),
]

FILES = [
    out(
        "tmp_file",
        "a note for others where everybody may write",
        "import tempfile\nopen(tempfile.gettempdir() + '/@NAME@', 'w').close(); return 0",
    ),
    out(
        "shared_memory_folder",
        "a note for others in memory that is shared",
        "open('/dev/shm/@NAME@', 'w').close(); return 0",
    ),
    out(
        "current_folder",
        "a file in the folder in which grading was started",
        "open('@NAME@.txt', 'w').close(); return 0",
    ),
    out(
        "home_file",
        "a file in the home folder of whoever grades",
        "open('@HOME@/.@NAME@', 'w').close(); return 0",
    ),
    out(
        "submissions",
        "a better hand-in for itself, and a worse one for another",
        """
        import os
        os.makedirs("@SUBMISSIONS@/@NAME@-again/rnn_fundamentals")
        return 0
        """,
    ),
    out(
        "overwriting",
        "the hand-in of another is emptied: there is a copy of one for this",
        "import os\nos.truncate('@KEPT@', 0); return 0",
    ),
    out("deleting", "a file of the grader is deleted", "import os\nos.unlink('@KEPT@')"),
    out(
        "renaming",
        "a file of the grader gets another name",
        "import os\nos.rename('@KEPT@', '@ME@')",
    ),
    out("chmod", "everybody may read the solutions", "import os\nos.chmod('@KEPT@', 0o777)"),
    out("touching", "a hand-in becomes one of yesterday", "import os\nos.utime('@KEPT@', (0, 0))"),
    out(
        "python_path",
        "code that runs when the next Python starts",
        """
        import sysconfig
        open(sysconfig.get_path("purelib") + "/@NAME@.pth", "w").close()
        return 0
        """,
    ),
    out(
        "symbolic_link",
        "a link to the gradebook, for whoever reads it next",
        "import os\nos.symlink('@COURSE@/gradebook.db', '@ME@')",
    ),
    out(
        "hard_link",
        "a second name for the solution",
        "import os\nos.link('@SOLUTIONS@/vanilla_rnn/vanilla_rnn.py', '@ME@')",
    ),
    out("fifo", "a pipe at which the next reader waits for ever", "import os\nos.mkfifo('@ME@')"),
    out(
        "device",
        "a device of its own making",
        "import os\nos.mknod('@ME@', 0o020666, os.makedev(1, 5))",
    ),
    out(
        "folder",
        "a folder, which no limit on the size of files forbids",
        "import os\nos.mkdir('@ME@')",
    ),
    out(
        "attributes",
        "a note in the attributes of a file that is there",
        "import os\nos.setxattr('@KEPT@', 'user.note', b'@NAME@')",
    ),
    out(
        "own_results",
        "full marks where results are written",
        "open('@OUT@/results/@NAME@.json', 'w').close(); return 0",
    ),
    Hostile(
        "escaping-memory_file",
        "memory beyond its limit, in a file without a name",
        body="""
        import os
        number = os.memfd_create("more")
        os.ftruncate(number, 1 << 34)
        os.pwrite(number, b"x", 1 << 33)
        raise RuntimeError("has 16 GB")
        """,
        verdicts=DIED,
        never=("has 16 GB",),
    ),
    Hostile(
        "escaping-shared_memory",
        "memory that it shares with others",
        body="""
        from multiprocessing.shared_memory import SharedMemory
        SharedMemory("@NAME@", True, 1 << 20)
        raise RuntimeError("shared")
        """,
        verdicts=DIED,
        never=(": shared",),
    ),
]

KERNEL = [
    out(
        "mount",
        "another file system over what is there",
        """
        there = b"@SCRATCH@/mount"
        done = [libc("mount", b"none", there, b"tmpfs", 1, None), libc("umount2", there, 2)]
        raise RuntimeError(f"mounted: {done[0]}")
        """,
        top=LIBC,
        verdicts=DIED,
        never=("mounted: 0",),
    ),
    out(
        "unshare",
        "namespaces of its own, in which it is root",
        """
        done = {hex(kind): libc("unshare", kind) for kind in (0x10000000, 0x00020000, 0x40000000)}
        raise RuntimeError(f"{sum(n == 0 for n in done.values())} of 3 unshared")
        """,
        top=LIBC,
        verdicts=DIED,
        says="",
        never=("1 of 3 unshared", "2 of 3 unshared", "3 of 3 unshared"),
    ),
    out(
        "chroot",
        "another root",
        "import os\nos.chroot('@SCRATCH@')\nraise RuntimeError('has moved')",
        verdicts=DIED,
        never=("has moved",),
    ),
    out(
        "setuid",
        "another user",
        "import os\nos.setgid(12345)\nos.setuid(12345)\nraise RuntimeError(f'is {os.getuid()}')",
        verdicts=DIED,
        never=("is 12345",),
    ),
    out(
        "rare_calls",
        "calls of the kernel with a history: keyctl, bpf, userfaultfd, perf, io_uring, modules",
        """
        through = []
        for name, number, arguments in (
            ("keyctl", 250, (0, -3, 1)), ("bpf", 321, (0, 0, 0)), ("userfaultfd", 323, (1,)),
            ("perf_event_open", 298, (0, 0, -1, -1, 0)), ("io_uring_setup", 425, (1, 0)),
            ("add_key", 248, (b"user", b"x", b"x", 1, -3)), ("personality", 135, (-1,)),
            ("kexec_load", 246, (0, 0, 0, 0)), ("swapoff", 168, (b"",)), ("acct", 163, (b"x",)),
        ):
            done = libc("syscall", number, *arguments)
            if done not in (-1, -38):  # not permitted, not there
                through.append(f"{name}={done}")
        raise RuntimeError(f"through: {len(through)}: {' '.join(through)}")
        """,
        top=LIBC,
        verdicts=DIED,
        says="through: 0",
    ),
    out(
        "other_tables",
        "the same calls by the numbers of another architecture",
        """
        code = bytes.fromhex("b814000000cd80c3")  # getpid of 32 bits: int 0x80
        import mmap
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        raise RuntimeError(f"it said {ctypes.CFUNCTYPE(ctypes.c_int)(address)()} there")
        """,
        top=LIBC,
        verdicts=DIED,
        never=tuple(f"it said {digit}" for digit in "123456789"),
    ),
    out(
        "terminal",
        "what it types on the terminal of whoever grades",
        """
        import fcntl, os, termios
        for path in ("/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev/console"):
            try:
                number = os.open(path, os.O_RDWR | os.O_NOCTTY)
            except OSError:
                continue
            raise RuntimeError(f"opened {path}")
        raise RuntimeError("no terminal")
        """,
        verdicts=("error",),
        says="no terminal",
    ),
    Hostile(
        "escaping-descriptors",
        "it writes to everything that its process was born with, but to its own channel",
        body="""
        import os, stat
        reached = []
        for number in range(3, 256):
            try:
                if not stat.S_ISSOCK(os.fstat(number).st_mode):
                    os.write(number, b"x")
                    reached.append(number)
            except OSError:
                continue
        raise RuntimeError(f"{len(reached)} reached")
        """,
        verdicts=("error",),
        says="0 reached",
    ),
    Hostile(
        "escaping-standard_streams",
        "it writes to the streams of the process past what keeps them",
        body="""
        import os
        for number in (1, 2):
            os.write(number, b"@NAME@ was here\\n")
        os.write(1, b"\\x1b]0;@NAME@\\x07")
        return np.tanh(W_xh @ x + W_hh @ h_prev + b_h)
        """,
        honest=True,
        deserved={"rnn_step": 1.0},
        never=("was here",),
    ),
]

ENTRIES = [*NETWORK, *PROCESSES, *FILES, *KERNEL]
