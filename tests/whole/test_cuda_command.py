"""`make cuda`, as far as a machine without a GPU can show it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from tests.conftest import ROOT

COMMAND = (sys.executable, str(ROOT / "benchmarks" / "cuda.py"))


def test_the_checks_of_a_device_run_and_make_a_row() -> None:
    command = [*COMMAND, "--device", "cpu", "--programs", "1", "RNNCell"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    row = ran.stdout.splitlines()[-1]
    assert f" | {torch.__version__} | 1 checks of 1 slots; 1 right programs, 0 wrong ones | " in row
    assert "as on the CPU" in row


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_run() -> None:
    ran = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "torch finds no CUDA device here: nothing was run\n")
