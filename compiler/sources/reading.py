"""From a URI and options to a `Source`, or to what is wrong with them."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Staged
from compiler.sources import problems
from compiler.sources.base import GENERAL_OPTIONS, Reading, Source, SourceType
from compiler.sources.registry import short_schemes, source_types
from compiler.sources.uri import parse
from compiler.sources.written import Written


def read_source(written: Written) -> Staged[Source | None]:
    """A source as its type reads it. Without a type, the scheme tells."""
    source_type = source_types().get(written.type) if written.type else None
    text = source_type.rewrite(written.uri) if source_type else written.uri
    try:
        uri = parse(text)
    except ValueError as error:
        form = source_type.form if source_type else "s3://bucket/directory"
        return Staged(None, [problems.bad_uri(written.at, f"This is not a URI. {error}", f"Write it as `{form}`.")])
    if source_type is None:
        source_type = short_schemes().get(uri.scheme)
        if source_type is None:
            known = sorted(short_schemes())
            return Staged(None, [problems.wrong_scheme(written.at, uri.scheme, known, "", known)])
    elif uri.scheme not in source_type.schemes:
        wrong = problems.wrong_scheme(written.at, uri.scheme, source_type.schemes, source_type.form)
        return Staged(None, [wrong])
    reading = Reading(uri, written.options, verbatim=written.verbatim)
    source = source_type.read(reading)
    found = [*_unknown_options(written, source_type, reading), *_problems(written, reading)]
    return Staged(None if reading.problems else source, found)


def _unknown_options(written: Written, source_type: SourceType, reading: Reading) -> list[Diagnostic]:
    """Options that the type does not have, less those that it already said something about."""
    if source_type.any_option or written.options_at is None:
        return []
    known = source_type.options
    told = {option for option, _, _ in reading.problems}
    return [
        problems.unknown_option(
            written.options_at.child(option, key=True), option, source_type.name, known, foreign=written.verbatim
        )
        for option in written.options
        if option not in known and option not in told and not (written.verbatim and option in GENERAL_OPTIONS)
    ]


def _problems(written: Written, reading: Reading) -> list[Diagnostic]:
    found = []
    for option, wrong, do in reading.problems:
        if option is None or written.options_at is None:
            found.append(problems.bad_uri(written.at, wrong, do))
        else:
            found.append(problems.bad_option(written.options_at.child(option), wrong, do))
    return [*found, *(problems.doubtful_uri(written.at, wrong, do) for wrong, do in reading.doubts)]
