"""What a script on the board prints, as the value that it is."""

from __future__ import annotations

import ast

from cc3200sim.board import Board


def value(board: Board, script: str, seconds: float = 60) -> object:
    """Run a script that prints one literal, and return it."""
    shown = board.repl(script, seconds).strip()
    try:
        return ast.literal_eval(shown)
    except (SyntaxError, ValueError):
        raise AssertionError(shown) from None


def value_of(board: Board, expression: str, setup: str = "") -> object:
    """The value of an expression whose repr is a literal, after a setup."""
    return value(board, f"{setup}\nprint(repr({expression}))\n")


def error(board: Board, script: str) -> str:
    """The last line of what a script prints: the error that it ends with. "" when it prints nothing."""
    lines = board.repl(script + "\n").strip().splitlines()
    return lines[-1] if lines else ""
