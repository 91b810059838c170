"""Figures as data (filled in with the plotting slots)."""
