"""Findings of what asks a live cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Code, Diagnostic, InFile, Located, Severity, closest
from compiler.report.base import enumerated
from compiler.report.closing import plural

EVERYTHING = InFile(".")
"""The repo: what is wrong is not in any of its files."""

_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"

REFUSED = Code(
    "HYD690",
    Severity.ERROR,
    "The API server refuses an object.",
    "A sync would stop at it. The message is the server's own: of its validation, of a field that cannot be changed, or "
    "of an admission webhook.",
    bad="hydra verify --context prod   # the claim exists with another storage class",
    source="https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run",
)
NO_NAMESPACE = Code(
    "HYD691",
    Severity.ERROR,
    "A namespace is neither on the cluster nor in the tree.",
    "Nothing can be applied in it, and nothing in it can be verified.",
    bad="metadata: {name: bot, namespace: npl}   # the cluster has `nlp`",
    good="namespaces: {create: true}   # in the cluster's profile: the tree makes its namespaces",
)
NOT_YET = Code(
    "HYD692",
    Severity.WARNING,
    "Objects of a namespace that only the tree makes were not verified.",
    "A dry run makes nothing, so the server does not know the namespace when it is asked about what is in it.",
    bad="hydra verify --context prod   # before the first sync of a new team",
    good="kubectl create namespace nlp\nhydra verify --context prod",
)
NO_KIND = Code(
    "HYD693",
    Severity.ERROR,
    "The API server does not know a kind.",
    "Its CRD is not installed, or not in this version: the operator is missing or of another release.",
    bad="hydra verify --context prod   # no training operator there",
)
BAD_KUBECONFIG = Code(
    "HYD694",
    Severity.ERROR,
    "The kubeconfig cannot be used.",
    "It says where the cluster is and who asks. `KUBECONFIG` names it, or it is `~/.kube/config`.",
    bad="hydra verify --context pord",
    good="hydra verify --context prod",
    source="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",
)
UNREACHABLE = Code(
    "HYD695",
    Severity.ERROR,
    "The API server cannot be reached, or gives no usable answer.",
    "Nothing is known about the objects that it was not asked about.",
    bad="hydra verify --context prod   # without the VPN",
)
NOT_LET_IN = Code(
    "HYD696",
    Severity.ERROR,
    "The API server does not accept the credentials.",
    "They are missing, wrong or expired.",
    bad="hydra verify --context prod   # with the token of last week",
)
FORBIDDEN = Code(
    "HYD697",
    Severity.ERROR,
    "The user of the context may not do what is asked for.",
    "A dry run needs the permissions of the real request: `patch`, and `create` for what does not exist.",
    bad='rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list]}]',
    good='rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list, patch, create]}]',
    source=_RBAC,
)
WARNED = Code(
    "HYD698",
    Severity.WARNING,
    "The API server takes an object with a warning.",
    "It is deprecated, or its pods would be refused: by the pod security level of the namespace, for example.",
    bad="hydra verify --context prod   # pods that the namespace's `restricted` level does not admit",
    source="https://kubernetes.io/blog/2020/09/03/warnings/",
)
LEFT_OUT = Code(
    "HYD699",
    Severity.INFO,
    "Something was left out when the cluster was asked.",
    "What is encrypted cannot be applied as it is, what controllers write is theirs, and without a dry run the server's "
    "own defaults are only guessed.",
    bad="hydra diff --live --context prod   # with a user who may only read",
)


def refused(at: Located, target: str, message: str, do: str, causes: Sequence[str] = ()) -> Diagnostic:
    """An object that the server does not take."""
    return Diagnostic(REFUSED, at, f"The API server refuses `{target}`: {message}", do, notes=tuple(causes))


def no_namespace(at: Located, namespace: str, count: int) -> Diagnostic:
    """A namespace that nothing makes, once for all its objects."""
    return Diagnostic(
        NO_NAMESPACE, at, f"The namespace `{namespace}` is not on the cluster, and the tree does not make it: "
        f"{plural(count, 'object')} cannot be applied.",
        "Have it made, correct its name, or let the tree make it: `namespaces: {create: true}` in the cluster's profile.",
    )  # fmt: skip


def not_yet(at: Located, namespace: str, count: int) -> Diagnostic:
    """A namespace that the tree makes, once for all its objects."""
    return Diagnostic(
        NOT_YET, at, f"{plural(count, 'object')} of the namespace `{namespace}`, which the tree makes, "
        "could not be verified: it is not on the cluster yet.",
        "Verify again when it is there.",
    )  # fmt: skip


def no_kind(at: Located, api_version: str, kind: str, count: int, versions: Sequence[str]) -> Diagnostic:
    """A kind that the server does not have, once for all its objects; the versions in which it has it."""
    others = f" It has it as {enumerated([f'`{one}`' for one in versions], 'and')}." if versions else ""
    return Diagnostic(
        NO_KIND, at, f"The API server knows no `{kind}` of `{api_version}`: {plural(count, 'object')} cannot be applied."
        + others,
        "Install the operator with its CRDs in the release that the cluster's profile names, or change the profile.",
    )  # fmt: skip


def bad_kubeconfig(wrong: str, do: str, name: str = "", known: Iterable[str] = ()) -> Diagnostic:
    """A kubeconfig that does not say what is needed. Nothing of its values may be in the text."""
    return Diagnostic(BAD_KUBECONFIG, EVERYTHING, wrong, do, candidates=closest(name, known) if name else ())


def unreachable(server: str, reason: str, do: str, unasked: int = 0) -> Diagnostic:
    """No connection, or an answer that is none. `unasked` objects were not verified because of it."""
    left = f" {plural(unasked, 'object')} could not be verified." if unasked else ""
    return Diagnostic(UNREACHABLE, EVERYTHING, f"The API server at `{server}` {reason}.{left}", do)


def not_let_in(server: str, context: str) -> Diagnostic:
    """An answer 401."""
    return Diagnostic(
        NOT_LET_IN, EVERYTHING, f"The API server at `{server}` does not accept the credentials of the context `{context}`.",
        "Log in again, or correct the user of the context in the kubeconfig.",
    )  # fmt: skip


def forbidden(at: Located, verb: str, resource: str, where: Sequence[str], count: int = 0) -> Diagnostic:
    """A permission that is lacking, once for all that needs it."""
    namespaces = [f"`{one}`" for one in where if one]
    place = f" in {enumerated(namespaces, 'and')}" if namespaces else " on the cluster"
    left = f": {plural(count, 'object')} could not be verified" if count else ""
    return Diagnostic(
        FORBIDDEN, at, f"The user of the context may not `{verb}` `{resource}`{place}{left}.",
        f"Ask for a role with the verb `{verb}` for `{resource}`. Nothing is written with it: every request is a dry run."
        if verb in {"patch", "create", "update"} else f"Ask for a role with the verb `{verb}` for `{resource}`.",
    )  # fmt: skip


def warned(at: Located, target: str, message: str) -> Diagnostic:
    """What a server says about an object that it takes."""
    return Diagnostic(
        WARNED, at, f"The API server takes `{target}` and warns: {message}", "Change what it is about, before it is an error."
    )  # fmt: skip


def left_to_controllers(at: Located, target: str, fields: Sequence[str]) -> Diagnostic:
    """Fields that a controller has written since they were applied."""
    return Diagnostic(
        LEFT_OUT, at, f"{plural(len(fields), 'field')} of `{target}` belong to controllers, and were not compared.",
        "Leave them out of the spec, or let the GitOps controller ignore them.", notes=tuple(fields),
    )  # fmt: skip


def guessed(count: int, why: str) -> Diagnostic:
    """Objects that were compared without the server's help."""
    return Diagnostic(
        LEFT_OUT, EVERYTHING, f"Compared without a dry run: {plural(count, 'object')}, since {why}.",
        "What is not in the tree was taken for the server's default: a field that the specs no longer have does not show.",
    )  # fmt: skip


