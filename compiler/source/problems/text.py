"""Problems of YAML text: what is no YAML, or no document that Hydra reads."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

SYNTAX = Code(
    "HYD101",
    Severity.ERROR,
    "The text is not YAML.",
    why="From here on it is unknown what belongs to what, so the rest of the file is not read.",
    bad="description: training: first try",
    good='description: "training: first try"',
    source="https://yaml.org/spec/1.2.2/",
)

TAB = Code(
    "HYD102",
    Severity.ERROR,
    "A tab stands where YAML wants spaces.",
    why="Indentation is structure in YAML, and a tab has no width that everybody agrees on; YAML forbids it there.",
    bad="metadata:\n\tname: support-bot",
    good="metadata:\n  name: support-bot",
    source="https://yaml.org/spec/1.2.2/#61-indentation-spaces",
)

STRAY_INDENTATION = Code(
    "HYD103",
    Severity.ERROR,
    "A line is indented like nothing around it.",
    why="The indentation says which mapping a key belongs to. One that is between two levels, or below a key that has "
    "its value already, belongs to none; often a single space is missing after a copy.",
    bad="spec:\n  share: true\n secretRef: hub-token",
    good="spec:\n  share: true\n  secretRef: hub-token",
)

CHARACTER = Code(
    "HYD104",
    Severity.ERROR,
    "The text holds a character that cannot be seen.",
    why="YAML forbids control characters. The line separators U+0085, U+2028 and U+2029 end a line for a YAML 1.1 "
    "reader and not for a YAML 1.2 reader, and a byte order mark that is not at the start of the file becomes part of "
    "a key. In double quotes each of them can be written as an escape.",
    bad='separator: "\u2028"',
    good='separator: "\\u2028"',
    source="https://yaml.org/spec/1.2.2/#51-character-set",
)

NOT_A_MAPPING = Code(
    "HYD105",
    Severity.ERROR,
    "A document is not a mapping.",
    why="Every object has `apiVersion` and `kind` at its top. A list of objects is not read as several: it would have "
    "no place for the name of each in reports.",
    bad="- apiVersion: hydra.io/v1alpha1\n  kind: Project",
    good="apiVersion: hydra.io/v1alpha1\nkind: Project",
)

TOO_DEEP = Code(
    "HYD106",
    Severity.ERROR,
    "Lists and mappings are nested more than 100 deep.",
    why="No object of Kubernetes is nested like this, and readers of YAML have crashed on such texts. The rest of the "
    "file is not read.",
    bad="value: " + "[" * 101 + "]" * 101,
    good="value: [[]]",
)


def syntax(at: Located, wrong: str, do: str, *notes: str) -> Diagnostic:
    """Text that is no YAML, in the words of whoever recognised the mistake."""
    return Diagnostic(SYNTAX, at=at, wrong=wrong, do=do, notes=notes)


def tab(at: Located) -> Diagnostic:
    """A tab as indentation, or right after an indicator."""
    return Diagnostic(
        TAB,
        at=at,
        wrong="A tab stands where YAML wants spaces.",
        do="Replace it by spaces, and let the editor insert spaces in YAML files.",
    )


def stray_indentation(at: Located, wrong: str, do: str) -> Diagnostic:
    """A line whose column fits nothing, in the words of whoever compared it with its neighbours."""
    return Diagnostic(STRAY_INDENTATION, at=at, wrong=wrong, do=do)


def character(at: Located, code_point: int, name: str) -> Diagnostic:
    """A control character, or another one that cannot be seen."""
    return Diagnostic(
        CHARACTER,
        at=at,
        wrong=f"The character U+{code_point:04X} ({name}) cannot stand in YAML as it is.",
        do="Remove it, or write it as an escape in double quotes if it is meant.",
    )


def not_a_mapping(at: Located, what: str, do: str) -> Diagnostic:
    """A document whose top is a list or a scalar. `what` completes "The document is ..."."""
    return Diagnostic(NOT_A_MAPPING, at=at, wrong=f"The document is {what}, not a mapping.", do=do)


def too_deep(at: Located, limit: int) -> Diagnostic:
    """The bracket or key that opens one level too many."""
    return Diagnostic(
        TOO_DEEP,
        at=at,
        wrong=f"Lists and mappings are nested more than {limit} deep here.",
        do="Look for a bracket that is repeated or never closed.",
    )
