"""What went out and what came in: the handout's cells, the files of a hand-in. Nothing is run."""
