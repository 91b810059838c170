"""The hidden graders: collected by pytest once, then run for many programs. Staff only."""
