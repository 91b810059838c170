"""The student's commands: checking a file, the watch screen, `%check`, the zip to hand in."""
