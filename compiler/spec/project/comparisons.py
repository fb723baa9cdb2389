"""`comparisons`: the same questions to several services."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from compiler.spec.base import Duration, Name, SpecModel
from compiler.spec.training import Claim, Count, Reference, SecretValue

QuestionsFile = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]+$", max_length=512)]


class Comparison(SpecModel):
    """The same questions to several services; answers and latencies side by side, as JSON and as a page."""

    services: Annotated[list[Reference], Field(min_length=1, max_length=32)]
    """Services of the repo."""

    questions: QuestionsFile
    """A file of the repo beside this one, JSON lines: `{"prompt": "..."}`, or `{"messages": [...]}` as the API has them,
    with `id` and `reference` if you like."""

    max_tokens: Count = 512
    """Most tokens of an answer."""

    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] = 0.0
    """Temperature. With 0, the likeliest answer."""

    seed: Annotated[int, Field(ge=0, le=2147483647)] = 0
    """Seed of the sampling."""

    parallel: Annotated[int, Field(ge=1, le=256)] = 4
    """Questions that are asked of one service at once."""

    timeout: Duration = "2m"
    """How long one answer may take."""

    deadline: Duration = "24h"
    """How long all of it may take, waiting for the services included; then it has failed."""

    keys: dict[Name, SecretValue] = Field(default={})
    """API keys by service, where they are not those of the services themselves."""

    attempt: Annotated[int, Field(ge=1, le=2147483647)] = 1
    """Count up to ask again."""

    output: Claim = Field(default=Claim())
    """The claim for the answers."""


SECTION = dict[Name, Comparison]
