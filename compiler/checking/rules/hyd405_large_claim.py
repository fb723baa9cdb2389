"""A claim that asks for more than a limit."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.emission.quantities import is_quantity, quantity_bytes
from compiler.manifest import Manifest


def large_claim(manifest: Manifest, limit: str) -> Iterator[Finding]:
    """More storage than the limit. The limit's default is what the Dataset controller asks for where nothing is said."""
    asked = manifest.value("spec", "resources", "requests", "storage")
    if isinstance(asked, str) and is_quantity(asked) and quantity_bytes(asked) > quantity_bytes(limit):
        yield Finding(
            manifest.place("size"),
            f"`{manifest.target}` asks for {asked}, and the limit is {limit}.",
            "Ask for less, or raise the limit under `policy` in `.hydra.yaml`.",
        )


RULE = Rule(
    Code(
        "HYD405",
        Severity.WARNING,
        "A claim asks for more than the limit.",
        "A typing error of one letter is a factor of a thousand, and a claim can never shrink.",
        bad="volume: {size: 500Ti}",
        good="volume: {size: 500Gi}",
    ),
    on=Manifest,
    check=large_claim,
    kinds=frozenset({"PersistentVolumeClaim"}),
    limit="100Ti",
)
