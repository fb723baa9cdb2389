"""Objects of Argo CD and Flux: they say what is applied, and what goes with them.

Source: Argo CD, "App Deletion"; "ApplicationSet", Controlling Resource Modification; Flux, "Kustomization", Prune.
"""

from __future__ import annotations

from compiler.change.kinds.bodies import only_metadata, value
from compiler.change.kinds.running import relabelled
from compiler.change.kinds.wording import telling
from compiler.change.values import Around, Change, Judged, Rule, Subject, Verdict

APPLICATIONS = ("argoproj.io/Application", "argoproj.io/ApplicationSet")
KUSTOMIZATIONS = ("kustomize.toolkit.fluxcd.io/Kustomization",)
OTHERS = ("argoproj.io/AppProject", *(f"source.toolkit.fluxcd.io/{kind}" for kind in ("GitRepository", "OCIRepository", "Bucket")))  # fmt: skip
FINALIZER = "resources-finalizer.argocd.argoproj.io"
PLACES = frozenset({"path", "repoURL", "targetRevision", "sourceRef", "destination", "source", "sources", "url", "ref",
                    "targetNamespace", "kubeConfig"})  # fmt: skip
KEPT = "Storage is marked to stay."


def changed(change: Change) -> Judged:
    """From elsewhere come other objects; those that it does not find there go."""
    if only_metadata(change):
        return relabelled(change)
    if any(step in PLACES for one in change.fields for step in one.path):
        return Judged(
            Verdict.IN_PLACE,
            f"It applies what stands there from now on{telling(change.fields)}; objects that do not are deleted where it"
            f" prunes. {KEPT}",
        )
    return Judged(Verdict.IN_PLACE, f"It holds from the next synchronisation on{telling(change.fields)}.")


def removed_application(subject: Subject, around: Around) -> Judged:
    """With the finalizer its objects go."""
    del around
    finalizers = value(subject.body, "metadata", "finalizers")
    every = subject.kind == APPLICATIONS[1] and not value(
        subject.body, "spec", "syncPolicy", "preserveResourcesOnDeletion"
    )
    if every or (isinstance(finalizers, list) and any(str(one).startswith(FINALIZER) for one in finalizers)):
        return Judged(Verdict.REMOVED, f"All that it applied is deleted with it. {KEPT}")
    return Judged(Verdict.REMOVED, "What it applied stays, and nobody updates it any more.")


def removed_kustomization(subject: Subject, around: Around) -> Judged:
    """With `prune` its objects go."""
    del around
    if value(subject.body, "spec", "prune") is True and value(subject.body, "spec", "deletionPolicy") != "Orphan":
        return Judged(Verdict.REMOVED, f"All that it applied is deleted with it. {KEPT}")
    return Judged(Verdict.REMOVED, "What it applied stays, and nobody updates it any more.")


RULES = (
    Rule(APPLICATIONS, changed, removed=removed_application),
    Rule(KUSTOMIZATIONS, changed, removed=removed_kustomization),
    Rule(OTHERS, changed),
)
