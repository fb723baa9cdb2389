"""Problems of single keys and values."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

DUPLICATE_KEY = Code(
    "HYD110",
    Severity.ERROR,
    "A key is given twice in one mapping.",
    why="YAML forbids it, but most readers keep one of the two values without a word, and not all of them the same.",
    bad="replicas: {min: 1, max: 2, max: 4}",
    good="replicas: {min: 1, max: 4}",
    source="https://yaml.org/spec/1.2.2/#3213-node-comparison",
)

KEY_NOT_TEXT = Code(
    "HYD111",
    Severity.ERROR,
    "A key is not text.",
    why="JSON, and with it Kubernetes, knows only text as a key. What a reader makes of a number or `true` there "
    "differs. Braces around a template expression make a mapping the key.",
    bad="labels:\n  1: first",
    good='labels:\n  "1": first',
)

AMBIGUOUS_WORD = Code(
    "HYD112",
    Severity.ERROR,
    "A word without quotes is a boolean for one YAML reader and text for another.",
    why="YAML 1.1 reads `yes`, `no`, `on`, `off`, `y` and `n` as booleans, YAML 1.2 as text, and Kubernetes' own reader "
    "does some of both. A country code, a key or a switch would change its meaning with the tool that reads it.",
    bad="country: no",
    good='country: "no"',
    source="https://yaml.org/type/bool.html",
)

AMBIGUOUS_NUMBER = Code(
    "HYD113",
    Severity.ERROR,
    "A number is written so that YAML readers disagree about it.",
    why="`0774` is 508 for a YAML 1.1 reader and 774 for a YAML 1.2 reader; `0o774`, `0b11` and `1_000` are numbers for "
    "one and text for the other. A file mode read in the wrong base opens or locks a directory.",
    bad="mount: {mode: 0774}",
    good='mount: {mode: "0774"}',
    source="https://yaml.org/type/int.html",
)

UNBOUNDED_NUMBER = Code(
    "HYD114",
    Severity.ERROR,
    "A number is infinite, not a number, or too large to be kept exactly.",
    why="JSON has no infinity and no NaN, and readers keep an integer beyond 64 bits only as an approximation. The "
    "cluster would refuse the object or see another number.",
    bad="learningRate: .nan",
    good="learningRate: 1e-4",
    source="https://www.rfc-editor.org/rfc/rfc8259#section-6",
)

UNKNOWN_TAG = Code(
    "HYD115",
    Severity.ERROR,
    "A tag is not one of YAML's core schema.",
    why="Tags such as `!Ref` or `!!python/object` mean something to one tool only, and some of them run code there. "
    "`!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!map` and `!!seq` are understood.",
    bad="bucket: !Ref Data",
    good="bucket: data",
    source="https://yaml.org/spec/1.2.2/#103-core-schema",
)

NOT_OF_ITS_TAG = Code(
    "HYD116",
    Severity.ERROR,
    "A value is not of the type that its tag says.",
    why="The tag asks for a type that the text cannot be read as. Some readers fail here, others fall back to text.",
    bad="replicas: !!int three",
    good="replicas: !!int 3",
)

_TRUE_FOR_SOME = frozenset(("y", "yes", "on"))
_LONGEST_SHOWN = 60
_LONGEST_CONVERTED = 18


def cut(text: str) -> str:
    """A text of the file on one line, and shorter where it is long."""
    line = " ".join(text[: 10 * _LONGEST_SHOWN].split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def shown(text: str) -> str:
    """A text of the file in backticks, on one line and cut where it is long."""
    return f"`{cut(text)}`"


def duplicate_key(at: Located, key: str, first_line: int) -> Diagnostic:
    """The second of two equal keys; `first_line` is where the first one stands."""
    return Diagnostic(
        DUPLICATE_KEY,
        at=at,
        wrong=f"The key {shown(key)} is given twice in one mapping.",
        do="Keep one of the two.",
        notes=(f"The first one is in line {first_line}.",),
    )


def key_not_text(at: Located, what: str, do: str) -> Diagnostic:
    """A key of another type. `what` completes "A key has to be text; this one is ..."."""
    return Diagnostic(KEY_NOT_TEXT, at=at, wrong=f"A key has to be text; this one is {what}.", do=do)


def ambiguous_word(at: Located, text: str, key: bool) -> Diagnostic:
    """`yes`, `no`, `on`, `off`, `y` or `n` without quotes."""
    boolean = "true" if text.lower() in _TRUE_FOR_SOME else "false"
    return Diagnostic(
        AMBIGUOUS_WORD,
        at=at,
        wrong=f"`{text}` is `{boolean}` for a YAML 1.1 reader and text for a YAML 1.2 reader.",
        do=f'Quote the key: `"{text}":`.' if key else f'Write `{boolean}`, or `"{text}"` if text is meant.',
    )


def ambiguous_indicator(at: Located, text: str, key: bool) -> Diagnostic:
    """A plain `=`, or `<<` where it is no merge key."""
    return Diagnostic(
        AMBIGUOUS_WORD,
        at=at,
        wrong=f"`{text}` has a meaning of its own for a YAML 1.1 reader and is text for a YAML 1.2 reader.",
        do=f'Quote it: `"{text}"{":" if key else ""}`.',
    )


def ambiguous_number(at: Located, text: str, key: bool) -> Diagnostic:
    """A number with a leading zero, a prefix or underscores."""
    older, newer = _readings(text)
    return Diagnostic(
        AMBIGUOUS_NUMBER,
        at=at,
        wrong=f"{shown(text)} is {older} for a YAML 1.1 reader and {newer} for a YAML 1.2 reader.",
        do=f'Quote the key: `"{cut(text)}":`.'
        if key
        else f'Write `"{cut(text)}"` if text is meant, as for a file mode, else the number in plain decimal digits.',
    )


def _readings(text: str) -> tuple[str, str]:
    digits = text.lstrip("+-")
    sign = "-" if text.startswith("-") else ""
    if len(digits) > _LONGEST_CONVERTED or "_" in digits:
        return "a number", "text, or another number,"
    if digits[:2].lower() == "0o":
        return "text", f"{int(digits, 0)}" if digits[1] == "o" and not sign else "text, or a number,"
    if not digits.isdigit():
        return "a number", "text"
    octal = f"{sign}{int(digits, 8)}" if not set(digits) & set("89") else "text"
    return octal, f"{sign}{int(digits)}"


def unbounded_number(at: Located, text: str, key: bool) -> Diagnostic:
    """Infinity, NaN, or a number beyond 64 bits."""
    return Diagnostic(
        UNBOUNDED_NUMBER,
        at=at,
        wrong=f"{shown(text)} is a number that JSON, and so Kubernetes, cannot hold.",
        do="Quote the key." if key else "Write a number that fits into 64 bits, or quote it if text is meant.",
    )


def unknown_tag(at: Located, tag: str) -> Diagnostic:
    """A tag outside of the core schema, as it is written."""
    return Diagnostic(
        UNKNOWN_TAG,
        at=at,
        wrong=f"The tag {shown(tag)} is not one of YAML's core schema.",
        do="Remove the tag, and quote the value if the `!` is part of it.",
    )


def not_of_its_tag(at: Located, tag: str, what: str) -> Diagnostic:
    """A value that its tag does not fit. `what` is the value in words."""
    return Diagnostic(
        NOT_OF_ITS_TAG,
        at=at,
        wrong=f"The tag `{tag}` does not fit {what}.",
        do="Change the value, or remove the tag.",
    )
