"""`hydra completion`."""

from __future__ import annotations

import click

HELP = """Print the script that makes a shell complete `hydra`'s commands, options and names."""

EPILOG = """\b
Examples:
  eval "$(hydra completion bash)"                                       in ~/.bashrc
  eval "$(hydra completion zsh)"                                        in ~/.zshrc
  hydra completion fish > ~/.config/fish/completions/hydra.fish         once
"""


@click.command("completion", help=HELP, epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Fill in click's script for the installed command."""
    from click.shell_completion import get_completion_class

    from compiler.cli import COMPLETION, hydra

    form = get_completion_class(shell)
    if form is None:
        raise click.UsageError(f"This version of click has no completion for {shell}.")
    script = form(hydra, {}, "hydra", COMPLETION)
    # Not `source()`, which starts a bash to ask for its version.
    click.echo(script.source_template % script.source_vars())
