"""Who applies an object and who deletes it: what follows from where it stands, and from the cluster's `gitops`.

Source: Argo CD, "Resource Tracking", and "ApplicationSet", Controlling Resource Modification; Flux, "Kustomization", Prune
and Deletion policy. Neither deletes what it applied from a directory that is gone: it only finds nothing there.
"""

from __future__ import annotations

from compiler.change.kinds.registry import holding, rules
from compiler.change.values import Around, Judged, Subject, Verdict
from compiler.emission.paths import DELIVERY
from compiler.linking.profile import Profile


def applied(judged: Judged, old: Subject | None, new: Subject | None, around: Around) -> Judged:
    """A verdict, with what follows from who applies the object."""
    subject = new or old
    if subject is not None and subject.directory.startswith(DELIVERY):
        return _beside(judged, subject, gone=new is None)
    if new is None:
        return judged if old is None else _left(judged, old, around)
    handed = handed_over(new, around) if old is not None else None
    return handed if handed is not None and handed.verdict > judged.verdict else judged


def hands_over(before: Profile | None, after: Profile | None) -> bool:
    """Whether objects of another name apply the cluster from now on. Both controllers write that name on all that they
    apply."""
    old, new = _by(before), _by(after)
    return old is not None and new is not None and old != new


def _by(profile: Profile | None) -> tuple[str, str, str, bool] | None:
    """What the names of those that apply a cluster are made of; None where Hydra does not write them."""
    from compiler.gitops.deliver import controller_of
    from compiler.gitops.delivery import beginning

    gitops = profile.gitops if profile is not None else None
    if gitops is None or (gitops.repo is None and gitops.flux.source is None):
        return None
    namespace = gitops.namespace or controller_of(gitops.controller).namespace
    return gitops.controller, namespace, beginning(gitops), gitops.per_unit


def handed_over(subject: Subject, around: Around) -> Judged | None:
    """What that does to an object; None where it does nothing."""
    rule = rules().get(subject.kind)
    if rule is None or rule.handed_over is None or not hands_over(around.before, around.after):
        return None
    return rule.handed_over(subject, around)


def is_left(subject: Subject, around: Around) -> bool:
    """Whether nothing stands any more in the directory that an object was applied from."""
    gitops = around.before.gitops if around.before is not None else None
    if gitops is None or not subject.directory or _by(around.before) is None:
        return False
    if gitops.per_unit:
        return subject.directory not in around.directories
    return not around.directories


def _beside(judged: Judged, subject: Subject, *, gone: bool) -> Judged:
    """Of what stands in `_gitops`: nothing that Hydra writes lists it, so that somebody has to apply what Git says."""
    where = f"`{subject.cluster}/{DELIVERY}`"
    if not gone:
        return judged._replace(why=f"{judged.why} It holds once {where} is applied.")
    if subject.unit:
        return judged._replace(
            why="The keys stay in the ConfigMap of whoever runs the controller until they are taken out."
        )
    return judged._replace(
        why=f"It goes on until somebody, or what applies {where}, deletes it; what it applied stays."
    )


def _left(judged: Judged, old: Subject, around: Around) -> Judged:
    """Of what goes from the tree, and is not pruned. Storage is never pruned, and says so."""
    if judged.verdict is not Verdict.REMOVED or around.before is None or around.before.gitops is None:
        return judged
    if is_left(old, around):
        why = "Nothing is left in its directory, and then nothing is pruned"
    elif not around.before.gitops.prune:
        why = "Nothing is pruned here (`prune: false`)"
    else:
        return judged
    holds = holding(old)
    keeps = f" and holds {holds}" if holds else ""
    return judged._replace(why=f"{why}: it goes on{keeps} until somebody deletes it.", stays=True)
