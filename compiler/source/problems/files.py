"""Problems of a file as a whole: it cannot be read, or may not be."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, InFile, Located, Severity

UNREADABLE = Code(
    "HYD010",
    Severity.ERROR,
    "A file cannot be read.",
    why="What is not read is not compiled: its objects would be missing from the output, and a GitOps controller "
    "would prune them from the cluster.",
)

OUTSIDE_REPO = Code(
    "HYD011",
    Severity.ERROR,
    "A path leads out of the repo.",
    why="The output has to follow from what is committed. A file outside of the repo differs from machine to machine, "
    "and a path that climbs out could carry a file of the build machine into a manifest. This holds for `..` and for "
    "symbolic links alike.",
    bad="datasets:\n  questions: {source: ../../elsewhere/questions.jsonl}",
    good="datasets:\n  questions: {source: ./questions.jsonl}",
)

TOO_LARGE = Code(
    "HYD012",
    Severity.ERROR,
    "A file is larger than 4 MiB.",
    why="Specs are read by people, and an object beyond 1.5 MiB is refused by the cluster's own store. A file of this "
    "size is data: it belongs where a loader can fetch it.",
    source="https://etcd.io/docs/latest/dev-guide/limit/",
)

NOT_UTF8 = Code(
    "HYD013",
    Severity.ERROR,
    "A file is not UTF-8 text.",
    why="In another encoding the same bytes are other characters. Kubernetes, Git and Hydra read UTF-8; guessing would "
    "change names without a word. Windows PowerShell's `>` writes UTF-16.",
    source="https://yaml.org/spec/1.2.2/#52-character-encodings",
)


def unreadable(path: str, why: str) -> Diagnostic:
    """A file or directory that the system does not hand out. `why` completes "The file ..."."""
    return Diagnostic(
        UNREADABLE,
        at=InFile(path),
        wrong=f"`{path}` {why}.",
        do="Put the file there and make it readable, or remove what refers to it.",
    )


def leads_outside(path: str) -> Diagnostic:
    """A path or a symbolic link whose target is not below the repo's root."""
    return Diagnostic(
        OUTSIDE_REPO,
        at=InFile(path),
        wrong=f"`{path}` leads out of the repo.",
        do="Copy the file into the repo, and name it by a path below the repo's root.",
    )


def too_large(path: str, size: int, limit: int) -> Diagnostic:
    """A file with more bytes than are read."""
    return Diagnostic(
        TOO_LARGE,
        at=InFile(path),
        wrong=f"The file has {size:,} bytes, and at most {limit // 1024 // 1024} MiB are read.",
        do="Split it into several files, or keep the data where a loader can fetch it.",
    )


def not_utf8(at: Located, byte: int, offset: int, line: int) -> Diagnostic:
    """A byte that UTF-8 does not allow where it stands. `offset` counts from 0, `line` from 1."""
    return Diagnostic(
        NOT_UTF8,
        at=at,
        wrong=f"Byte 0x{byte:02X} in line {line} (byte {offset + 1} of the file) is not UTF-8.",
        do="Save the file as UTF-8.",
    )


def utf16(path: str) -> Diagnostic:
    """A file that begins with UTF-16's byte order mark."""
    return _of_wide_characters(path, "The file begins with the byte order mark of UTF-16.")


def wide_characters(path: str) -> Diagnostic:
    """A file whose characters have two or four bytes each, without a byte order mark."""
    return _of_wide_characters(path, "The file is UTF-16 or UTF-32, by its zero bytes.")


def _of_wide_characters(path: str, wrong: str) -> Diagnostic:
    return Diagnostic(
        NOT_UTF8, at=InFile(path), wrong=wrong,
        do="Save it as UTF-8; in PowerShell, write it with `Out-File -Encoding utf8`.",
    )  # fmt: skip
