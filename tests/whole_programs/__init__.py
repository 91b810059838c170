"""Whole programs as students would write them, each with a fair person's mark and its true causes.

`python -m tests.whole_programs [SLOT ...]` grades and checks them and prints what differs.
"""
