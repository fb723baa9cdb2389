"""The script that takes a run to its marker, as text."""

from __future__ import annotations

from importlib.resources import files

from compiler.emission.digests import text_digest

RUN = (files("compiler.planning.finetuning") / "run.py").read_text("utf-8")
RUN_DIGEST = text_digest(RUN)
