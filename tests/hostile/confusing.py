"""Confusing the report: texts of a student's that are more than text to somebody who shows them."""

from __future__ import annotations

from tests.hostile.catalogue import CHANNEL, Hostile

TEXT = ("error",)


def says(id: str, tries: str, text: str, *never: str) -> Hostile:
    """An exception whose message is this text, a Python literal."""
    return Hostile(
        f"confusing-{id}",
        tries,
        body=f"raise RuntimeError({text})",
        verdicts=TEXT,
        never=never,
    )


MESSAGES = [
    says("escapes", "it clears the screen, turns green and says that all is well",
         r"'\x1b[2J\x1b[32mcorrect\x1b[0m\x1b]8;;http://x/\x07link\x9b31m'"),
    says("bidi", "it turns the order of what follows",
         r"'\u202e12/12 correct\u202c \u2066 \u2069 \u200f \u061c'"),
    says("invisible", "characters that take no place, tags and variations among them",
         r"'a\u200b\u200d\u2060\ufeff\U000e0041\U000e007fb\u00ad\u180e'"),
    says("script", "a script", "'<script>alert(1)</script>'", "<script>alert(1)"),
    says("end_of_elements", "the end of whatever it stands in",
         "'</pre></td></table></section></main>--></style></script><h1>85</h1>'", "<h1>85</h1>"),
    says("attributes", "the end of an attribute, and another with code",
         "'\"\\'><img src=x onerror=alert(1)> javascript:alert(1)'", "<img src=x"),
    says("entities", "markup that is escaped already", "'&lt;b&gt; &#60;script&#62; &amp;amp;'"),
    says("template", "the language of the templates",
         "'{{ 7 * 1111 }} {% raw %} {{ config }} ${7*1111} <%= 7*1111 %>'", "7777"),
    says("markup_of_the_terminal", "the language of the terminal library",
         "'[bold green]correct[/] [/nothing] [link=http://x]'"),
    says("format", "conversions of several languages",
         "'%s%s%n%x %(name)s {} {0} {x.__class__} $(id) `id`'"),
    says("formula", "a formula of a spreadsheet", "'=cmd|\\' /C calc\\'!A0'"),
    says("quotes", "the end of a cell of a table", "'\",\"85\"\\n\"mallory\",\"85'", '\n"mallory"'),
    says("imitation", "a message that looks like those of a slot that is right",
         r"'x\n\n✓ rnn_step   all 18 checks pass\n  5 of 5 points\n'", "\n✓ rnn_step"),
    says("separators", "every character that somebody takes for the end of a line",
         r"'a\rb\x0bc\x0cd\x1ce\x1df\x1eg\x85h\u2028i\u2029j'"),
    says("null_bytes", "null bytes", r"'\x00correct\x00'"),
    says("surrogates", "halves of characters, which no encoding has", r"'\ud800 \udfff \udc80'"),
    says("private_use", "characters that have no meaning, and such as are not characters",
         r"'\ue000\uffff\U0010ffff\ufdd0'"),
    says("zalgo", "a letter with three hundred accents", r"'Z' + '\u0334\u0310\u0489' * 100"),
    says("long_word", "a word of a hundred thousand letters", "'W' * 100_000", "W" * 400),
    says("many_lines", "a message of ten thousand lines", r"'line\n' * 10_000", "line line " * 60),
    says("json", "the end of a string and of an object",
         r"""'"}, {"name": "rnn_step", "score": 5.0, "verdict": "correct"'"""),
    says("markers", "the markers of solutions, and of nbgrader's cells",
         "'### BEGIN SOLUTION ### END SOLUTION ### BEGIN HIDDEN TESTS'"),
    says("links", "markdown, LaTeX and links to files",
         r"'[a](javascript:alert(1)) \\input{/etc/passwd} $\\href{x}{y}$ ![](file:///etc/passwd)'"),
]  # fmt: skip

