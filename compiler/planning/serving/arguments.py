"""Arguments of servers: those that a service gives, held against those that there are, and written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.serving import ArgumentValue, Service
from compiler.planning.serving import problems_of_services as problems
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime

EIGHT_BITS = ("fp8", "int8")
"""What the names of cache types of 8 bits begin with."""

_WHOLE = re.compile(r"[0-9]+")


class Given(NamedTuple):
    """What a service's arguments say about what planning decides, and the arguments that are left."""

    context: int | None = None
    tensor: int | None = None
    pipeline: int | None = None
    utilization: float | None = None
    batched_tokens: int | None = None
    sequences: int | None = None
    cache_bits: int | None = None
    quantization: str | None = None
    further: Mapping[str, ArgumentValue] = {}
    """In the order of the spec."""


FIELDS = {"context": ("context",), "tensor": ("parallelism", "tensor"), "pipeline": ("parallelism", "pipeline"), "quantization": ("quantization",)}  # fmt: skip
"""What planning decides -> the field of a service that says it, too."""


def read_arguments(service: Service, runtime: Runtime, arguments: Mapping[str, ArgumentValue]) -> Staged[Given]:
    """The arguments by what they mean.

    An argument for something that has a field of its own counts as that field; the two may not differ.
    """
    found = list(_check(service, runtime, arguments))
    meant = {name: what for what, name in _decides(runtime).items()}
    values: dict[str, ArgumentValue] = {}
    further: dict[str, ArgumentValue] = {}
    for name, value in arguments.items():
        what = meant.get(name)
        if what in {"context", "tensor", "pipeline", "utilization"}:
            values[what] = value
            continue
        if what in {"batched_tokens", "sequences", "cache"}:
            values[what] = value
        if what == "quantization" and str(value) in runtime.converts:
            values[what] = value
            continue
        further[name] = value
    numbers: dict[str, int | float | None] = {}
    for what in ("context", "tensor", "pipeline", "batched_tokens", "sequences", "utilization"):
        staged = _number(service, runtime, what, values.get(what))
        found += staged.found
        numbers[what] = staged.value
    said = {"context": service.context, "tensor": service.tensor, "pipeline": service.pipeline, "quantization": service.quantization}  # fmt: skip
    for what, field in FIELDS.items():
        one = values.get(what) if what == "quantization" else numbers[what]
        if said[what] is not None and one is not None and said[what] != one:
            name = _decides(runtime)[what]
            found.append(problems.contradicts(_at(service, name), name, ".".join(field)))
    return Staged(_given(service, numbers, values, further), found)


def _given(
    service: Service,
    numbers: Mapping[str, int | float | None],
    values: Mapping[str, ArgumentValue],
    further: Mapping[str, ArgumentValue],
) -> Given:
    def whole(what: str) -> int | None:
        value = numbers[what]
        return int(value) if value is not None else None

    cache = values.get("cache")
    quantization = values.get("quantization")
    return Given(
        context=service.context or whole("context"),
        tensor=service.tensor or whole("tensor"),
        pipeline=service.pipeline or whole("pipeline"),
        utilization=numbers["utilization"],
        batched_tokens=whole("batched_tokens"),
        sequences=whole("sequences"),
        cache_bits=8 if cache is not None and str(cache).startswith(EIGHT_BITS) else None,
        quantization=service.quantization or (str(quantization) if quantization is not None else None),
        further=further,
    )


def _decides(runtime: Runtime) -> dict[str, str]:
    return dict(runtime.decides.model_dump(exclude_none=True))


