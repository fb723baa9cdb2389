"""The line that says what a long run is doing."""

from __future__ import annotations

import io

import pytest

from compiler.cli import progress
from compiler.cli.progress import Progress
from compiler.cli.settings import Settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock(Settings):
    """A run whose time stands still until it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    @property
    def seconds(self) -> float:
        return self.now


def shown(times: list[float], stream: io.StringIO, *, quiet: bool = False) -> str:
    clock = Clock()
    with Progress(stream, clock, quiet=quiet) as told:
        for now in times:
            clock.now = now
            told(f"step {now}")
    return stream.getvalue()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")


def test_a_short_run_says_nothing() -> None:
    assert shown([0.1, 0.5, 0.99], Terminal()) == ""


def test_a_long_run_says_what_it_does_and_clears_the_line() -> None:
    assert shown([0.5, 1.5, 1.55, 1.7], Terminal()) == "\r\x1b[K2 s  step 1.5\r\x1b[K2 s  step 1.7\r\x1b[K"


def test_the_line_fits_and_steers_nothing() -> None:
    stream = Terminal()
    clock = Clock()
    clock.now = 2.0
    with Progress(stream, clock, quiet=False) as told:
        told("a\x1bb" + "x" * 100)
    assert stream.getvalue() == "\r\x1b[K2 s  a\\x1bbxxxxxxxx\r\x1b[K"


@pytest.mark.parametrize("reason", ["no terminal", "quiet", "dumb"])
def test_where_there_is_no_line(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if reason == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    stream = io.StringIO() if reason == "no terminal" else Terminal()
    assert shown([5.0], stream, quiet=reason == "quiet") == ""


def test_the_word_comes_after_a_second() -> None:
    assert progress.AFTER == 1.0
