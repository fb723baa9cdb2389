"""References to variables, `$(NAME)`, as the kubelet replaces them in a container's program and variables.

Source: Kubernetes, third_party/forked/golang/expansion/expand.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(\$|\(([^()$]*)\))")


def expanded(text: str, known: Mapping[str, object]) -> str:
    """The text with what is known in place of the references. One to nothing stays, and `$$` is a dollar sign.

    Raises: KeyError, with the name of a variable whose value is no text.

    >>> expanded("--port=$(API_PORT) $$(HOME) $(NOWHERE)", {"API_PORT": "8080"})
    '--port=8080 $(HOME) $(NOWHERE)'
    """

    def replaced(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        value = known.get(match[2], match[0])
        if not isinstance(value, str):
            raise KeyError(match[2])
        return value

    return _REFERENCE.sub(replaced, text)
