"""Environment variables as pods write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.problems import contradiction, without_effect
from compiler.linking.workload import Environment, FieldPath, SecretKey
from compiler.source.document import Origin
from compiler.spec.problems import bad_value

if TYPE_CHECKING:
    from compiler.spec.foreign.cpod import EnvVar


def environment_of(variables: Iterable[EnvVar], at: Origin) -> Staged[Environment]:
    """The variables by name. Of two of one name the last counts, as in a pod."""
    found: list[Diagnostic] = []
    environment: dict[str, str | SecretKey | FieldPath] = {}
    places: dict[str, Origin] = {}
    for index, one in enumerate(variables):
        value, wrong = _value(one, at.child(index))
        found += wrong
        if one.name in environment:
            again = f"`{one.name}` is set again below, and this value is not used."
            found.append(without_effect(places[one.name], again, "Remove one of the two."))
        environment[one.name], places[one.name] = value, at.child(index, "name")
    return Staged(environment, found)


def _value(one: EnvVar, at: Origin) -> tuple[str | SecretKey | FieldPath, list[Diagnostic]]:
    given = one.value_from
    if given is None:
        return one.value or "", []
    if one.value:
        wrong = f"`{one.name}` has both a value and a place that it comes from."
        return one.value, [contradiction(at.child("value"), wrong, "Remove one of the two.")]
    if given.secret_key_ref is not None:
        return SecretKey(given.secret_key_ref.name, given.secret_key_ref.key), []
    if given.field_ref is not None:
        return FieldPath(given.field_ref.field_path), []
    wrong = f"`{one.name}` comes from something that Hydra does not carry over."
    return "", [bad_value(at.child("valueFrom"), wrong, "Use `value`, `secretKeyRef` or `fieldRef`.")]
