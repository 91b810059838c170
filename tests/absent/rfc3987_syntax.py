"""In the tests this package counts as not installed: it takes a second at each start of nbgrader.

nbgrader validates notebooks with jsonschema, which uses the package for a format that no notebook
has, and does without it where it cannot be imported.
"""

raise ImportError("left out of the tests, since it is slow to import")