NAMES = [
    Hostile(
        "confusing-name_of_an_exception",
        "an exception whose name is HTML",
        body="raise type('<img src=x onerror=alert(2)>', (Exception,), {})",
        verdicts=TEXT,
        never=("<img src=x",),
    ),
    Hostile(
        "confusing-name_with_lines",
        "an exception whose name has lines and escapes",
        body=r"raise type('Error\n\x1b[32mcorrect\n', (Exception,), {})('x')",
        verdicts=TEXT,
    ),
    Hostile(
        "confusing-name_of_a_class",
        "an answer of a class whose name is HTML, quotes and a formula",
        body=r"""return type('=1+1"<script>alert(3)</script>\u202e', (), {})()""",
        verdicts=("wrong",),
        never=("<script>alert(3)",),
    ),
    Hostile(
        "confusing-name_that_is_none",
        "an exception whose name is no text, or none at all",
        body="""
        class Error(Exception): pass
        Error.__name__ = ""
        raise Error("")
        """,
        verdicts=TEXT,
    ),
    Hostile(
        "confusing-name_of_a_verdict",
        "exceptions with the names of the engine's own",
        body="""
        if len(b_h) % 2:
            raise type("CheckFailed", (Exception,), {})("all 18 checks pass")
        raise type("Forbidden", (BaseException,), {})("nothing")
        """,
        verdicts=("error",),
    ),
    Hostile(
        "confusing-bad_result",
        "the exception of the probes, with a sentence of its own",
        body=r"""
        from autograder.probing import BadResult
        raise BadResult("<b>5 of 5</b>\n✓ rnn_step   all 18 checks pass\x1b[32m")
        """,
        verdicts=("wrong",),
        never=("<b>5 of 5", "\n✓ rnn_step"),
    ),
    Hostile(
        "confusing-text_as_answer",
        "a text of HTML where numbers are expected",
        body=r"return '<script>alert(4)</script>\n\x1b[2J' * 10",
        verdicts=("wrong",),
        never=("<script>alert(4)",),
    ),
    Hostile(
        "confusing-keys",
        "a dictionary whose keys are HTML, escapes and halves of characters",
        slot="rnn_step_backward",
        file="bptt.py",
        body=r"return {'<script>alert(5)</script>': 1, '\x1b[2J': 2, '\ud800': 3, '\u202e': 4}",
        verdicts=("wrong",),
        never=("<script>alert(5)",),
    ),
    Hostile(
        "confusing-printed",
        "what it prints looks like a verdict, and then there is HTML",
        body=r"""
        print("\x1b[2J✓ rnn_step   all 18 checks pass\r\n<script>alert(6)</script>\x00\ud800")
        return np.zeros_like(b_h)
        """,
        verdicts=("wrong",),
        never=("<script>alert(6)",),
    ),
    Hostile(
        "confusing-lines",
        "its code says to come from another file, on line 10**9",
        top=r"""
        exec(compile("\n" * 1000 + "def other(): raise ValueError('<i>')", "<b>x</b>\n.py", "exec"))
        """,
        body="other()",
        verdicts=TEXT,
        never=("<b>x</b>",),
    ),
    Hostile(
        "confusing-changed_arguments",
        "it claims to have changed arguments whose names are HTML",
        top=CHANNEL,
        body=r"""
        names = ["<script>alert(7)</script>", "\x1b[2J", "x" * 10_000]
        answer(0.0, mutated=names, touched=names, places=names)
        os._exit(0)
        """,
        verdicts=("wrong", "crash"),
        never=("<script>alert(7)",),
    ),
    Hostile(
        "confusing-names_of_arguments",
        "it changes arguments that have other names now",
        body="""
        rnn_step.__code__ = rnn_step.__code__.replace(
            co_varnames=("<u>x</u>",) + rnn_step.__code__.co_varnames[1:]
        )
        x[:] = 0
        return np.zeros_like(b_h)
        """,
        verdicts=("wrong", "error"),
        never=("<u>x</u>",),
    ),
    Hostile(
        "confusing-syntax_error",
        "a syntax error whose message and place are its own",
        body=r"raise SyntaxError('<em>no</em>\n\x1b[2J', ('a\nb', 10**9, -5, '<em>', 0, 0))",
        verdicts=TEXT,
        never=("<em>no",),
    ),
]

ENTRIES = [*MESSAGES, *NAMES]
