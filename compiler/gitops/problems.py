"""Findings about `gitops` of a cluster."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

_REF = "https://git-scm.com/docs/git-check-ref-format"

NO_OBJECTS = Code(
    "HYD640",
    Severity.INFO,
    "A cluster names its GitOps controller, but not where that reads.",
    "Nothing is rendered for the controller: whoever runs it says by other means what it applies.",
    bad="gitops: {controller: argocd}",
    good="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git}",
)
NO_REPO = Code(
    "HYD641",
    Severity.ERROR,
    "Objects for a GitOps controller are asked for without a repository.",
    "Each of them says where the controller reads. Without that, the settings would do nothing.",
    bad="gitops: {controller: argocd, automated: true}",
    good="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git, automated: true}",
)
CREDENTIALS = Code(
    "HYD642",
    Severity.ERROR,
    "The repository's URL carries credentials.",
    "They would stand in the repo and in the objects of the controller, for all who may read either.",
    bad="gitops: {controller: flux, repo: https://ci:hunter2@git.acme.io/ml/platform.git}",
    good="gitops: {controller: flux, repo: https://git.acme.io/ml/platform.git, flux: {secret: platform-git}}",
    source="https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories, https://fluxcd.io/flux/components/source/gitrepositories/#secret-reference",
)
NO_REPOSITORY = Code(
    "HYD643",
    Severity.ERROR,
    "The repository's URL is none that the controllers read.",
    "Argo CD and Flux fetch by https, http and ssh. Other text would only be noticed once the objects are applied.",
    bad="gitops: {controller: argocd, repo: git.acme.io/ml/platform}",
    good="gitops: {controller: argocd, repo: ssh://git@git.acme.io/ml/platform.git}",
)
BAD_REVISION = Code(
    "HYD644",
    Severity.ERROR,
    "The revision is no name that Git could have for a branch, a tag or a commit.",
    "The controller would look for it in vain.",
    bad="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git, revision: release 1}",
    good="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git, revision: release-1}",
    source=_REF,
)
BAD_PATH = Code(
    "HYD645",
    Severity.ERROR,
    "The tree's directory is none that the controller could be told.",
    "Controllers take a relative path of plain names: other characters are patterns or templates to some of them.",
    bad="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git, path: ../hydra}",
    good="gitops: {controller: argocd, repo: https://git.acme.io/ml/platform.git, path: hydra}",
)
NO_KEY = Code(
    "HYD646",
    Severity.WARNING,
    "Flux is to fetch by SSH, and no Secret with a key is named.",
    "Flux refuses a source by SSH without a key and known hosts: nothing of the tree would be applied.",
    bad="gitops: {controller: flux, repo: ssh://git@git.acme.io/ml/platform.git}",
    good="gitops: {controller: flux, repo: ssh://git@git.acme.io/ml/platform.git, flux: {secret: platform-git}}",
    source="https://fluxcd.io/flux/components/source/gitrepositories/#ssh-authentication",
)


def no_objects(at: Located) -> Diagnostic:
    """A controller without a repository, and nothing else."""
    return Diagnostic(
        NO_OBJECTS,
        at,
        wrong="Nothing is rendered for the controller: `gitops` has no `repo`.",
        do="Add `repo` with the URL that it reads, or leave it as it is.",
    )


def no_repo(at: Located, field: str, *, flux: bool) -> Diagnostic:
    """A setting of objects that are not rendered."""
    also = ", or `flux.source` with the name of a source that is there" if flux else ""
    return Diagnostic(
        NO_REPO,
        at,
        wrong=f"`{field}` is about objects, and `gitops` has no `repo` that they could name.",
        do=f"Add `repo` with the URL that the controller reads{also}.",
    )


def credentials(at: Located) -> Diagnostic:
    """A user, a password or a token in a URL. It is not repeated."""
    return Diagnostic(
        CREDENTIALS,
        at,
        wrong="The URL of `repo` has a user, a password or a query in it.",
        do="Take it out and replace what it gave away. The controller has a Secret for the repository.",
        secret=True,
    )


def no_repository(at: Located, why: str) -> Diagnostic:
    """A URL that is none, or that the controllers do not fetch."""
    return Diagnostic(
        NO_REPOSITORY,
        at,
        wrong=f"`repo` {why}.",
        do="Write `https://host/path`, `ssh://git@host/path` or `git@host:path`.",
    )


def bad_revision(at: Located, revision: str) -> Diagnostic:
    """A revision that no ref of Git can have."""
    return Diagnostic(
        BAD_REVISION,
        at,
        wrong=f"`{revision}` cannot be a branch, a tag or a commit of Git.",
        do="Name a branch, a tag or a commit.",
    )


def bad_path(at: Located, path: str, *, output: bool = False) -> Diagnostic:
    """A directory that objects cannot name."""
    which = "The output directory" if output else "The path"
    where = "in `.hydra.yaml`" if output else "from the repository's root"
    return Diagnostic(
        BAD_PATH,
        at,
        wrong=f"{which} `{path}` cannot be named in the controller's objects.",
        do=f"Use letters, digits, `-`, `_`, `.` and `/` {where}, and neither `.` nor `..` as a step.",
    )


def no_key(at: Located) -> Diagnostic:
    """A repository that Flux cannot log in to."""
    return Diagnostic(
        NO_KEY,
        at,
        wrong="Flux cannot fetch `repo` by SSH without a key, and `flux.secret` names none.",
        do="Name the Secret that `flux create secret git` makes, or a `flux.source` that is there.",
    )
