"""Grading a class: which files to grade, by which process; results, tables and report pages."""
