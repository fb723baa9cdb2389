"""Arguments of servers: those that a service gives, held against those that there are, and written out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.serving import ArgumentValue, Service
from compiler.planning.serving import problems_of_services as problems
from compiler.source.document import Origin
from compiler.spec.credentials import holds_one

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime

EIGHT_BITS = ("fp8", "int8")
"""What the names of cache types of 8 bits begin with."""

MOST = 2**31 - 1
"""The largest number that an argument can have, as with fields of the language."""

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


DECIDED = ("context", "tensor", "pipeline", "utilization", "cache", "batched_tokens", "sequences", "quantization")
"""What planning decides and a server has an argument for: the fields of `decides` in a runtime's entry."""

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
    named = {what: getattr(runtime.decides, what) for what in DECIDED}
    return {what: name for what, name in named.items() if name is not None}


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
    if _WHOLE.fullmatch(text):
        # So many digits cannot be read at all.
        if len(text) <= len(str(MOST)) and 0 < int(text) <= MOST:
            return Staged(int(text))
        wrong = f"The number of `{name}` is not one from 1 to {MOST}."
        return Staged(None, [problems.bad_argument(_at(service, name), wrong, "Write one that a server can have.")])
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
        secret = _is_credential(name, value)
        if name in runtime.reserved:
            own = problems.own_argument(at._replace(key=True), name, runtime.reserved[name])
            yield own._replace(secret=secret)
        elif secret:
            yield problems.credential(at, f"The argument `{name}`")
        elif known and name not in known:
            yield problems.unknown_argument(at._replace(key=True), runtime.name, name, sorted(known))
        elif name in runtime.switches and not isinstance(value, bool):
            yield problems.bad_argument(at, f"`{name}` is a switch.", "Write `true` or `false`.")
        elif name in runtime.parameters and isinstance(value, bool):
            yield problems.bad_argument(at, f"`{name}` takes a value.", "Write the value.")
        elif any(_like_a_flag(one) for one in _alone(runtime, value)):
            wrong = f"A value of `{name}` begins with `-`: the server would take it for an argument of its own."
            yield problems.bad_argument(at, wrong, "Write it as an argument, or without the dash.")
        if len(_spellings(service, name)) > 1:
            yield problems.bad_argument(
                at._replace(key=True), f"`{name}` is given twice, with dashes and without.", "Remove one of them."
            )


def _is_credential(name: str, value: ArgumentValue) -> bool:
    texts = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return any(holds_one(name, one) for one in texts)


def _alone(runtime: Runtime, value: ArgumentValue) -> list[str | int | float]:
    """The values that stand in the command line by themselves, and not behind a `=`."""
    if isinstance(value, list):
        return value
    return [] if runtime.command.joined or isinstance(value, bool) else [value]


def _like_a_flag(value: str | int | float) -> bool:
    """Whether a command line's parser takes a value for an argument. A negative number it does not."""
    return isinstance(value, str) and value.startswith("-") and _float(value) is None


def _spellings(service: Service, name: str) -> list[str]:
    """The keys of the spec that say an argument, which may have dashes before it."""
    given = _written(service)
    return [str(one) for one in given if str(one).lstrip("-") == name] if isinstance(given, Mapping) else []


def _at(service: Service, name: str) -> Origin:
    """The place of an argument, which may have been written with dashes before its name."""
    at = service.at("arguments")
    if isinstance(_written(service), str):  # A document that has all of them in one text.
        return at
    spelled = _spellings(service, name)
    return at.child(spelled[0]) if spelled else service.origin


def _written(service: Service) -> object:
    """What the spec has under `arguments`."""
    at = service.at("arguments")
    written: object = at.document.value
    for step in at.path:
        written = written.get(step) if isinstance(written, Mapping) else None
    return written


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
