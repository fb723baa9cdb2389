"""A credential in a workload's environment."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.linking.workload import Variables
from compiler.spec.credentials import holds_one

DO = "Put it into a Secret, and write `{secret: <name>, key: <key>}` in its place. Then revoke this one."


def secret_in_environment(variables: Variables, limit: str) -> Iterator[Finding]:
    """A variable that is called like a credential, or whose value has the form of one."""
    del limit
    for name, value in variables.values.items():
        if isinstance(value, str) and holds_one(name, value):
            yield Finding(variables.place(name), f"The variable `{name}` holds a credential.", DO, secret=True)


RULE = Rule(
    Code(
        "HYD408",
        Severity.ERROR,
        "A credential stands in the environment of a workload.",
        "Specs are committed: whoever reads the repo or its history can use it, and the rendered job would carry it too.",
        bad="""\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
jobs:
  train: {framework: pytorch, image: "registry.acme.io/train:1.4", env: {WANDB_API_KEY: 0123456789abcdef}}
""",
        good="""\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
jobs:
  train: {framework: pytorch, image: "registry.acme.io/train:1.4", env: {WANDB_API_KEY: {secret: wandb, key: key}}}
""",
    ),
    on=Variables,
    check=secret_in_environment,
)
