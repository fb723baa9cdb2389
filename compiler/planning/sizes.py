"""How large a claim has to be."""

from __future__ import annotations

from compiler.linking.artifact import Artifact
from compiler.linking.profile import Profile

GENERATIONS = 2
"""A new revision loads beside the old one, which services still read."""

HEADROOM = 1.1
"""Room for tokenizers, configuration, partial downloads and the file system's own structures."""

GIB = 1 << 30


def claim_size(artifact: Artifact, profile: Profile) -> str:
    """The size to ask for: the spec's, else from the weights, else the cluster's default."""
    if artifact.wanted.size is not None:
        return artifact.wanted.size
    if artifact.weights is not None:
        return weights_size(artifact.weights)
    return profile.storage.size


def weights_size(weights: int) -> str:
    """A claim for weights of so many bytes: two generations and a tenth more, in whole GiB.

    >>> weights_size(15_231_233_024)
    '32Gi'
    """
    needed = GENERATIONS * weights * HEADROOM
    return f"{max(1, -(-int(needed) // GIB))}Gi"
