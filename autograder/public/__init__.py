"""What students get: frozen checks, the released folder, and the search for leaks in it."""
