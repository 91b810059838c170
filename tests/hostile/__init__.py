"""Hostile, broken and odd submissions: a catalogue, one family a module.

Each entry is what one student hands in. It says what it tries, which slots it attacks and what it
may get for that; `test_hostile.py` hands all of them in as one class and grades it once.
"""
