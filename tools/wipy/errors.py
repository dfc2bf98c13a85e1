"""The one exception for what a user can put right."""


class UserError(Exception):
    """A missing tool, a bad file, an unreachable place. Its text is one line that says what is wrong and what helps;
    whoever runs the build prints that line and ends with a failing status, without a traceback."""
