"""`hydra init`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compiler.cli.repo import absolute
from compiler.initial import answers
from compiler.initial.answers import Answers
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.initial.writing import Begun

    ParamType = click.ParamType[str]
else:
    ParamType = click.ParamType  # takes no parameter at run time, in older releases of click

HELP = """Begin a repo at DIR: settings, a cluster, a first project, hooks, CI, and the tree that it compiles to.

On a terminal it asks for what no option says; elsewhere, and with --yes, the defaults hold. Files that are there stay
as they are and are named; where something is compiled there already, only what belongs around it is written. What goes
wrong leaves nothing behind.

DIR is the working directory, where it is left out.
"""

EPILOG = """\b
Examples:
  hydra init platform                            asks, on a terminal
  hydra init platform --yes --controller flux --ci gitlab
  hydra init --yes --owners @acme/platform --repo https://git.acme.io/ml/platform.git
"""

QUESTIONS = {
    "project": "First project",
    "namespace": "Its namespace",
    "cluster": "Cluster",
    "storage_class": "StorageClass (empty: the cluster's own default)",
    "controller": "What applies the manifests",
    "repo": "Git URL that it reads (empty: not known yet)",
    "branch": "Branch that it follows",
    "ci": "CI",
    "owners": "Owners for CODEOWNERS (empty: as comments)",
}
"""What is asked on a terminal, in this order."""


class Checked(ParamType):
    """A text that a function takes or refuses."""

    def __init__(self, name: str, check: Callable[[str], str]) -> None:
        self.name = name
        self.check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text.

        Raises: click.BadParameter.
        """
        try:
            return self.check(str(value))
        except ValueError as error:
            self.fail(printable(str(error)), param, ctx)


TYPES: dict[str, ParamType] = {
    "project": Checked("name", answers.name),
    "namespace": Checked("name", answers.label),
    "cluster": Checked("name", answers.name),
    "storage_class": Checked("name", answers.storage_class),
    "controller": click.Choice(answers.controllers()),
    "repo": Checked("url", answers.url),
    "branch": Checked("branch", answers.branch),
    "ci": click.Choice(answers.ci_systems()),
    "owners": Checked("owners", answers.owner),
    "hydra": Checked("url", answers.url),
}
"""What each answer may be."""

HINTS = {
    "project": "Name of the first project.",
    "namespace": "Its namespace.",
    "cluster": "Name of the cluster.",
    "storage_class": "StorageClass of the cluster's volumes; left out, the cluster's own default.",
    "controller": "What applies the manifests.",
    "repo": "Git URL at which the controller reads the repo.",
    "branch": "Branch that the controller follows.",
    "ci": "CI to write a workflow for.",
    "owners": "Owners for CODEOWNERS, separated by blanks; left out, advice as comments.",
    "hydra": "Git URL that hooks and CI take Hydra from; left out, the package.",
}


def answer_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option an answer."""
    for name in reversed(HINTS):
        shown = Answers._field_defaults[name]
        text = f"{HINTS[name]}  [default: {shown}]" if shown else HINTS[name]
        command = click.option(f"--{name.replace('_', '-')}", name, type=TYPES[name], help=text)(command)
    return command


@click.command("init", help=HELP, epilog=EPILOG)
@click.argument("root", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@answer_options
@click.option("--git", is_flag=True, help="Make it a Git repo, where it is in none.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: what no option says has its default.")
def command(*, root: Path | None, git: bool, yes: bool, **given: str | None) -> None:
    """Ask, write, and say what was written."""
    from compiler.initial.places import RefusedError, check_root
    from compiler.initial.writing import begin

    base = absolute(root or Path())
    try:
        check_root(base)
        asked = {} if yes or not sys.stdin.isatty() else ask(given)
        wanted = Answers(**{name: value for name, value in {**given, **asked}.items() if value is not None})
        begun = begin(base, wanted)
        if git and begun.written:
            make_git(base, wanted.branch)
    except RefusedError as error:
        raise click.ClickException(printable(str(error))) from error
    tell_findings(begun)
    click.echo("\n".join(told(begun, installs_hook=(base / ".git").exists())))


def ask(given: dict[str, str | None]) -> dict[str, str]:
    """The answers that no option gave, from the terminal."""
    asked: dict[str, str] = {}
    for name, question in QUESTIONS.items():
        pointless = name in {"repo", "branch"} and "none" in {given["controller"], asked.get("controller")}
        if given[name] is None and not pointless:
            default = Answers._field_defaults[name]
            asked[name] = click.prompt(
                question, default=default, type=TYPES[name], show_default=bool(default), err=True
            )
    return asked


def make_git(root: Path, branch: str) -> None:
    """`git init`, where the directory is in no Git repo.

    Raises: RefusedError.
    """
    from compiler import git
    from compiler.initial.places import RefusedError

    if git.above(root):
        return
    try:
        done = git.run(root, "init", "--quiet", f"--initial-branch={branch}")
    except git.GitError as error:
        raise RefusedError(f"The repo was written, and `git init` was not run: {error}.") from error
    if done.returncode:
        raise RefusedError("The repo was written, and `git init` failed: run it yourself to see why.")


def tell_findings(begun: Begun) -> None:
    """What a compile of the new repo found; with errors the command ends here, and nothing was written."""
    from compiler.cli.ending import has_errors, tell
    from compiler.cli.options import Reporting
    from compiler.cli.repo import prefix_of

    if begun.outcome is None:
        return
    tell(begun.outcome.found, Reporting(), sys.stdout, read=begun.outcome.read, prefix=prefix_of(begun.root))
    if has_errors(begun.outcome):
        click.echo("Nothing was written.")
        raise SystemExit(1)


def told(begun: Begun, *, installs_hook: bool) -> Iterator[str]:
    """What was written, what was kept, and what comes next."""
    for title, paths in (("Wrote", begun.written), ("Added lines to", begun.added_to)):
        if paths:
            yield f"{title}:"
            yield from (f"  {shown(path)}" for path in paths)
    if begun.kept:
        yield "Kept as they were:"
        yield from (f"  {shown(path)}" for path in begun.kept)
    if begun.outcome is None:
        yield "Specs were there before: nothing was compiled."
    else:
        yield f"Compiled: {sum(begun.outcome.objects.values())} objects, {begun.outcome.written} files in `rendered/`."
    if begun.written:
        yield ""
        yield "Next:"
        yield from (f"  {line}" for line in steps(begun, installs_hook=installs_hook))


def steps(begun: Begun, *, installs_hook: bool) -> Iterator[str]:
    """The commands that come next."""
    from compiler.cli.repo import prefix_of

    if prefix_of(begun.root):
        yield f"cd {printable(prefix_of(begun.root).rstrip('/'))}"
    if not installs_hook:
        yield "git init"
    yield "pre-commit install"
    yield "git add . && git commit"


def shown(path: Path) -> str:
    """A path as seen from the working directory."""
    from compiler.cli.repo import prefix_of

    return printable(prefix_of(path.parent) + path.name)
