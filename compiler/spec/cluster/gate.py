"""`gate`: how long consumers wait for what they need."""

from __future__ import annotations

from compiler.spec.base import Duration, SpecModel


class Gate(SpecModel):
    """Bounds of the wait for an artefact."""

    timeout: Duration = "24h"
    """How long a consumer waits, and how long a preload may take."""


SECTION = Gate
