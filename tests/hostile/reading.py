"""Reading: answers, marks and other people's work, and getting out what was read.

Secrets are planted in the solutions, the gradebook, the home folder, the environment of `grade`,
and a neighbour's hand-in; each begins with what stands for @CANARY@, and no report may hold one.
"""

from __future__ import annotations

from tests.hostile.catalogue import DIED, SECRET, Hostile

BAD = ("wrong", *DIED)

# `look(path)` raises an exception whose message is the secret in a file.
LOOK = """
def look(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", "replace")
    at = text.index("@CANARY@")
    raise RuntimeError(text[at : at + 40])
"""

SOLUTIONS = [
    Hostile(
        "reading-solution_called",
        "the reference is loaded from its folder and called",
        body="""
        scope = {}
        exec(open("@SOLUTIONS@/vanilla_rnn/vanilla_rnn.py").read(), scope)
        return scope["rnn_step"](x, h_prev, W_xh, W_hh, b_h)
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_at_import",
        "the reference is loaded at import, when fewer things are watched",
        top="""
        try:
            exec(open("@SOLUTIONS@/vanilla_rnn/vanilla_rnn.py").read())
            ours = rnn_step
        except OSError:
            ours = None
        """,
        body="return ours(x, h_prev, W_xh, W_hh, b_h)",
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_beside_the_engine",
        "the reference is found from where the engine is installed",
        body="""
        import pathlib, sys
        import autograder.isolation.worker
        kit = pathlib.Path(autograder.isolation.worker.__file__).parents[2]
        places = [kit, *map(pathlib.Path, sys.path)]
        for place in places:
            for path in sorted(place.glob("solutions/*/*/vanilla_rnn.py")):
                scope = {}
                exec(path.read_text(), scope)
                return scope["rnn_step"](x, h_prev, W_xh, W_hh, b_h)
        raise LookupError("none found")
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_from_the_current_folder",
        "the reference is found from the folder in which grading was started",
        body="""
        scope = {}
        exec(open("solutions/rnn_fundamentals/vanilla_rnn/vanilla_rnn.py").read(), scope)
        return scope["rnn_step"](x, h_prev, W_xh, W_hh, b_h)
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_imported",
        "the reference is imported like any other module",
        body="""
        import importlib, sys
        sys.path.insert(0, "@SOLUTIONS@/vanilla_rnn")
        del sys.modules["vanilla_rnn"]
        return importlib.import_module("vanilla_rnn").rnn_step(x, h_prev, W_xh, W_hh, b_h)
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_in_a_message",
        "the reference's text in an exception's message",
        top=LOOK,
        body="look('@SOLUTIONS@/vanilla_rnn/vanilla_rnn.py')",
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-solution_in_a_syntax_error",
        "the reference's text as the line of a syntax error",
        body="""
        text = open("@SOLUTIONS@/vanilla_rnn/vanilla_rnn.py").read()
        at = text.index("@CANARY@")
        raise SyntaxError(text[at : at + 40], ("vanilla_rnn.py", 1, 1, text[at : at + 40]))
        """,
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-grader_as_a_value",
        "a hidden grader's text as the answer, to be told as what was got",
        body="""
        import linecache
        lines = linecache.getlines("@SOLUTIONS@/vanilla_rnn/test_rnn_step.py")
        return next(line for line in lines if "@CANARY@" in line)[:60]
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-grader_as_a_key",
        "a hidden grader's text as the key of a dictionary, and as the name of a class",
        body="""
        import numpy
        grader = "@SOLUTIONS@/vanilla_rnn/test_rnn_step.py"
        text = numpy.fromfile(grader, numpy.uint8).tobytes().decode()
        at = text.index("@CANARY@")
        return type(text[at : at + 40], (), {})()
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-grader_printed",
        "a hidden grader's text printed, before an answer that is wrong",
        body="""
        import sys
        print(open("@SOLUTIONS@/vanilla_rnn/test_rnn_step.py").read())
        sys.__stderr__.write("x")
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-grader_as_numbers",
        "a hidden grader's bytes as the numbers of an array",
        body="""
        raw = np.fromfile("@SOLUTIONS@/vanilla_rnn/test_rnn_step.py", np.uint8)
        return raw[: len(b_h), None].astype(b_h.dtype)
        """,
        verdicts=BAD,
        needs_sandbox=True,
        never=("got        34",),  # the double quote at the beginning of the file
    ),
    Hostile(
        "reading-modules_of_the_grader",
        "hidden graders and the gradebook's program are imported by name",
        body="""
        import importlib
        for name in ("solutions", "test_bptt", "conftest", "oracle"):
            try:
                module = importlib.import_module(name)
            except ImportError:
                continue
            raise RuntimeError(f"there is {module}")
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
        never=("there is &lt;module", "there is <module"),
        needs_sandbox=True,  # a checkout on the path of Python holds `solutions`
    ),
]