def no_group(group: str, server: str, known: Iterable[str]) -> Diagnostic:
    """A group of which the cluster has no CRD."""
    return Diagnostic(
        NO_KIND, EVERYTHING, f"The API server at `{server}` has no CRD of the group `{group}`.",
        "Correct the name, or install the operator first.", candidates=closest(group, known),
    )  # fmt: skip


def unlisted(resource: str) -> Diagnostic:
    """A kind whose objects cannot be listed."""
    return Diagnostic(
        LEFT_OUT, EVERYTHING, f"The user of the context may not `list` `{resource}`: those that are rendered no more do not show.",
        f"Ask for a role with the verb `list` for `{resource}`.",
    )  # fmt: skip


def encrypted(at: Located, count: int) -> Diagnostic:
    """Objects that only the GitOps controller can read."""
    return Diagnostic(
        LEFT_OUT, at, f"{plural(count, 'object')} that SOPS has encrypted could not be verified.",
        "Nothing is to be done: the GitOps controller applies what it decrypts.",
    )  # fmt: skip


def elsewhere(at: Located, count: int) -> Diagnostic:
    """What starts the GitOps controller, and is not on this cluster."""
    return Diagnostic(
        LEFT_OUT, at, f"{plural(count, 'object')} for the GitOps controller could not be verified: this cluster does not "
        "have what they need.", "Nothing is to be done, where the controller runs on another cluster.",
    )  # fmt: skip
