"""The process in which a student's file runs: start, limit, call, end. Only numbers cross."""
