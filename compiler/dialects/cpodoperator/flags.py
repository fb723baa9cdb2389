"""Flags of a FineTune: `hyperParameters`, and over them `config`, by the names of the trainer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, closest
from compiler.dialects import cpod_problems as problems
from compiler.dialects.cpodoperator.converting import convert, scalar, switch, text_of
from compiler.dialects.problems import contradiction, without_effect
from compiler.source.document import Origin
from compiler.spec.records import attribute

if TYPE_CHECKING:
    from compiler.library.entries.cpod_recipe import CpodRecipe
    from compiler.library.entries.trainer import Trainer

Written = str | float | bool
MULTIPLIER = "learning_rate_multiplier"
RATE = "learning_rate"


class Said(NamedTuple):
    """A value that a flag gave to a field."""

    value: Any
    flag: str
    at: Origin


class Flags:
    """What the flags of one FineTune come to, and what is wrong with them."""

    def __init__(self, recipe: CpodRecipe, trainer: Trainer) -> None:
        self.recipe = recipe
        self.trainer = trainer
        self.fields: dict[tuple[str, str], Said] = {}
        """By where a field is and its name."""
        self.arguments: dict[str, Any] = {}
        """Further arguments of the trainer."""
        self.found: list[Diagnostic] = []

    def value(self, of: str, field: str, default: Any = None) -> Any:
        """A field's value; the default where no flag said one."""
        said = self.fields.get((of, field))
        return default if said is None else said.value

    def values(self, of: str) -> dict[str, Any]:
        """The fields that flags said, by name."""
        return {field: said.value for (where, field), said in self.fields.items() if where == of}

    def python_values(self, of: str) -> tuple[dict[str, Any], dict[str, Origin]]:
        """The fields that flags said, and where, by their names in Python."""
        said = {attribute(field): one for (where, field), one in self.fields.items() if where == of}
        return {name: one.value for name, one in said.items()}, {name: one.at for name, one in said.items()}

    def read_hyperparameters(self, given: Mapping[str, Written], at: Origin) -> None:
        """`hyperParameters`. What the operator drops without a word gets one."""
        for name, written in given.items():
            place, text = at.child(name), text_of(written)
            flag = self.recipe.names.get(name)
            if flag is None:
                wrong = f"cpodoperator drops `{name}`."
                do = "Remove it, or write the trainer's flag under `config`."
                found = without_effect(at.child(name, key=True), wrong, do)
                self.found.append(found._replace(candidates=closest(name, self.recipe.names)))
            elif name == MULTIPLIER and RATE in given:
                wrong = f"`{RATE}` counts, and `{MULTIPLIER}` does not."
                self.found.append(without_effect(at.child(name, key=True), wrong, "Remove it."))
            else:
                self._read(flag, text, place, name)
                if name == MULTIPLIER:
                    self.found.append(problems.absolute_rate(place, text))

    def read_config(self, given: Mapping[str, Written], at: Origin) -> None:
        """`config`: flags by the trainer's own names, in the order of their names."""
        for flag, written in sorted(given.items()):
            place, text = at.child(flag), text_of(written)
            if flag in self.recipe.own:
                self.found.append(problems.own_flag(at.child(flag, key=True), flag, self.recipe.own[flag]))
            elif flag in self.recipe.flags:
                self._read(flag, text, place, flag)
            elif flag in self._taken():
                self.arguments[flag] = scalar(text)
            else:
                known = [*self.recipe.flags, *self._taken()]
                self.found.append(problems.unknown_flag(at.child(flag, key=True), flag, self.trainer.name, known))

    def _taken(self) -> frozenset[str]:
        """Flags that the trainer takes besides those that the recipe knows: those that it lists, else those that it sets."""
        file = self.trainer.files.get(self.trainer.arguments or "", {})
        return frozenset(self.trainer.known or file) - self.recipe.own.keys()

    def _read(self, flag: str, text: str, at: Origin, name: str) -> None:
        known = self.recipe.flags[flag]
        if text.strip() == known.nothing:
            return
        if known.value is not None:
            on = switch(text, name, at)
            self.found += on.found
            if on.value:
                self._set(known.of, known.field, Said(known.value, flag, at))
            return
        value = convert(known.words.get(text, text), known.of, known.field, name, at)
        self.found += value.found
        if value.value is not None:
            self._set(known.of, known.field, Said(value.value, flag, at))

    def _set(self, of: str, field: str, said: Said) -> None:
        before = self.fields.get((of, field))
        if before is not None and before.flag == said.flag:
            wrong = f"`config` says `{said.flag}` too, and this value is not used."
            self.found.append(without_effect(before.at, wrong, "Remove one of the two."))
        elif before is not None and before.value != said.value:
            wrong = f"`{said.flag}` contradicts `{before.flag}`."
            self.found.append(contradiction(said.at, wrong, "Remove one of the two."))
        self.fields[of, field] = said
