"""The files of a new repo, from their templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from compiler import __version__
from compiler.emission.yaml_scalars import scalar
from compiler.initial.answers import NONE, TEMPLATES, Answers
from compiler.library.templates import render_text

SUFFIX = ".j2"
"""Templates have it, so that a `.gitignore` among them is not one of this project's."""

PACKAGE = "hydra-compiler"
GITHUB = "https://github.com/"


class Files(NamedTuple):
    """Texts by path. Paths are posix and sorted."""

    specs: Mapping[str, str]
    """What is compiled, by its path from the repo's root."""

    around: Mapping[str, str]
    """What lies beside it, by its path from the repo's root."""

    top: Mapping[str, str]
    """What counts only at the top of a Git repo, by its path from there."""


def files(answers: Answers, root: str = ".") -> Files:
    """The files of a repo. `root` is the way from the top of the Git repo to the root."""
    context = context_of(answers, root)
    ci = {} if answers.ci == NONE else dict(rendered(TEMPLATES / "ci" / answers.ci, context))
    top = {**dict(rendered(TEMPLATES / "top", context)), **ci}
    return Files(
        dict(rendered(TEMPLATES / "specs", context)),
        dict(rendered(TEMPLATES / "around", context)),
        dict(sorted(top.items())),
    )


def rendered(directory: Path, context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The templates of a directory, each with the path that it is for."""
    for template in sorted(directory.rglob(f"*{SUFFIX}")):
        path = template.relative_to(directory).as_posix().removesuffix(SUFFIX)
        text = render_text(template.read_text(encoding="utf-8"), context)
        yield render_text(path, context), f"{text.strip()}\n"


def context_of(answers: Answers, root: str) -> dict[str, Any]:
    """What templates see: the answers, the same as YAML writes them (`quoted`), and what follows from them."""
    context: dict[str, Any] = {
        **answers._asdict(),
        "quoted": {name: scalar(value) for name, value in answers._asdict().items()},
        "root": root,
        "prefix": "" if root == "." else f"/{root}",
        "version": __version__,
        "versions": compatible(__version__),
        "requirement": requirement(answers.hydra),
        "action": action(answers.hydra),
        "template": gitlab_template(answers.hydra),
    }
    section = TEMPLATES / "controllers" / f"{answers.controller}.yaml{SUFFIX}"
    gitops = "" if answers.controller == NONE else render_text(section.read_text(encoding="utf-8"), context)
    return {**context, "gitops": gitops.strip("\n")}


def compatible(version: str) -> str:
    """The releases that render alike: those up to the next that may not.

    >>> [compatible("0.1.0"), compatible("1.4.2")]
    ['>=0.1,<1', '>=1.4,<2']
    """
    major, minor, *_ = version.split(".")
    return f">={major}.{minor},<{int(major) + 1}"


def requirement(hydra: str) -> str:
    """What pip installs: the release of the package, or the tag of a Git repository."""
    return f"{PACKAGE} @ git+{hydra}@v{__version__}" if "://" in hydra else f"{PACKAGE}=={__version__}"


def action(hydra: str) -> str:
    """The action of a repository on GitHub; empty where it is elsewhere.

    >>> action("https://github.com/acme/hydra.git")
    'acme/hydra'
    """
    return hydra.removeprefix(GITHUB).removesuffix(".git").strip("/") if hydra.startswith(GITHUB) else ""


def gitlab_template(hydra: str) -> str:
    """Where GitLab reads its template; empty where no repository is named.

    >>> gitlab_template("https://gitlab.com/acme/hydra.git")
    'https://gitlab.com/acme/hydra/-/raw/v0.1.0/ci/gitlab.yml'
    """
    if not hydra.startswith("https://"):
        return ""
    if name := action(hydra):
        return f"https://raw.githubusercontent.com/{name}/v{__version__}/ci/gitlab.yml"
    return f"{hydra.removesuffix('.git').rstrip('/')}/-/raw/v{__version__}/ci/gitlab.yml"
