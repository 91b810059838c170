"""`autograder doctor`: traps of an installation, a course and an assignment, with their mends."""
