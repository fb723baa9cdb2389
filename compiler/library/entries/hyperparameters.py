"""`library/hyperparameters/`: presets, which fine-tunings begin from.

A fine-tuning that names none gets `<stage>-<method>` where there is one, else `<method>`.
"""

from __future__ import annotations

from typing import Literal

from compiler.library.entry import Entry
from compiler.spec import training


class Values(training.Hyperparameters):
    """Hyperparameters of a preset. What it leaves out has to come from the spec."""


class Hyperparameters(Entry):
    """How a kind of training usually goes, where a spec does not say otherwise."""

    kind: Literal["Hyperparameters"]

    values: Values
    """The hyperparameters, as a project states them."""


ENTRY = Hyperparameters
