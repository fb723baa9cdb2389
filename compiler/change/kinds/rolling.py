"""How many pods there are on top while a Deployment's are replaced.

Source: Kubernetes, "Deployments", Rolling Update Deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.change.kinds.bodies import value

DEFAULT = "25%"


def over_number(strategy: Mapping[str, Any], replicas: int) -> int:
    """Pods beyond the replicas that a strategy allows. A share is rounded up.

    >>> [over_number(one, 6) for one in ({}, {"type": "Recreate"}, {"rollingUpdate": {"maxSurge": 1}})]
    [2, 0, 1]
    """
    if value(strategy, "type") == "Recreate":
        return 0
    said = value(strategy, "rollingUpdate", "maxSurge")
    text = str(DEFAULT if said is None else said)
    share = text.removesuffix("%")
    if not share.isdecimal():
        return 0
    most = int(share) if share == text else -(-int(share) * replicas // 100)
    return min(most, replicas)
