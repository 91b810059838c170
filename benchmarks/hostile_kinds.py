"""The kinds of attack in the catalogue of `tests/hostile`, as the table has them.

A kind lists entries by what follows the family in their names. What no kind lists is not
measured: see `LEFT_OUT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile import confusing, escaping, exhausting, forging, odd, reading
from hostile.catalogue import Hostile

FAMILIES = {
    family.__name__.rpartition(".")[2]: family.ENTRIES
    for family in (forging, reading, escaping, exhausting, confusing, odd)
}
ENTRIES: dict[str, Hostile] = {one.id: one for some in FAMILIES.values() for one in some}

_KINDS = """
forging: replaces NumPy's comparisons
  allclose norms
forging: gives operators and built-in names other meanings
  operators builtins constants
forging: an object that equals everything
  equals_everything float_that_equals isinstance str_and_dict_lie
forging: an array or tensor whose class lies
  array_subclass array_finalize array_protocol torch_subclass array_interface
forging: NaN, infinities, numbers that overflow
  nan nan_in_one_entry infinities overflow
forging: odd shapes, dtypes and strides
  broadcasting empty strides other_dtypes eight_axes nan_as_key
forging: ends the process with status 0
  os_exit os_exit_at_import sys_exit atexit
forging: raises the framework's own signals
  keyboard_interrupt pytest_outcomes interrupt_main hostile_str str_subclass_message
forging: runs code where it is unpickled or shown
  pickle_bomb pickled_answer
forging: writes answers on the grader's channel (autograder's own)
  answer_first answers_ahead half_a_frame wrong_number error_first huge_header no_msgpack
forging: asks the grader's channel to compute (autograder's own)
  ask_the_grader ask_at_import ask_dunder ask_for_more ask_an_oracle poison_by_a_tensor
forging: rewrites the code that runs beside it (autograder's own)
  worker_call packers probes_rewritten worker_identical inputs_become_zero stand_ins_rewritten
forging: sets variables of its callers, traces every function
  result_in_the_frame profile
reading: loads the reference's file and calls it
  solution_called solution_at_import solution_from_the_current_folder solution_imported
reading: puts the reference's or a grader's text into a message
  solution_in_a_message grader_as_a_value grader_printed solution_in_a_syntax_error grader_as_a_key
reading: reads another student's work
  neighbour_called neighbour_in_a_message
reading: reads gradebook, marks, home folder
  gradebook results home walk home_of_the_environment
reading: lists the machine and the course
  passwd root_folder course_folder
reading: reads the grader's environment and command line
  environment environment_of_self environment_of_the_grader command_lines
reading: reads memory and descriptors of other processes
  memory_by_system_call memory_of_the_parent descriptors_of_the_parent descriptors
reading: searches frames and objects for the answer
  frames garbage threads_and_modules own_memory
escaping: opens connections
  tcp udp abstract_socket unix_socket listening urllib
escaping: starts other programs
  subprocess exec spawn system multiprocessing clone
escaping: leaves processes or threads behind
  fork daemon threads_that_stay thread
escaping: kills, stops, slows or debugs its parent
  kill_parent stop_parent ptrace signal_to_others priorities limits
escaping: writes, changes or deletes files
  current_folder home_file deleting overwriting chmod submissions symbolic_link own_results
  python_path hard_link
escaping: asks the kernel for more
  unshare mount rare_calls setuid terminal
exhausting: runs or waits without end
  loop sleep
exhausting: takes all memory
  list array memory_caught text laughs
exhausting: crashes the interpreter
  crash abort stack parentheses recursion
exhausting: floods whoever shows results
  message name causes many_keys
confusing: terminal escapes, turned and invisible text in messages
  escapes bidi invisible separators printed
confusing: markup in messages and names (pages of others were not looked at)
  script end_of_elements name_of_an_exception syntax_error
odd: a link, pipe or device in the place of the file
  link_to_solution fifo link_to_zeros folder link_loop
odd: bytes that are no Python
  null_bytes zip_as_file unknown_encoding utf7
odd: a module that answers to every name
  module_that_answers module_replaced
odd: honest work beside files that change the run
  libraries_beside settings_beside results_beside fifos_beside
"""

LEFT_OUT = (
    "students' folders with odd names (27) and folders that are no submission (4): they "
    "are aimed at a whole class, and two of the three grade one at a time",
    "attacks on `bptt` and `train_step`, which have many and slow checks (2)",
    "crowds of files, sparse files, devices that only root can make, output of a gigabyte, "
    "threads and descriptors by the hundred: they say more about the machine than about a grader",
)


def _read() -> dict[str, list[Hostile]]:
    kinds: dict[str, list[Hostile]] = {}
    for line in _KINDS.strip().splitlines():
        if not line.startswith(" "):
            name = line
            family = line.partition(":")[0]
            kinds[name] = []
        else:
            kinds[name] += [ENTRIES[f"{family}-{word}"] for word in line.split()]
    return kinds


KINDS = _read()


def sample(most: int) -> list[tuple[str, Hostile]]:
    """The first so many of each kind: the first of all kinds, then the second, and so on."""
    return [
        (kind, entries[turn])
        for turn in range(most)
        for kind, entries in KINDS.items()
        if turn < len(entries)
    ]
