"""Collects what a learning platform gives into nbgrader's folders; nothing of it is executed."""
