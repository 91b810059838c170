"""nbgrader with this engine: autograding, exchange, releasing, staging, gradebook, settings."""
