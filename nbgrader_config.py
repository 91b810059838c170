"""nbgrader's settings for this course; read by every nbgrader command in this folder."""

from autograder.nbgrader_plugin import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
c.CourseDirectory.course_id = "rnn"
configure(c)

# Where assignments go out and come in; the same on every machine of the course.
# c.Exchange.root = "/srv/nbgrader/exchange"

# Late hand-ins: 10 % of the score for each day begun, after a quarter of an hour's grace.
# from autograder.nbgrader_plugin import LatePerDay
# c.AssignLatePenalties.plugin_class = LatePerDay
# c.LatePerDay.percent = 10

# nbgrader zip_collect: how an archive's name tells the student.
# c.ZipCollector.student_regexp = r"(?P<student_id>[^_]+)"
