"""The graders' own test: `autograder verify`, and the record without which nothing is released."""