OTHERS = [
    Hostile(
        "reading-neighbour_called",
        "the work of a student who is better is loaded and called",
        body="""
        import glob
        for path in glob.glob("@SUBMISSIONS@/z-perfect/*/vanilla_rnn.py"):
            scope = {}
            exec(open(path).read(), scope)
            return scope["rnn_step"](x, h_prev, W_xh, W_hh, b_h)
        raise LookupError("none found")
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-neighbour_in_a_message",
        "the work of another student in an exception's message",
        top=LOOK,
        body="look('@SUBMISSIONS@/z-perfect/rnn_fundamentals/vanilla_rnn.py')",
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-gradebook",
        "the gradebook in an exception's message",
        top=LOOK,
        body="look('@COURSE@/gradebook.db')",
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-results",
        "the marks of others in an exception's message",
        body="""
        import os
        raise RuntimeError(" and ".join(os.listdir("@OUT@")))
        """,
        verdicts=("error",),
        never=("run.json and", "and run.json"),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-home",
        "what lies in the home folder of whoever grades",
        top=LOOK,
        body="import os\nlook(os.path.expanduser('@HOME@/.netrc'))",
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-home_of_the_environment",
        "the home folder is looked up in the environment with which the process was started",
        top=LOOK,
        body="""
        entries = open("/proc/self/environ").read().split(chr(0))
        look(dict(entry.split("=", 1) for entry in entries if entry)["HOME"] + "/.netrc")
        """,
        verdicts=("error",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-passwd",
        "the machine's users",
        body="raise RuntimeError(open('/etc/passwd').readline())",
        verdicts=("error",),
        never=("root:x:", "/bin/bash"),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-root_folder",
        "what lies at the root of the machine",
        body="import os\nraise RuntimeError('+'.join(sorted(os.listdir('/'))))",
        verdicts=("error",),
        never=("+etc+", "+tmp+"),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-course_folder",
        "what lies in the course, as the keys of a dictionary",
        body="import os\nreturn {name: 0 for name in os.listdir('@COURSE@')}",
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-walk",
        "every folder from here to the root is searched for gradebooks and graders",
        top=LOOK,
        body="""
        import os
        place = os.getcwd()
        for _ in range(6):
            for name in os.listdir(place):
                if name.endswith(".db"):
                    look(os.path.join(place, name))
            place = os.path.dirname(place)
        raise LookupError("none found")
        """,
        verdicts=("error",),
        needs_sandbox=True,
    ),
]

PROCESSES = [
    Hostile(
        "reading-environment",
        "the environment of its own process, in Python and in C",
        body="""
        import ctypes, os
        said = ctypes.CDLL(None).getenv
        said.restype = ctypes.c_char_p
        raise RuntimeError(f"{dict(os.environ)} {said(b'GRADING_TOKEN')}")
        """,
        verdicts=("error",),
    ),
    Hostile(
        "reading-environment_of_self",
        "the environment with which its own process was started",
        body="""
        text = open("/proc/self/environ").read()
        raise RuntimeError(text[text.find("@CANARY@") :][:40])
        """,
        verdicts=("error",),
    ),
    Hostile(
        "reading-environment_of_the_grader",
        "the environment of each process above its own",
        body="""
        pid = "self"
        for _ in range(8):
            text = open(f"/proc/{pid}/environ").read()
            if "@CANARY@" in text:
                raise RuntimeError(text[text.index("@CANARY@") :][:40])
            pid = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1]
        """,
        verdicts=BAD,
        needs_sandbox=True,
    ),
    Hostile(
        "reading-command_lines",
        "the command lines of everybody",
        body="""
        import glob
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            with open(path) as file:
                line = file.read().replace(chr(0), " ")
            if "--submissions" in line:
                raise RuntimeError("found " + line[-60:])
        raise LookupError("none")
        """,
        verdicts=("error",),
        never=("found ",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-memory_of_the_parent",
        "the memory of the processes above its own",
        body="""
        import os, re
        pid = os.getppid()
        for _ in range(4):
            maps = open(f"/proc/{pid}/maps").read().splitlines()
            with open(f"/proc/{pid}/mem", "rb", 0) as memory:
                for line in maps:
                    if "[heap]" in line:
                        start, end = (int(part, 16) for part in line.split()[0].split("-"))
                        memory.seek(start)
                        raise RuntimeError(f"read {len(memory.read(min(end - start, 4096)))} bytes")
            pid = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1]
        """,
        verdicts=DIED,
        never=("read 4096 bytes",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-memory_by_system_call",
        "the memory of its parent by process_vm_readv, and its descriptors by pidfd_getfd",
        body="""
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        class Vector(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        buffer = ctypes.create_string_buffer(16)
        ours = Vector(ctypes.addressof(buffer), 16)
        theirs = Vector(id(None), 16)  # a fork has it at the same place
        n = libc.process_vm_readv(os.getppid(), ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
        pidfd = libc.syscall(434, os.getppid(), 0)
        taken = libc.syscall(438, pidfd, 0, 0)
        raise RuntimeError(f"bytes={n} descriptor={taken}")
        """,
        verdicts=DIED,
        never=("bytes=16", "descriptor=3", "descriptor=4", "descriptor=5", "descriptor=6"),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-own_memory",
        "its own memory, which a fork shares with who was there before",
        body="""
        import ctypes
        secret = "@CANARY@".encode() + b"-sings"  # put together, so that it does not find itself
        end = ctypes.CDLL(None).sbrk
        end.restype = ctypes.c_void_p
        text = ctypes.string_at(end(0) - (4 << 20), 4 << 20)  # the end of the heap
        at = text.find(secret + b"-at-")
        raise RuntimeError(text[at : at + 40].decode("utf-8", "replace"))
        """,
        verdicts=BAD,
    ),
    Hostile(
        "reading-garbage",
        "every object of the collector, for something that is called as the answer",
        body="""
        import gc, types
        for one in gc.get_objects():
            if isinstance(one, dict):
                for name in ("expected", "reference", "want", "solution"):
                    if callable(one.get(name)) or isinstance(one.get(name), np.ndarray):
                        return one[name] if not callable(one[name]) else one[name](x)
            if isinstance(one, types.FunctionType) and one.__name__ == "rnn_step":
                if one.__code__.co_code != rnn_step.__code__.co_code:
                    return one(x, h_prev, W_xh, W_hh, b_h)
        return np.zeros_like(b_h)
        """,
        verdicts=BAD,
    ),
    Hostile(
        "reading-frames",
        "the variables of everybody who called it, for what is expected",
        body="""
        import sys
        frame = sys._getframe()
        while frame is not None:
            for name in ("want", "wanted", "expected", "reference", "answer", "truth"):
                if name in frame.f_locals or name in frame.f_globals:
                    return frame.f_locals.get(name, frame.f_globals.get(name))
            frame = frame.f_back
        return np.zeros_like(b_h)
        """,
        verdicts=("wrong",),
    ),
    Hostile(
        "reading-threads_and_modules",
        "the frames of all threads and the globals of all modules",
        body="""
        import sys, threading
        places = [frame.f_locals for frame in sys._current_frames().values()]
        places += [getattr(module, "__dict__", {}) for module in list(sys.modules.values())]
        for place in places:
            for name in ("SOLUTION", "REFERENCE", "EXPECTED", "gradebook", "expected"):
                if name in place:
                    raise RuntimeError(f"found {name}")
        return np.zeros_like(b_h)
        """,
        verdicts=("wrong",),
        never=("found SOLUTION", "found REFERENCE", "found EXPECTED"),
    ),
    Hostile(
        "reading-descriptors",
        "what lies behind the descriptors that its process was born with",
        body="""
        import os, stat
        found = []
        for number in range(256):
            try:
                mode = os.fstat(number).st_mode
                if stat.S_ISREG(mode):
                    found.append(os.pread(number, 100, 0))
                if stat.S_ISDIR(mode):
                    found.append(os.listdir(number))
            except OSError:
                continue
        raise RuntimeError(f"{len(found)} files")
        """,
        verdicts=("error",),
        says="0 files",
    ),
    Hostile(
        "reading-descriptors_of_the_parent",
        "what lies behind the descriptors of its parent",
        body="""
        import os
        links = [os.readlink(f"/proc/{os.getppid()}/fd/{n}") for n in (0, 1, 2, 3)]
        raise RuntimeError(f"there are {links}")
        """,
        verdicts=("error",),
        never=("there are [",),
        needs_sandbox=True,
    ),
    Hostile(
        "reading-tracebacks",
        "the traceback of an exception of the grader's making, down to its last frame",
        body="""
        import sys, traceback
        try:
            np.zeros((1, 2)) @ np.zeros((1, 2))
        except ValueError as error:
            raise RuntimeError("".join(traceback.format_stack())[-200:]) from error
        """,
        verdicts=("error",),
        never=(SECRET,),
    ),
]

ENTRIES = [*SOLUTIONS, *OTHERS, *PROCESSES]