def _number(service: Service, runtime: Runtime, what: str, value: ArgumentValue | None) -> Staged[int | float | None]:
    if value is None:
        return Staged(None)
    name = _decides(runtime)[what]
    if what == "utilization":
        number = _float(value)
        if number is not None and 0 < number <= 1:
            return Staged(number)
        wrong = f"`{name}` is a part of a card's memory, and `{value}` is none."
        return Staged(None, [problems.bad_argument(_at(service, name), wrong, "Write a number up to 1, such as 0.9.")])
    text = str(value)
    if isinstance(value, bool):
        return Staged(None)  # which is told of every argument that takes a value
    if _WHOLE.fullmatch(text) and int(text) > 0:
        return Staged(int(text))
    wrong = f"`{name}` is a whole number, and `{value}` is none."
    return Staged(None, [problems.bad_argument(_at(service, name), wrong, "Write it in digits.")])


def _float(value: ArgumentValue) -> float | None:
    try:
        return None if isinstance(value, bool | list) else float(value)
    except ValueError:
        return None


def _check(service: Service, runtime: Runtime, arguments: Mapping[str, ArgumentValue]) -> Iterator[Diagnostic]:
    known = {*runtime.parameters, *runtime.switches}
    for name, value in arguments.items():
        at = _at(service, name)
        if name in runtime.reserved:
            yield problems.own_argument(at._replace(key=True), name, runtime.reserved[name])
        elif known and name not in known:
            yield problems.unknown_argument(at._replace(key=True), runtime.name, name, sorted(known))
        elif name in runtime.switches and not isinstance(value, bool):
            yield problems.bad_argument(at, f"`{name}` is a switch.", "Write `true` or `false`.")
        elif name in runtime.parameters and isinstance(value, bool):
            yield problems.bad_argument(at, f"`{name}` takes a value.", "Write the value.")


def _at(service: Service, name: str) -> Origin:
    """The place of an argument, which may have been written with dashes before its name."""
    at = service.at("arguments")
    written: object = at.document.value
    for step in at.path:
        written = written.get(step) if isinstance(written, Mapping) else None
    if isinstance(written, str):  # A document that has all of them in one text.
        return at
    spelled = next((one for one in written if str(one).lstrip("-") == name), None) if isinstance(written, Mapping) else None  # fmt: skip
    return at.child(str(spelled)) if spelled is not None else service.origin


def written(runtime: Runtime, arguments: Mapping[str, ArgumentValue]) -> list[str]:
    """Arguments as the server's command line has them."""
    command = runtime.command
    line: list[str] = []
    for name, value in arguments.items():
        flag = f"{command.prefix}{name}"
        if value is True:
            line.append(flag)
        elif value is False:
            negated = command.negation and name not in runtime.one_way
            line += [f"{command.prefix}{command.negation}{name}"] if negated else []
        elif isinstance(value, list):
            line += [flag, *(text_of(one) for one in value)]
        elif command.joined:
            line.append(f"{flag}={text_of(value)}")
        else:
            line += [flag, text_of(value)]
    return line


def text_of(value: str | bool | int | float) -> str:
    """A value as a command line has it: a whole number without a fraction.

    >>> text_of(0.9), text_of(4.0), text_of("auto")
    ('0.9', '4', 'auto')
    """
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def keywords(arguments: Mapping[str, ArgumentValue]) -> dict[str, ArgumentValue]:
    """Arguments as an engine takes them from Python.

    >>> keywords({"enable-prefix-caching": True})
    {'enable_prefix_caching': True}
    """
    return {name.replace("-", "_"): value for name, value in arguments.items()}


def from_line(line: Sequence[str], switches: Iterable[str]) -> dict[str, ArgumentValue]:
    """Arguments by name, from a command line that writes them in either way.

    >>> from_line(["--max-model-len=4096", "--tool-call-parser", "hermes", "--enforce-eager"], ["enforce-eager"])
    {'max-model-len': '4096', 'tool-call-parser': 'hermes', 'enforce-eager': True}
    """
    known = frozenset(switches)
    read: dict[str, ArgumentValue] = {}
    name = ""
    for one in line:
        if one.startswith("--") and len(one) > 2:
            name, joined, value = one.lstrip("-").partition("=")
            read[name] = value if joined else True
            name = "" if joined or name in known else name
        elif name:
            read[name] = one
            name = ""
    return read
