"""What commands that ask a live cluster have in common."""

from __future__ import annotations

import click

INSTALL = "The Kubernetes client {why}. Install it beside Hydra: pip install 'hydra-compiler[cluster]'"


def needs_client() -> None:
    """Raises: click.UsageError, where the `kubernetes` client is not installed, or cannot be imported."""
    from importlib.util import find_spec

    from compiler.report.printable import printable

    if find_spec("kubernetes") is None:
        raise click.UsageError(INSTALL.format(why="is not installed"))
    try:
        import kubernetes.client
        import kubernetes.config  # noqa: F401
    except ImportError as error:
        raise click.UsageError(INSTALL.format(why=f"cannot be imported: {printable(str(error))}")) from error
