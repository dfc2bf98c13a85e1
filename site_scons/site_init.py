"""Read by SCons before SConstruct: makes the build's own logic in tools/ importable, and errors one line long."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import SCons.Node.Alias
import SCons.Script.Main

# Compiled modules go where everything else that a build writes goes.
sys.pycache_prefix = str(Path(__file__).resolve().parent.parent / "build" / ".pycache")
sys.dont_write_bytecode = False
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import at_start  # noqa: E402, F401 - now that its compiled form has a place; ends here if there is nothing to do
import scons_types as of  # noqa: E402 - SConstruct sees every name here: none may hide one of SCons

SCons.Script.Main.progress_display.set_mode(False)  # what is built says enough


class QuietAboutWords(SCons.Script.Main.BuildTask):
    """A word's command (test, run, ...) says itself what went wrong, and its words shall be the last."""

    def failed(self) -> None:
        with redirect_stderr(StringIO() if isinstance(self.targets[0], SCons.Node.Alias.Alias) else sys.stderr):
            super().failed()


SCons.Script.Main.BuildTask = QuietAboutWords


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What a user can put right ends the build with a line that says so, not with a traceback."""
    from SCons.Errors import UserError as SConsError
    from wipy.errors import UserError

    try:
        yield
    except (UserError, SConsError) as error:
        print(f"scons: {': '.join(str(error).splitlines())}", file=sys.stderr)
        sys.exit(2)


def shown(env: of.Environment, words: str | None) -> dict[str, str | None]:
    """Options of a SCons Action that shows `words` (None: nothing) instead of its command line, unless V=1."""
    return {} if env["V"] else {"cmdstr": words}


def action(function: of.BuildFunction, words: str | None, **options: Any) -> Any:
    """A SCons action that calls function(target, source, env) and says `words`; a UserError ends the build."""
    from SCons.Errors import BuildError
    from SCons.Script import Action
    from wipy.errors import UserError

    def run(target: of.Nodes, source: of.Nodes, env: of.Environment) -> int:
        try:
            function(target, source, env)
        except UserError as error:
            raise BuildError(node=target[0], errstr=str(error)) from None
        return 0

    # The signature is the function that does the work, not this wrapper.
    return Action(run, words, varlist=["ACTION_VERSION", *options.pop("varlist", [])], **options)
