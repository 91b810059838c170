"""The commands of `autograder`, one module each. Only these modules print."""
