"""Grades a class with several processes; caches results; writes the table and the report."""
