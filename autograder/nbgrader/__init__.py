"""nbgrader with this engine: autograding, the exchange, staging, the gradebook."""
