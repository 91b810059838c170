"""Assignments: what staff wrote under `solutions/`, read, checked and held in memory."""
