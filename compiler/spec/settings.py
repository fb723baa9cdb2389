"""`.hydra.yaml`: the settings of a repo. Every one has a default."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.layout import OUTPUT
from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.storage import text_or_mapping

Level = Literal["off", "info", "warning", "error"]
Directory = Annotated[str, StringConstraints(pattern=r"^[^/\\\s.][^\\\n]*$", max_length=512)]
KindName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9.-]+/)?[a-z0-9]+/[A-Z][A-Za-z0-9]*$")]


class PolicyRule(SpecModel):
    """A rule with a level and, where the rule has one, a limit."""

    level: Level | None = None
    """Level of the rule's findings; `off` silences it. Left out, the rule's own."""

    limit: str | None = None
    """What the rule compares with: a size such as `20Ti`."""


Policy = Annotated[
    Annotated[Level, Tag("text")] | Annotated[PolicyRule, Tag("mapping")],
    Discriminator(text_or_mapping),
]


class Settings(SpecModel):
    """Settings of a repo."""

    compiler: str | None = None
    """Range of Hydra versions that the repo is compiled with, e.g. `>=0.1,<1`."""

    output: Directory = OUTPUT
    """Directory of the rendered tree, from the root."""

    library: list[Directory] = Field(default=["library"])
    """Directories with library entries of the team's own, from the root."""

    schemas: list[Directory] = Field(default=["schemas"])
    """Directories with schemas that `hydra schema import` wrote, from the root."""

    policy: dict[Annotated[str, StringConstraints(pattern=r"^HYD[0-9]{3}$")], Policy] = Field(default={})
    """Levels of findings by code: a level, or `{level, limit}`."""

    foreign: dict[str, list[ObjectName]] = Field(default={})
    """Path prefix -> clusters that foreign documents below it go to. The longest prefix counts."""

    kinds: list[KindName] = Field(default=[])
    """Further foreign kinds that are passed through, as `apiVersion/Kind`: `batch/v1/CronJob`."""

    acknowledge: list[str] = Field(default=[])
    """Destructive changes that are meant, by object, where no project is there to say so."""
