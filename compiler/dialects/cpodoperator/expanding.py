"""References to variables, `$(NAME)`, as the kubelet replaces them in a container's program and variables.

Source: Kubernetes, third_party/forked/golang/expansion/expand.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(\$|\(([^()$]*)\))")


class TooLongError(ValueError):
    """Text that grows beyond what is allowed: a few variables that repeat each other would fill any memory."""


def expanded(text: str, known: Mapping[str, object], most: int = 1 << 20) -> str:
    """The text with what is known in place of the references. One to nothing stays, and `$$` is a dollar sign.

    Raises: KeyError, with the name of a variable whose value is no text; TooLongError, where `most` characters are passed.

    >>> expanded("--port=$(API_PORT) $$(HOME) $(NOWHERE)", {"API_PORT": "8080"})
    '--port=8080 $(HOME) $(NOWHERE)'
    """

    length = len(text)

    def replaced(match: re.Match[str]) -> str:
        nonlocal length
        if match[1] == "$":
            return "$"
        value = known.get(match[2], match[0])
        if not isinstance(value, str):
            raise KeyError(match[2])
        length += len(value) - len(match[0])
        if length > most:
            raise TooLongError(match[2])
        return value

    return _REFERENCE.sub(replaced, text)
