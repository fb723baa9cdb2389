"""Applications of Ray Serve that are shipped to the pods, for runtimes without one of Ray's own."""

from __future__ import annotations

from importlib.resources import files


def app_text(name: str) -> str:
    """The text of an application's module, e.g. `openai_transformers`. It goes into a ConfigMap.

    Raises: FileNotFoundError, where there is none of that name.

    >>> "def build(" in app_text("openai_transformers")
    True
    """
    return (files("compiler.planning.serving.apps") / f"{name}.py").read_text("utf-8")
