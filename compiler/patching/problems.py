"""Findings about patches."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

NO_KUSTOMIZE = Code(
    "HYD650",
    Severity.ERROR,
    "A project has patches, and there is no kustomize to apply them.",
    "Patches are applied by kustomize itself, so that they mean what they mean everywhere else. Hydra brings it along as an extra, since most repos have no patches.",
    bad="patches: [kustomize/more-shm.yaml]   # with nothing installed that applies them",
    good="pip install 'hydra-compiler[patches]'   # or kustomize or kubectl on the PATH",
)
BAD_FILE = Code(
    "HYD651",
    Severity.ERROR,
    "A file of patches that cannot be used.",
    "A patch that is not read is a change that its author believes in and that never happens. Specs may read nothing outside of the repo.",
    bad="patches: [../../etc/more-shm.yaml]",
    good="patches: [kustomize/more-shm.yaml]",
)
NOT_A_PATCH = Code(
    "HYD652",
    Severity.ERROR,
    "A document of a file of patches that is no patch.",
    "A part of an object says by `apiVersion`, `kind` and `metadata.name` which object it is merged into. The operations of a JSON patch do not, and need a `target`.",
    bad="- {op: replace, path: /spec/backoffLimit, value: 9}",
    good="target: {kind: Job}\npatch:\n  - {op: replace, path: /spec/backoffLimit, value: 9}",
    source="https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/",
)
CHANGES_IDENTITY = Code(
    "HYD653",
    Severity.ERROR,
    "A patch makes an object another one, or removes it.",
    "Kind, name and namespace are what others refer to and what storage is kept by. The annotations that keep controllers from deleting a claim or a volume stay as well.",
    bad="target: {kind: Job}\npatch:\n  - {op: replace, path: /metadata/name, value: other}",
    good="target: {kind: Job}\npatch:\n  - {op: add, path: /metadata/labels/team, value: nlp}",
)
MATCHES_NOTHING = Code(
    "HYD654",
    Severity.ERROR,
    "A patch that is for no object.",
    "Its author expects a change, and there is none: an entry was renamed, or the cluster has other objects. A patch cannot add an object.",
    bad="target: {kind: PytorchJob}",
    good="target: {kind: PyTorchJob}",
)
REFUSED = Code(
    "HYD655",
    Severity.ERROR,
    "A patch that cannot be applied.",
    "kustomize refuses it for an object that it is for, or what comes out cannot stand in a manifest.",
    bad="target: {kind: Job}\npatch:\n  - {op: replace, path: /spec/no/such/place, value: 1}",
    good="target: {kind: Job}\npatch:\n  - {op: replace, path: /spec/backoffLimit, value: 9}",
)
NOT_RUN = Code(
    "HYD656",
    Severity.ERROR,
    "kustomize could not be run, or did not come to an end.",
    "Nothing is written that is patched only in part.",
    bad="patches: [kustomize/more-shm.yaml]   # and a `kubectl` on the PATH that waits for something",
)


def no_kustomize(at: Located) -> Diagnostic:
    """Patches, and nothing that could apply them."""
    return Diagnostic(
        NO_KUSTOMIZE, at, "There is neither `kustomize` nor `kubectl` to apply these patches with.",
        "Install the extra: `pip install 'hydra-compiler[patches]'`. A `kustomize` or `kubectl` on the PATH will do as well.",
    )  # fmt: skip


def bad_file(at: Located, wrong: str, do: str) -> Diagnostic:
    """A file that cannot be used."""
    return Diagnostic(BAD_FILE, at, wrong, do)


def not_a_patch(at: Located, wrong: str, do: str) -> Diagnostic:
    """A document that is no patch."""
    return Diagnostic(NOT_A_PATCH, at, wrong, do)


def changes_identity(at: Located, wrong: str, do: str = "", cluster: str = "") -> Diagnostic:
    """A patch that changes what has to stay."""
    return Diagnostic(CHANGES_IDENTITY, at, wrong, do or "Remove it from the patch.", notes=_on(cluster))


def matches_nothing(at: Located, has: str, cluster: str, known: tuple[str, ...]) -> Diagnostic:
    """A patch for no object."""
    return Diagnostic(
        MATCHES_NOTHING, at, f"No object of the project has {has}.",
        "Names are those of the files, without a digest. Correct it, or remove the patch.", known, _on(cluster),
    )  # fmt: skip


def refused(at: Located, said: str, cluster: str) -> Diagnostic:
    """A patch that kustomize refuses."""
    return Diagnostic(
        REFUSED, at, f"kustomize refuses this patch: {said}",
        "Compare it with the rendered objects that it is for.", notes=_on(cluster),
    )  # fmt: skip


def unwritable(at: Located, target: str, where: str, cluster: str) -> Diagnostic:
    """A value that no manifest can have."""
    return Diagnostic(
        REFUSED, at, f"`{where}` of `{target}` is null in a list once it is patched.",
        "Give the item a value, or remove it from the list.", notes=_on(cluster),
    )  # fmt: skip


def not_run(at: Located, why: str) -> Diagnostic:
    """kustomize, which did not come to an end."""
    return Diagnostic(NOT_RUN, at, f"kustomize {why}.", "Look whether it runs by itself: `kubectl kustomize --help`.")


def _on(cluster: str) -> tuple[str, ...]:
    return (f"This is on cluster `{cluster}`.",) if cluster else ()
