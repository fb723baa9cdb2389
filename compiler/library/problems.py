"""Findings about the library: files, names and templates of entries."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, InFile, Located, Severity, closest
from compiler.library.kinds import EntryKind
from compiler.library.plain import TemplateFault

UNKNOWN_DIRECTORY = Code(
    "HYD701",
    Severity.ERROR,
    "A directory of the library that belongs to no kind of entry.",
    "Entries are found by the directory of their kind. Those in a misspelt one would never be used.",
    bad="library/modles/own-7b.yaml",
    good="library/models/own-7b.yaml",
)
WRONG_KIND = Code(
    "HYD702",
    Severity.ERROR,
    "An entry of another kind than its directory.",
    "The directory decides what an entry is looked up as, `kind` what its fields mean. They have to agree.",
    bad="# library/models/own-7b.yaml\nkind: Loader",
    good="# library/models/own-7b.yaml\nkind: Model",
)
OTHER_NAME = Code(
    "HYD703",
    Severity.ERROR,
    "An entry whose name is not that of its file.",
    "An entry is found by its file, without reading the others. A different name inside would never be found.",
    bad="# library/models/own-7b.yaml\nname: own-7b-chat",
    good="# library/models/own-7b.yaml\nname: own-7b",
)
UNKNOWN_ENTRY = Code(
    "HYD704",
    Severity.ERROR,
    "A name that no entry of the library has.",
    "What a spec names has to be in the built-in library or in the repo's own.",
    bad="models:\n  base: qwen2.5-7b-instuct",
    good="models:\n  base: qwen2.5-7b-instruct",
)
UNKNOWN_BASE = Code(
    "HYD705",
    Severity.ERROR,
    "An entry that extends one that does not exist.",
    "`extends` names an entry of the same kind, or with the entry's own name the one that it replaces.",
    bad="name: own-7b\nextends: qwen2.5-7b",
    good="name: own-7b\nextends: qwen2.5-7b-instruct",
)
EXTENDS_ITSELF = Code(
    "HYD706",
    Severity.ERROR,
    "Entries that extend each other in a circle.",
    "None of them can be completed, because each waits for another.",
    bad="# library/models/a.yaml\nextends: b\n# library/models/b.yaml\nextends: a",
    good="# library/models/a.yaml\nextends: b\n# library/models/b.yaml\nextends: qwen2.5-7b-instruct",
)
TEMPLATE_REFUSED = Code(
    "HYD707",
    Severity.ERROR,
    "A template that does not compile, or that asks for what templates are not given.",
    "Templates put values into arguments. Calls, assignments, includes and Python's insides are not part of them.",
    bad="arguments: [\"{{ ''.__class__ }}\"]",
    good='arguments: ["--name={{ service.name }}"]',
)
TEMPLATE_FAILS = Code(
    "HYD708",
    Severity.ERROR,
    "A template that cannot be rendered with the values at hand.",
    "A name that is not there, or a value without one way to be written, would reach a program as nonsense.",
    bad='arguments: ["--revision={{ source.revison }}"]',
    good='arguments: [{if: source.revision, then: ["--revision={{ source.revision }}"]}]',
)
UNREAD_FILE = Code(
    "HYD709",
    Severity.ERROR,
    "A file or directory in the library that is not read.",
    "Entries are the `.yaml` files directly in the directory of their kind. Anything else would be missing silently.",
    bad="library/models/own-7b.yml",
    good="library/models/own-7b.yaml",
)
NOT_ONE_ENTRY = Code(
    "HYD710",
    Severity.ERROR,
    "A file of the library with no document, or with several.",
    "A file is one entry and has its name.",
    bad="# library/models/own.yaml\nkind: Model\nname: own\n---\nkind: Model\nname: other",
    good="# library/models/own.yaml\nkind: Model\nname: own",
)


def unknown_directory(path: str, known: Iterable[str]) -> Diagnostic:
    """A directory that no kind of entry has."""
    parent, _, name = path.rpartition("/")
    directories = sorted(known)
    return Diagnostic(
        UNKNOWN_DIRECTORY,
        InFile(path),
        wrong=f"No kind of entry has the directory `{name}`.",
        do=f"Move its files to one of these in `{parent}/`: " + ", ".join(f"`{one}`" for one in directories) + ".",
        candidates=closest(name, directories),
    )


def wrong_kind(at: Located, found: object, kind: EntryKind) -> Diagnostic:
    """An entry whose kind is not its directory's."""
    stated = "states no `kind`" if found is None else f"says `kind: {found}`"
    return Diagnostic(
        WRONG_KIND,
        at,
        wrong=f"The entry {stated}, and its directory is for `{kind.kind}`.",
        do=f"Write `kind: {kind.kind}`, or move the file to the directory of its kind.",
    )


def other_name(at: Located, found: object, stem: str) -> Diagnostic:
    """An entry with another name than its file."""
    stated = "states no name" if found is None else f"is named `{found}`"
    return Diagnostic(
        OTHER_NAME,
        at,
        wrong=f"The entry {stated}, and its file `{stem}`.",
        do=f"Give the entry the name `{stem}`, or rename the file.",
    )


def unknown_entry(at: Located, kind: EntryKind, name: str, known: Iterable[str]) -> Diagnostic:
    """A reference to an entry that does not exist."""
    return Diagnostic(
        UNKNOWN_ENTRY,
        at,
        wrong=f"The library has no {kind.id} `{name}`.",
        do=f"Use a name of `hydra list {kind.directory}`, or add the file `library/{kind.directory}/<name>.yaml`.",
        candidates=closest(name, known),
    )


def unknown_base(at: Located, kind: EntryKind, name: str, known: Iterable[str]) -> Diagnostic:
    """An `extends` that names nothing."""
    return Diagnostic(
        UNKNOWN_BASE,
        at,
        wrong=f"There is no {kind.id} `{name}` to extend.",
        do="Name an entry that exists, or drop `extends` and state every field.",
        candidates=closest(name, known),
    )


def extends_itself(at: Located, names: Iterable[str]) -> Diagnostic:
    """A circle of `extends`."""
    return Diagnostic(
        EXTENDS_ITSELF,
        at,
        wrong="Entries extend each other in a circle: " + " -> ".join(f"`{name}`" for name in names) + ".",
        do="Drop `extends` from one of them.",
    )


def template_refused(at: Located, fault: TemplateFault) -> Diagnostic:
    """A template that does not compile."""
    return Diagnostic(TEMPLATE_REFUSED, at, fault.wrong, fault.do, fault.candidates)


def template_fails(at: Located, fault: TemplateFault) -> Diagnostic:
    """A template that does not render."""
    return Diagnostic(TEMPLATE_FAILS, at, fault.wrong, fault.do, fault.candidates)


def unread_file(path: str) -> Diagnostic:
    """A file that is in the library and not read."""
    return Diagnostic(
        UNREAD_FILE,
        InFile(path),
        wrong="This is in the library, and nothing reads it.",
        do="Make it `<name>.yaml` directly in the directory of its kind, or move it out of the library.",
    )


def not_one_entry(path: str, count: int) -> Diagnostic:
    """A file that is not one entry."""
    return Diagnostic(
        NOT_ONE_ENTRY,
        InFile(path),
        wrong=f"The file has {'no document' if count == 0 else f'{count} documents'}.",
        do="Write one entry in it.",
    )
