"""nbgrader's settings for this course. Every nbgrader command in this folder reads them."""

from autograder.nbgrader_plugin import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
c.CourseDirectory.course_id = "rnn"
configure(c)

# The exchange folder, through which assignments go out and come in: the same on all machines.
# c.Exchange.root = "/srv/nbgrader/exchange"

# Late submissions lose 10 % of the score for each day begun, after 15 minutes of grace.
# from autograder.nbgrader_plugin import LatePerDay
# c.AssignLatePenalties.plugin_class = LatePerDay
# c.LatePerDay.percent = 10

# nbgrader zip_collect: which part of an archive's name is the student's, if no platform made it.
# c.ZipCollector.student_regexp = r"(?P<student_id>[^_]+)"
