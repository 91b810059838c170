"""What runs on a student's machine: checking files, the watch, `%check`, the zip to hand in."""
