"""Problems of anchors, aliases and merge keys."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity
from compiler.source.problems.values import cut

UNKNOWN_ALIAS = Code(
    "HYD120",
    Severity.ERROR,
    "An alias names no anchor.",
    why="An alias `*name` stands for the value that `&name` marks earlier in the same document. Anchors of other "
    "documents and files do not count.",
    bad="staging: {resources: *small}",
    good="small: &small {cpu: 1}\nstaging: {resources: *small}",
    source="https://yaml.org/spec/1.2.2/#71-alias-nodes",
)

RECURSIVE_ANCHOR = Code(
    "HYD121",
    Severity.ERROR,
    "An alias stands inside of the value that it names.",
    why="The value would contain itself without end. JSON, and so Kubernetes, has no such values.",
    bad="tree: &tree {child: *tree}",
    good="leaf: &leaf {}\ntree: {child: *leaf}",
)

ALIASES_EXPLODE = Code(
    "HYD122",
    Severity.ERROR,
    "Aliases make a file grow beyond 100,000 values.",
    why="A few lines of aliases to aliases can stand for billions of values, which no cluster takes and no reviewer "
    "sees. Each value counts once for every place where an alias repeats it, a long text once for every 40 characters. "
    "The rest of the file is not read.",
    bad="a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
    "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
    "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
    "e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]",
    good="a: &a [x, x]\nb: [*a, *a]",
)

MERGE_OPERAND = Code(
    "HYD123",
    Severity.ERROR,
    "What is merged with `<<` is not a mapping.",
    why="A merge key takes over the keys of a mapping, or of each mapping of a list.",
    bad="resources: {<<: small, cpu: 2}",
    good="small: &small {memory: 1Gi}\nresources: {<<: *small, cpu: 2}",
    source="https://yaml.org/type/merge.html",
)


def unknown_alias(at: Located, name: str, candidates: tuple[str, ...]) -> Diagnostic:
    """An alias without an anchor before it."""
    return Diagnostic(
        UNKNOWN_ALIAS,
        at=at,
        wrong=f"No anchor `&{cut(name)}` stands before this alias in the document.",
        do=f'Mark the value that is meant with `&{cut(name)}`, or write `"*{cut(name)}"` if text is meant.',
        candidates=candidates,
    )


def recursive_anchor(at: Located, name: str) -> Diagnostic:
    """An alias to a list or mapping that is still open."""
    return Diagnostic(
        RECURSIVE_ANCHOR,
        at=at,
        wrong=f"The alias `*{cut(name)}` stands inside of the value that it names.",
        do="Write the inner value out, or name another anchor.",
    )


def aliases_explode(at: Located, limit: int) -> Diagnostic:
    """The alias with which the limit is passed."""
    return Diagnostic(
        ALIASES_EXPLODE,
        at=at,
        wrong=f"With this alias, the aliases of the file stand for more than {limit} values.",
        do="Write fewer aliases to values that hold aliases themselves, or split the file.",
    )


def merge_operand(at: Located, what: str) -> Diagnostic:
    """Something else than a mapping behind `<<`. `what` is the value in words."""
    return Diagnostic(
        MERGE_OPERAND,
        at=at,
        wrong=f"`<<` merges mappings; this is {what}.",
        do="Give it a mapping, usually an alias such as `*defaults`, or a list of mappings.",
    )
