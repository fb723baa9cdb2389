"""Findings about a repo as a whole: its settings."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

WRONG_VERSION = Code(
    "HYD001",
    Severity.ERROR,
    "The repo asks for another version of Hydra.",
    "Releases may render differently, and everybody who compiles the repo should get the same tree.",
    bad='compiler: ">=99"',
    good='compiler: ">=0.1,<1"',
)
BAD_SETTING = Code(
    "HYD002",
    Severity.ERROR,
    "A setting that cannot be used.",
    "Settings decide where the tree is written and what is checked.",
    bad="policy: {HYD201: off}",
    good="policy: {HYD403: off}",
)
NOTHING_TO_COMPILE = Code(
    "HYD003",
    Severity.WARNING,
    "There is nothing to compile.",
    "No spec file was found, which is most often a wrong directory.",
    bad="hydra compile docs/",
    good="hydra compile .",
)


def wrong_version(at: Located, wanted: str, version: str) -> Diagnostic:
    """A version outside of the range."""
    return Diagnostic(
        WRONG_VERSION, at, f"The repo asks for Hydra {wanted}, this is {version}.",
        "Install a version in the range, or change the range and review what the new version renders.",
    )  # fmt: skip


def bad_setting(at: Located, wrong: str, do: str) -> Diagnostic:
    """A setting that cannot be used."""
    return Diagnostic(BAD_SETTING, at, wrong, do)


def nothing_to_compile(at: Located) -> Diagnostic:
    """A repo without specs."""
    return Diagnostic(
        NOTHING_TO_COMPILE, at, "No `hydra.yaml` and no `*.hydra.yaml` was found here.",
        "Name the repo's root, or write a spec.",
    )  # fmt: skip
