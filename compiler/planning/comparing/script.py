"""The program that asks several services the same questions, as text."""

from __future__ import annotations

from importlib.resources import files

from compiler.emission.digests import text_digest

COMPARE = (files("compiler.planning.comparing") / "compare.py").read_text("utf-8")
COMPARE_DIGEST = text_digest(COMPARE)
