"""The hidden checks of an assignment: collected by pytest, run for many programs. Staff only."""
