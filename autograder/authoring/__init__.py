"""A new slot to start from: its files, as placeholders that pass `verify`."""
