"""Findings about workloads: what they name, and what depends on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest
from compiler.linking.problems import UNKNOWN_REFERENCE
from compiler.linking.workload import Reference

MOST_LISTED = 12

UNKNOWN_HYPERPARAMETERS = Code(
    "HYD343",
    Severity.ERROR,
    "Hyperparameters are named that there are not.",
    "A fine-tuning takes a set of its own project, or a preset of the library.",
    bad="hyperparameters: gentel",
    good="hyperparameters: gentle",
)
WRONG_KIND = Code(
    "HYD344",
    Severity.ERROR,
    "A name leads to something of another kind.",
    "A dataset has no weights, and a model has no records.",
    bad="finetunes:\n  lora: {model: tickets, dataset: tickets, accelerator: {type: l4}}   # tickets is a dataset",
    good="finetunes:\n  lora: {model: base, dataset: tickets, accelerator: {type: l4}}",
)
DEPENDS_ON_ITSELF = Code(
    "HYD345",
    Severity.ERROR,
    "Fine-tunings that depend on themselves.",
    "Each would wait for the other, for ever.",
    bad="finetunes:\n  a: {model: b, ...}\n  b: {model: a, ...}",
    good="finetunes:\n  a: {model: base, ...}\n  b: {model: a, ...}",
)
ADAPTER_AS_MODEL = Code(
    "HYD346",
    Severity.ERROR,
    "The result of a fine-tuning is used as a model, and it is an adapter.",
    "An adapter is the difference to its base and cannot be loaded by itself.",
    bad="finetunes:\n  first: {method: lora, ...}\n  second: {model: first, ...}",
    good="finetunes:\n  first: {method: lora, output: {merge: true}, ...}\n  second: {model: first, ...}",
)
SAME_NAME = Code(
    "HYD347",
    Severity.ERROR,
    "Two models of a project have one name.",
    "A fine-tuning is a model too, and a model of the library that is named directly gets an entry: `qwen2.5-7b-instruct` is `qwen2-5-7b-instruct`. A reference could mean either.",
    bad="models: {chat: qwen2.5-7b-instruct}\nfinetunes:\n  chat: {model: chat, ...}",
    good="models: {base: qwen2.5-7b-instruct}\nfinetunes:\n  chat: {model: base, ...}",
)
OTHER_NAMESPACE = Code(
    "HYD348",
    Severity.ERROR,
    "The result of a fine-tuning is used in another namespace.",
    "Its volume is made when the training first runs, so that no second claim on it can be written down.",
    bad="model: support-bot/chat   # a fine-tuning of another namespace",
    good="models:\n  chat: {source: s3://models/chat}   # where the fine-tuning exports it to",
)
CIRCLE_OF_SETS = Code(
    "HYD349",
    Severity.ERROR,
    "Sets of hyperparameters that begin from each other, in a circle or without an end in sight.",
    "In a circle none of them ever has a value, and a chain of dozens nobody can read.",
    bad="hyperparameters:\n  a: {from: b}\n  b: {from: a}",
    good="hyperparameters:\n  a: {epochs: 1}\n  b: {from: a}",
)


def unknown_hyperparameters(at: Located, name: str, own: Sequence[str], presets: Iterable[str]) -> Diagnostic:
    """A set that is neither the project's own nor a preset of the library."""
    listed = ", ".join(f"`{one}`" for one in own)
    there = f"The project has {listed}" if 0 < len(own) <= MOST_LISTED else "Add the set under `hyperparameters`"
    do = f"{there}, and `hydra list hyperparameters` shows the library's presets."
    wrong = f"No hyperparameters are called `{name}`."
    return Diagnostic(UNKNOWN_HYPERPARAMETERS, at, wrong, do, closest(name, [*own, *presets]))


def circle_of_sets(at: Located, around: Sequence[str]) -> Diagnostic:
    """Sets in a circle."""
    listed = " -> ".join(f"`{one}`" for one in around)
    return Diagnostic(
        CIRCLE_OF_SETS, at, f"These hyperparameters begin from themselves: {listed}.", "Remove one `from`."
    )


def long_chain_of_sets(at: Located, longest: int) -> Diagnostic:
    """Sets that begin from each other, on and on."""
    wrong = f"More than {longest} sets of hyperparameters begin from each other, one after the other."
    return Diagnostic(CIRCLE_OF_SETS, at, wrong, "Say more in each of them.")


def wrong_kind(at: Located, name: str, found: str, wanted: str) -> Diagnostic:
    """A dataset where a model is needed, or the other way round. `found`: `dataset`, `model` or `fine-tuning`."""
    return Diagnostic(
        WRONG_KIND, at, f"`{name}` is a {found}, and a {wanted} is needed here.", f"Name an entry of `{wanted}s`."
    )


def depends_on_itself(at: Located, around: Sequence[str], *, hides: bool = False) -> Diagnostic:
    """Fine-tunings in a circle. `hides`: it is a circle of one, which has the name of a model of the library."""
    listed = " -> ".join(f"`{one}`" for one in around)
    do = "Let one of them begin from a model." if len(around) > 2 else "Let it begin from a model."
    if hides:
        do = "Rename it: its name is that of a model of the library, which it hides."
    return Diagnostic(DEPENDS_ON_ITSELF, at, f"This fine-tuning depends on itself: {listed}.", do)


def adapter_as_model(at: Located, name: str) -> Diagnostic:
    """An adapter where weights are needed."""
    return Diagnostic(
        ADAPTER_AS_MODEL, at, f"`{name}` makes an adapter, which cannot be loaded by itself.",
        f"Set `output.merge: true` on `{name}`.",
    )  # fmt: skip


def same_name(at: Located, name: str, other: str, first: Located) -> Diagnostic:
    """Two that a reference could mean."""
    span = first.span()
    return Diagnostic(
        SAME_NAME, at, f"`{name}` is also an entry of `{other}`.", "Rename one of the two.",
        notes=(f"The first is at {span.file}:{span.line}.",),
    )  # fmt: skip


def hides_library_model(at: Located, name: str, slug: str, other: str, first: Located) -> Diagnostic:
    """A model of the library whose entry in the project would have the name of another one."""
    span = first.span()
    do = f"Rename `{slug}`" + (", or name it here." if other == "models" else ".")
    return Diagnostic(
        SAME_NAME, at, f"The library's `{name}` would be the entry `{slug}`, which `{other}` has already.", do,
        notes=(f"That one is at {span.file}:{span.line}.",),
    )  # fmt: skip


def other_namespace(at: Located, name: str, namespace: str) -> Diagnostic:
    """A fine-tuning elsewhere."""
    return Diagnostic(
        OTHER_NAMESPACE, at, f"`{name}` is a fine-tuning of namespace `{namespace}`.",
        "Use it there, or let it export its result and load that as a model.",
    )  # fmt: skip


def unknown_target(reference: Reference, known: Iterable[str]) -> Diagnostic:
    """A model or dataset that there is not."""
    wanted = reference.wanted
    also = ", or use a model of the library" if wanted == "model" else ""
    do = reference.remedy or f"Define it under `{wanted}s`{also}."
    wrong = f"No {wanted} is called `{reference.name}`."
    return Diagnostic(UNKNOWN_REFERENCE, reference.at, wrong, do, closest(reference.name, known))
